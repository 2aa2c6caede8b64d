"""Documents in a form that the type json keeps.

The type reads a number with an exponent, or of more than 38 digits, as a float,
and writes it with ten decimals; half a surrogate pair becomes U+FFFD. It has at most
128 levels (error 13645), and an object or an array at most 65,535 items (error 13647).
https://learn.microsoft.com/sql/t-sql/data-types/json-data-type
"""

import decimal
import re
from typing import Match

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|NaN|Infinity', re.DOTALL)
_HALF = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_ESCAPED_BACKSLASH = re.compile(r"\\\\")
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)
_DIGITS = 38
_LEVELS = 128
_ITEMS = 65535


def storable(text: str) -> str:
    """
    The document as exact_text() has it.

    :raises ValueError: the type would change it, or refuse it as no object and no array (error 13609), or for its size.
    """
    if text[:1] not in ("{", "["):
        remedy = "None is stored as NULL." if text == "null" else "Put the value into an array or an object."
        raise ValueError(
            "the type json holds objects and arrays only, no string, number, boolean or null by itself. " + remedy
        )
    try:
        _check_limits(text)
        return exact_text(text)
    except ValueError as error:
        raise ValueError("the document cannot be stored as the type json: %s" % error) from None


def _check_limits(text: str) -> None:
    if text.count("[") + text.count("{") <= _LEVELS and text.count(",") < _ITEMS:
        return
    # Of each array and object that is open: how many items are complete.
    complete = [0]
    for match in _STRUCTURE.finditer(text):
        mark = match.group()
        if mark in ("[", "{"):
            complete.append(0)
            if len(complete) > _LEVELS + 1:
                raise ValueError("it has more than %d levels." % _LEVELS)
        elif mark in ("]", "}") and len(complete) > 1:
            complete.pop()
        elif mark == ",":
            complete[-1] += 1
            if complete[-1] >= _ITEMS:
                raise ValueError("an object or an array in it has more than {:,} items.".format(_ITEMS))


def exact_text(text: str) -> str:
    """
    The document with its numbers in a form that the type json keeps.

    :raises ValueError: the type would change a number or a character.
    """
    return _TOKEN.sub(_token, text)


def _token(match: Match[str]) -> str:
    token = match.group()
    if token.startswith('"'):
        if _HALF.search(_ESCAPED_BACKSLASH.sub("  ", token)):
            raise ValueError("half a surrogate pair would become U+FFFD.")
        return token
    if not token[-1].isdigit():
        raise ValueError("JSON has no %s." % token)
    plain = token
    if "e" in token or "E" in token:
        plain = format(decimal.Decimal(token), "f")
        if "." not in plain:
            # Still a float: an integer of these digits may be another number.
            plain += ".0"
    if sum(character.isdigit() for character in plain) > _DIGITS:
        raise ValueError("the number %s has more than %d digits." % (token, _DIGITS))
    return plain
