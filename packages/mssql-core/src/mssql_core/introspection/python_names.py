"""Python names for models and fields of tables and columns with any name."""

import keyword
import re
import unicodedata
from typing import Container, Dict, Iterable

from django.db.models import Model

from ..names import MAX_NAME_LENGTH

# What a field of that name would hide: in the class body, from Django, or from whoever saves an object.
_RESERVED = frozenset(name for name in dir(Model) if not name.startswith("_")) | {"pk", "objects", "models"}


class ClassNames:
    """The names of models, each unique without regard to case, as Django's registry demands."""

    def __init__(self) -> None:
        self._names: Dict[str, str] = {}

    def of(self, table_name: str, proposed: str) -> str:
        """
        The name of a table's model, the same at each call.

        :param proposed: the name to make it from.
        """
        if table_name not in self._names:
            name = proposed if proposed.isidentifier() and not keyword.iskeyword(proposed) else "Table%s" % proposed
            self._names[table_name] = unique(name, {taken.lower() for taken in self._names.values()})
        return self._names[table_name]


def unique(name: str, taken: Container[str]) -> str:
    """`name`, with a number where it is taken; the names in `taken` are in lower case."""
    candidate, number = name, 1
    while candidate.lower() in taken:
        number += 1
        candidate = "%s%d" % (name, number)
    return candidate


def field_name(name: str, used: Iterable[str]) -> str:
    """A field name made from `name`: a valid identifier, no attribute of Django's models, and no other field's."""
    name = unicodedata.normalize("NFKC", name)
    if not name.isidentifier():
        # Some signs are letters of words, and of no names: superscripts, for one.
        name = "".join(sign if ("x" + sign).isidentifier() else "_" for sign in name)
        name = re.sub(r"_+", "_", name).strip("_") or "field"
        name = name if name.isidentifier() else "field_%s" % name
    if name in _RESERVED:
        name += "_field"
    # It also is an alias in values(), which ends as a name of the server does.
    name = name[: MAX_NAME_LENGTH - 4]
    return unique(name, {other.lower() for other in used})
