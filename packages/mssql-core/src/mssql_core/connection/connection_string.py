"""ODBC connection strings, by the grammar that unixODBC and the Microsoft driver really follow.

Keywords are case-insensitive and the first of duplicates wins. A value in braces may
hold anything, a closing brace doubled. Blanks around a value belong to it, a blank before
``=`` belongs to the keyword, which the driver then ignores without a word.
https://learn.microsoft.com/sql/connect/odbc/dsn-connection-string-attribute
"""

from typing import Dict, Iterator, List, Mapping, Tuple

from django.core.exceptions import ImproperlyConfigured

from ..plugin.types import Secret

__all__ = ["HIDDEN", "SECRETS", "Secret", "build", "merge", "parse", "quote", "redact"]

#: Keywords whose values are secrets.
SECRETS = frozenset(("pwd", "password", "accesstoken", "keystoresecret", "clientkey"))
HIDDEN = "***"
_SPECIAL = frozenset(";{}[](),?*=!@")
# The server's limits of LOGIN7; the driver refuses longer values (08001).
_MAX_LENGTH = {"pwd": 128, "uid": 128, "database": 128, "app": 128}


def quote(value: str) -> str:
    """A value as the string needs it: in braces where it would be read otherwise."""
    if _SPECIAL.isdisjoint(value) and value == value.strip():
        return value
    return "{%s}" % value.replace("}", "}}")


def build(keywords: Mapping[str, str]) -> Secret:
    """``KEY=value`` pairs in order.

    :raises ImproperlyConfigured: a keyword that is none, a value with NUL or beyond the driver's limit.
    """
    return Secret(";".join("%s=%s" % (_keyword(key), quote(_checked(key, value))) for key, value in keywords.items()))


def _keyword(key: str) -> str:
    if not key or set(key) & set("={};") or key != key.strip():
        raise ImproperlyConfigured("%r is not an ODBC keyword." % key)
    return key


def _checked(key: str, value: str) -> str:
    if "\0" in value:
        raise ImproperlyConfigured("The value of the ODBC keyword %s holds a NUL character." % key)
    limit = _MAX_LENGTH.get(key.casefold())
    if limit and len(value) > limit:
        raise ImproperlyConfigured("The value of the ODBC keyword %s is longer than %d characters." % (key, limit))
    return value


def parse(text: str) -> List[Tuple[str, str]]:
    """(keyword, value) pairs.

    :raises ImproperlyConfigured: an unclosed brace, text behind a closing one, a part without ``=``
        (all of which the driver would take for something else).
    """
    return list(_pairs(text))


def _pairs(text: str) -> Iterator[Tuple[str, str]]:
    position = 0
    while position < len(text):
        if text[position] in "; ":
            position += 1
            continue
        equals = text.find("=", position)
        if equals < 0:
            raise ImproperlyConfigured("A connection string has a part without '='.")
        key = text[position:equals]
        if ";" in key:
            raise ImproperlyConfigured("A connection string has the part %r without '='." % key.split(";")[0])
        value, position = _value(key, text, equals + 1)
        yield _keyword(key), value


def _value(key: str, text: str, start: int) -> Tuple[str, int]:
    if text[start : start + 1] != "{":
        end = text.find(";", start)
        end = len(text) if end < 0 else end
        return text[start:end], end
    parts, position = [], start + 1
    while True:
        close = text.find("}", position)
        if close < 0:
            raise ImproperlyConfigured("The value of %s in a connection string lacks its closing brace." % key)
        parts.append(text[position:close])
        if text[close + 1 : close + 2] != "}":
            break
        parts.append("}")
        position = close + 2
    if text[close + 1 : close + 2] not in ("", ";"):
        raise ImproperlyConfigured(
            "The value of %s in a connection string goes on behind its closing brace; write } as }}." % key
        )
    return "".join(parts), close + 1


def merge(base: Mapping[str, str], extra: Mapping[str, str]) -> Dict[str, str]:
    """``extra`` over ``base``, keywords compared without case."""
    merged = dict(base)
    names = {key.casefold(): key for key in merged}
    for key, value in extra.items():
        merged[names.setdefault(key.casefold(), key)] = value
    return merged


def redact(keywords: Mapping[str, str]) -> Dict[str, str]:
    """The keywords with secrets replaced, for messages and logs."""
    return {key: HIDDEN if key.casefold() in SECRETS else value for key, value in keywords.items()}
