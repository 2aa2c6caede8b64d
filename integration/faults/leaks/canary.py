"""Secrets of which every part can be recognized."""

from __future__ import annotations

import base64
import itertools
import re
import secrets as randomness
from typing import Any

# A mark in each part that a parser may split a secret into; in no other text.
MARK = re.compile(r"cnry[0-9a-f]{8}")

#: Texts between the marks that a connection string, a URL, JSON or a log's format may misread.
SHAPES = {
    "plain": "%s",
    "semicolon": "%s;%s",
    "braces": "{%s}}%s",
    "open brace": "{%s;%s",
    "keyword": "%s;UID=%s",
    "blanks and quotes": " %s '%s\" ",
    "percent and newline": "%%s %s\n%%(x)s%s",
    "long": "%s" + "x" * 200 + "%s",
    "umlaut and clown": "ä%s🤡%s",
}


def mark() -> str:
    return "cnry" + randomness.token_hex(4)


def secret(shape: str = "plain") -> str:
    """A new secret of one of the :data:`SHAPES`."""
    text = SHAPES[shape]
    parts = itertools.chain.from_iterable((piece, mark()) for piece in re.split(r"(?<!%)%s", text))
    return "".join(list(parts)[:-1]).replace("%%", "%")


def jwt() -> str:
    """Three parts like a token's; the second is base64 of a mark, and each ends with a mark."""
    claims = base64.urlsafe_b64encode(('{"oid": "%s"}' % mark()).encode()).decode().rstrip("=")
    return ".".join((mark(), claims + mark(), mark()))


def marks_in(text: str) -> set[str]:
    return set(MARK.findall(text))


def marks_in_bytes(data: bytes) -> set[str]:
    """Marks in UTF-8, and in UTF-16, the driver's encoding."""
    return marks_in(data.decode("latin-1")) | marks_in(data.replace(b"\0", b"").decode("latin-1"))


def needles(value: Any) -> set[str]:
    """Texts that identify a secret without marks: the lines of a key, the parts of a token."""
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    lines = re.split(r"[\n.;]", text)
    return {line for line in lines if len(line) > 30 and "CERTIFICATE" not in line and "PRIVATE KEY" not in line}
