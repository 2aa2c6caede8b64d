"""Regular expressions: the alias's function, else REGEXP_LIKE where the server has it, else LIKE for a simple pattern."""

import re

from django.db import NotSupportedError

from ..names import quote_identifier
from ..plugin.types import Capability

_REASON = (
    "The regular expression %r needs REGEXP_LIKE, which SQL Server has from version 2025 at database compatibility "
    "level 170; before that only patterns of literal characters, '.', '.*', simple [sets], ^ and $ are supported. "
    "OPTIONS['regex_function'] names a function of the database that does it."
)
_ESCAPED = re.compile(r"([\\%_\[])")
_SPECIAL = set("*+?{}()|")


def regex_condition(connection, lookup_type):
    """
    The template of regex lookups, for the column and the pattern.

    :raises NotSupportedError: the server has no REGEXP_LIKE, and the alias names no function.
    """
    function = connection.options_read().options.get("regex_function")
    if function:
        quoted = ".".join(quote_identifier(part) for part in function.split("."))
        return "%s(%%s, %%s, %d) = 1" % (quoted, lookup_type == "regex")
    if not connection.server.has(Capability.REGEXP):
        raise NotSupportedError(_REASON % "(an expression)")
    # A predicate; flags: https://learn.microsoft.com/sql/t-sql/functions/regexp-like-transact-sql
    return "REGEXP_LIKE(%%s, %%s, '%s')" % ("i" if lookup_type == "iregex" else "c")


def needs_like(connection):
    """Whether only LIKE is there for a regular expression."""
    return not connection.options_read().options.get("regex_function") and not connection.server.has(Capability.REGEXP)


def like_pattern(pattern):
    """
    The LIKE pattern, with escape character backslash, that matches what `pattern` matches.

    :raises NotSupportedError: LIKE cannot say it.
    """
    anchored_start, anchored_end = pattern.startswith("^"), pattern.endswith("$") and not pattern.endswith("\\$")
    body = pattern[1:] if anchored_start else pattern
    body = body[:-1] if anchored_end else body
    found = "".join(_pieces(pattern, body))
    return "%s%s%s" % ("" if anchored_start else "%", found, "" if anchored_end else "%")


def _pieces(pattern, body):
    position = 0
    while position < len(body):
        character = body[position]
        following = body[position + 1 : position + 2]
        if character == "[":
            end = body.find("]", position + 2)
            piece, position = body[position : end + 1], end + 1
            inner = piece[1:-1].lstrip("^")
            if end < 0 or any(special in inner for special in "\\[]%_"):
                raise NotSupportedError(_REASON % pattern)
            yield piece
        elif character == "." and following == "*":
            position += 2
            yield "%"
        elif character == ".":
            position += 1
            yield "_"
        elif character == "\\":
            if not following or following.isalnum():
                raise NotSupportedError(_REASON % pattern)
            position += 2
            yield _ESCAPED.sub(r"\\\1", following)
        elif character in _SPECIAL or character in "^$":
            raise NotSupportedError(_REASON % pattern)
        else:
            position += 1
            yield _ESCAPED.sub(r"\\\1", character)
        if body[position : position + 1] and body[position] in "*+?{":
            raise NotSupportedError(_REASON % pattern)


def insensitive_collation(collation):
    """The case-insensitive sister of a collation."""
    if "_CI" in collation:
        return collation
    if "_CS" in collation:
        return collation.replace("_CS", "_CI", 1)
    return "Latin1_General_100_CI_AS"
