"""Bounds-checked reading of little-endian fields."""

import struct

from .packets import ProtocolError

_formats = {size: struct.Struct(code) for size, code in ((1, "<B"), (2, "<H"), (4, "<I"), (8, "<Q"))}


class Buffer:
    """A cursor over one message. Every method raises :class:`ProtocolError` at the end of the data."""

    __slots__ = ("data", "end", "position")

    def __init__(self, data: bytes, position: int = 0) -> None:
        self.data = data
        self.position = position
        self.end = len(data)

    @property
    def exhausted(self) -> bool:
        return self.position >= self.end

    def take(self, size: int) -> bytes:
        start = self.position
        stop = start + size
        if stop > self.end:
            raise ProtocolError("message ends unexpectedly")
        self.position = stop
        return self.data[start:stop]

    def byte(self) -> int:
        position = self.position
        if position >= self.end:
            raise ProtocolError("message ends unexpectedly")
        self.position = position + 1
        return self.data[position]

    def peek(self) -> int:
        if self.position >= self.end:
            raise ProtocolError("message ends unexpectedly")
        return self.data[self.position]

    def unsigned(self, size: int) -> int:
        value: int = _formats[size].unpack(self.take(size))[0]
        return value

    def text(self, characters: int) -> str:
        """UTF-16 text of a name or statement, length in code units."""
        try:
            return self.take(characters * 2).decode("utf-16-le")
        except UnicodeDecodeError as error:
            raise ProtocolError(f"text is not UTF-16: {error.reason}") from None

    def b_varchar(self) -> str:
        size = self.byte()
        return self.text(size) if size else ""

    def us_varchar(self) -> str:
        return self.text(self.unsigned(2))
