"""Keys as JSON paths and literals.

https://learn.microsoft.com/sql/relational-databases/json/json-path-expressions-sql-server
"""

import json
import re
from typing import Iterable, Optional

from mssql_core.plugin import string_literal

# The form of str(int): "01" is a name only.
_POSITION = re.compile(r"^(0|-?[1-9][0-9]*)$", re.ASCII)


def position(key: object) -> Optional[int]:
    """The array position that a key names, or None: ``"-1"`` is the last element."""
    key = str(key)
    return int(key) if _POSITION.match(key) else None


def is_path_key(key: object) -> bool:
    """Whether a path can name the property.

    A number in a path is a position, and empty names are not documented. U+FFFF turns the literal into a concatenation,
    but before 2017 a path has to be a literal (13610).
    """
    return position(key) is None and key != "" and "\uffff" not in str(key)


def compile_path(keys: Iterable[object], root: str = "$") -> str:
    """
    A path such as ``$."a"[0]``: positions in brackets, everything else as a name in quotes.

    :raises ValueError: a key is a negative position, which paths do not have before 2025.
    """
    steps = [root]
    for key in keys:
        index = position(key)
        if index is None:
            steps.append(".%s" % json.dumps(str(key), ensure_ascii=False))
        elif index < 0:
            raise ValueError("A JSON path has no negative positions.")
        else:
            steps.append("[%d]" % index)
    return "".join(steps)


def literal(text: str) -> str:
    """An nvarchar literal inside a statement with %s placeholders."""
    return string_literal(text).replace("%", "%%")


def utf16_bytes(text: str) -> int:
    """DATALENGTH of `text` as nvarchar."""
    return len(text.encode("utf-16-le", "surrogatepass"))
