"""ODBC connection strings, by the grammar that unixODBC and the Microsoft driver really follow.

Keywords are case-insensitive and the first of duplicates wins. A value in
braces may hold anything, a closing brace doubled. Blanks around values count.
https://learn.microsoft.com/sql/connect/odbc/dsn-connection-string-attribute
"""

from typing import Dict, Iterator, List, Mapping, Tuple

from django.core.exceptions import ImproperlyConfigured

SECRETS = frozenset(("pwd", "password", "accesstoken", "keystoresecret", "clientkey"))


def quote(value: str) -> str:
    """A value as the string needs it: in braces where it would be read otherwise."""
    if not value:
        return ""
    if set(value) & set(";{}[](),?*=!@") or value != value.strip():
        return "{%s}" % value.replace("}", "}}")
    return value


def build(keywords: Mapping[str, str]) -> str:
    """``KEY=value;`` pairs in order. :raises ImproperlyConfigured: a keyword that is none."""
    parts = []
    for key, value in keywords.items():
        if not key or set(key) & set("={};") or key != key.strip():
            raise ImproperlyConfigured("%r is not an ODBC keyword." % key)
        parts.append("%s=%s" % (key, quote(value)))
    return ";".join(parts)


def parse(text: str) -> List[Tuple[str, str]]:
    """(keyword, value) pairs. :raises ImproperlyConfigured: an unclosed brace or a part without ``=``."""
    return list(_pairs(text))


def _pairs(text: str) -> Iterator[Tuple[str, str]]:
    position = 0
    while position < len(text):
        if text[position] in "; ":
            position += 1
            continue
        equals = text.find("=", position)
        if equals < 0:
            raise ImproperlyConfigured("extra_params: %r has no '='." % text[position:].split(";")[0])
        key = text[position:equals]
        value, position = _value(text, equals + 1)
        yield key, value


def _value(text: str, start: int) -> Tuple[str, int]:
    if start < len(text) and text[start] == "{":
        parts = []
        position = start + 1
        while True:
            close = text.find("}", position)
            if close < 0:
                raise ImproperlyConfigured("extra_params: a value lacks its closing brace.")
            parts.append(text[position:close])
            if text[close + 1 : close + 2] != "}":
                return "".join(parts), close + 1
            parts.append("}")
            position = close + 2
    end = text.find(";", start)
    end = len(text) if end < 0 else end
    return text[start:end], end


def merge(base: Mapping[str, str], extra: Mapping[str, str]) -> Dict[str, str]:
    """``extra`` over ``base``, keywords compared without case."""
    merged = dict(base)
    names = {key.casefold(): key for key in merged}
    for key, value in extra.items():
        merged[names.get(key.casefold(), key)] = value
        names.setdefault(key.casefold(), key)
    return merged


def redact(keywords: Mapping[str, str]) -> Dict[str, str]:
    """The keywords with secrets replaced, for messages and logs."""
    return {key: "***" if key.casefold() in SECRETS else value for key, value in keywords.items()}
