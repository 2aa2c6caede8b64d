"""JSON lookups as Python evaluates them.

``None`` as an answer is SQL's UNKNOWN: there is no such key, or no document.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

NOTHING = object()
_POSITION = re.compile(r"^(0|-?[1-9][0-9]*)$", re.ASCII)


def get(document: Any, keys: list[str]) -> Any:
    """The value below `keys`, or NOTHING."""
    for key in keys:
        if isinstance(document, dict) and key in document:
            document = document[key]
        elif isinstance(document, list) and _POSITION.match(key) and -len(document) <= int(key) < len(document):
            document = document[int(key)]
        else:
            return NOTHING
    return document


def kind(value: Any) -> str:
    if value is None:
        return "null"
    for name, kinds in (("boolean", bool), ("number", (int, float)), ("string", str), ("array", list)):
        if isinstance(value, kinds):
            return name
    return "object"


def equal(a: Any, b: Any) -> bool:
    """Python's equality, but True is not 1."""
    if kind(a) != kind(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    return a == b


def contains(a: Any, b: Any) -> bool:
    """PostgreSQL's @>: an array contains a scalar as well."""
    if isinstance(a, list) and not isinstance(b, (dict, list)):
        return any(equal(element, b) for element in a)
    return _contains(a, b)


def _contains(a: Any, b: Any) -> bool:
    if kind(a) != kind(b):
        return False
    if isinstance(b, dict):
        return all(key in a and _contains(a[key], b[key]) for key in b)
    if isinstance(b, list):
        return all(any(_contains(mine, theirs) for mine in a) for theirs in b)
    return equal(a, b)


def less(a: Any, b: Any) -> bool:
    """Numbers with numbers, strings with strings, booleans with booleans; no order otherwise."""
    return kind(a) == kind(b) and kind(a) in ("number", "string", "boolean") and a < b


def text(value: Any, canonical: bool = False) -> str | None:
    """A key as text; null has none.

    :param canonical: as the type json writes it, without blanks; its numbers have no exponents.
    """
    if value is None or value is NOTHING:
        return None
    if isinstance(value, str):
        return value
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":") if canonical else None)
    return re.sub(r'"(?:[^"\\]|\\.)*"|-?[\d.]+e[+-]\d+', _plain, text) if canonical else text


def _plain(token: re.Match) -> str:
    if token.group().startswith('"'):
        return token.group()
    digits = format(Decimal(token.group()), "f")
    return digits if "." in digits else digits + ".0"


def has_key(document: Any, key: str) -> bool:
    return isinstance(document, dict) and key in document


def sort_key(value: Any) -> tuple:
    """Missing, null, strings, numbers, booleans, arrays, objects; arrays and objects have no order among themselves."""
    ranks = {"null": 1, "string": 2, "number": 3, "boolean": 4, "array": 5, "object": 6}
    if value is NOTHING:
        return (0,)
    name = kind(value)
    if name in ("null", "array", "object"):
        return (ranks[name],)
    return (ranks[name], value)
