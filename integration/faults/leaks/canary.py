"""Secrets that can be told again wherever a part of them shows."""

from __future__ import annotations

import base64
import itertools
import re
import secrets as randomness
from typing import Any

# In each part of a secret that a parser may cut it into; no other text has it.
MARK = re.compile(r"cnry[0-9a-f]{8}")

#: What stands between the marks: what a connection string, a URL, JSON or a log's format may misread.
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
    """A new secret of a shape; see :data:`SHAPES`."""
    text = SHAPES[shape]
    parts = itertools.chain.from_iterable((piece, mark()) for piece in re.split(r"(?<!%)%s", text))
    return "".join(list(parts)[:-1]).replace("%%", "%")


def jwt() -> str:
    """Three parts as a token has them; the second one is base64 of a mark, and each ends with a mark."""
    claims = base64.urlsafe_b64encode(('{"oid": "%s"}' % mark()).encode()).decode().rstrip("=")
    return ".".join((mark(), claims + mark(), mark()))


def marks_in(text: str) -> set[str]:
    return set(MARK.findall(text))


def marks_in_bytes(data: bytes) -> set[str]:
    """Marks in UTF-8, and in UTF-16 as the driver takes texts."""
    return marks_in(data.decode("latin-1")) | marks_in(data.replace(b"\0", b"").decode("latin-1"))


def needles(value: Any) -> set[str]:
    """Texts by which a secret that is no canary is told: the lines of a key, the parts of a token."""
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    lines = re.split(r"[\n.;]", text)
    return {line for line in lines if len(line) > 30 and "CERTIFICATE" not in line and "PRIVATE KEY" not in line}
