"""Regular expressions: the alias's function, or REGEXP_LIKE where the server has it, or LIKE for a simple pattern."""

import re
from typing import Iterator, List, NoReturn

from django.db import NotSupportedError

from ..names import quote_identifier
from ..plugin.django_types import Connection
from ..plugin.types import Capability

_REASON = (
    "The regular expression %r needs REGEXP_LIKE, which SQL Server has from version 2025 at database compatibility "
    "level 170; before that only what LIKE can say is supported: characters, '.', '.*', '.+', [sets], \\d, \\w, \\s, {n}, a "
    "leading ^ and a final $. "
    "OPTIONS['regex_function'] names a function of the database that does it."
)
_ESCAPED = re.compile(r"([\\%_\[])")
_REPEATS = frozenset("*+?{")
_SPECIAL = frozenset("*+?{}()|^$")
_NUMBER = re.compile(r"[*+](?![+?])|\{(?P<least>\d{1,4})(?P<open>,)?\}(?![+?])")
# As REGEXP_LIKE has them, which knows no digits and letters beyond ASCII here.
_CLASSES = {"d": "0-9", "w": "0-9A-Z_a-z", "s": "\t\n\f\r "}
_CONTROLS = {"t": "\t", "n": "\n", "f": "\f", "r": "\r"}
# LIKE takes 8,000 bytes (LIKE).
_LONGEST = 4000


def regex_condition(connection: Connection, lookup_type: str) -> str:
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


def needs_like(connection: Connection) -> bool:
    """Whether regular expressions have to become LIKE."""
    return not connection.options_read().options.get("regex_function") and not connection.server.has(Capability.REGEXP)


def like_pattern(pattern: str, ignores_case: bool = False) -> str:
    """
    The LIKE pattern, with escape character backslash, that matches what `pattern` matches.

    Sets are those of a binary collation. ``.`` stands for any character, also for the end of a line, ``$`` for the very
    end; a character beyond U+FFFF counts as two.

    :param ignores_case: the pattern is for text in lower case.
    :raises NotSupportedError: a pattern that LIKE cannot express.
    """
    like = "".join(_Reader(pattern, ignores_case).pieces())
    if len(like) > _LONGEST:
        raise NotSupportedError(
            "A regular expression of %d characters is too long for LIKE (8,000 bytes)." % len(pattern)
        )
    return like


class _Reader:
    """A reader of regular expressions, from left to right; each piece becomes one of LIKE's."""

    def __init__(self, pattern: str, ignores_case: bool) -> None:
        self._pattern, self._ignores_case = pattern, ignores_case
        self._position = 0

    def pieces(self) -> Iterator[str]:
        """Yield LIKE's pattern for each piece."""
        if self._pattern[:1] == "^":
            self._position = 1
        else:
            yield "%"
        while self._position < len(self._pattern):
            if self._pattern[self._position :] == "$":
                return
            yield from self._repeated(self._piece())
        yield "%"

    def _refuse(self) -> NoReturn:
        raise NotSupportedError(_REASON % self._pattern)

    def _next(self) -> str:
        if self._position >= len(self._pattern):
            self._refuse()
        self._position += 1
        return self._pattern[self._position - 1]

    def _piece(self) -> str:
        character = self._next()
        if character == ".":
            return "_"
        if character == "[":
            return self._set()
        if character == "\\":
            return self._escaped()
        if character in _SPECIAL:
            self._refuse()
        return self._literal(character)

    def _repeated(self, piece: str) -> List[str]:
        """A piece with its quantifier: LIKE has an unlimited one for any characters only."""
        rest = self._pattern[self._position :]
        match = _NUMBER.match(rest)
        if match is None:
            if rest[:1] in _REPEATS:
                self._refuse()
            return [piece]
        self._position += match.end()
        least = {"*": 0, "+": 1}.get(match[0][0])
        if least is None:
            least = int(match["least"])
        is_open = match[0][0] in "*+" or match["open"]
        if is_open and piece != "_" or least > _LONGEST:
            self._refuse()
        return [piece * least, "%"] if is_open else [piece * least]

    def _literal(self, character: str) -> str:
        if self._ignores_case:
            character = self._lower(character)
        return _ESCAPED.sub(r"\\\1", character)

    def _lower(self, character: str) -> str:
        lower = character.lower()
        if len(lower) != 1:
            self._refuse()
        return lower

    def _escaped(self) -> str:
        character = self._next()
        if character.lower() in _CLASSES:
            return "[%s%s]" % ("^" if character.isupper() else "", _CLASSES[character.lower()])
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character.isalnum() or not character.isascii() or character == "_":
            self._refuse()
        return self._literal(character)

    # ---- sets ----------------------------------------------------------------------

    def _set(self) -> str:
        """[abc], [^a-z], [\\d.]: what is in it, escaped."""
        negation = self._pattern[self._position : self._position + 1] == "^"
        self._position += negation
        members, is_first = [], True
        while is_first or self._pattern[self._position : self._position + 1] != "]":
            members.append(self._member())
            is_first = False
        self._position += 1
        return "[%s%s]" % ("^" if negation else "", "".join(members))

    def _member(self) -> str:
        first = self._set_character()
        if len(first) != 1:
            return first
        rest = self._pattern[self._position : self._position + 2]
        if rest[:1] != "-" or rest[1:] in ("", "]"):
            return self._characters(first, first)
        self._position += 1
        last = self._set_character()
        if len(last) != 1 or last < first:
            self._refuse()
        return self._characters(first, last)

    def _set_character(self) -> str:
        """A character, or the members of a class."""
        character = self._next()
        if character == "[" or ord(character) > 0xFFFF:
            # Beyond U+FFFF a set would hold the halves. What [[ is to become, Python keeps open.
            self._refuse()
        if character != "\\":
            return character
        character = self._next()
        if character in _CLASSES or character in _CONTROLS:
            return _CLASSES.get(character) or _CONTROLS[character]
        if character.isalnum() or not character.isascii() or character == "_":
            self._refuse()
        return character

    def _characters(self, first: str, last: str) -> str:
        """The characters from `first` to `last` as members of LIKE's set."""
        if self._ignores_case:
            characters = [chr(code) for code in range(ord(first), ord(last) + 1)]
            lower = [self._lower(character) for character in characters]
            if lower != characters:
                return "".join(map(_member_of_like, dict.fromkeys(lower)))
        return _member_of_like(first) + ("" if first == last else "-" + _member_of_like(last))


def _member_of_like(character: str) -> str:
    return "\\" + character if character in "\\^-[]" else character


def insensitive_collation(collation: str) -> str:
    """The case-insensitive collation of the same language."""
    if "_CI" in collation:
        return collation
    if "_CS" in collation:
        return collation.replace("_CS", "_CI", 1)
    return "Latin1_General_100_CI_AS"
