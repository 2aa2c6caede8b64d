"""Rows that had to be read early, kept until they are wanted."""

import pickle
import tempfile
from typing import Any, Iterator, List, Tuple

# Bytes kept in memory; more go to a file in the system's temporary folder, which only this user can open.
_MEMORY = 8 * 2**20


class Spool:
    """A list of rows of any length that needs little memory."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_MEMORY)  # noqa: SIM115

    def add(self, rows: List[Tuple[Any, ...]]) -> None:
        pickle.dump(rows, self._file, pickle.HIGHEST_PROTOCOL)

    def __del__(self) -> None:
        self._file.close()

    def rows(self) -> Iterator[Tuple[Any, ...]]:
        """The rows in order; the file is removed after the last one, or with this iterator."""
        with self._file as file:
            end = file.tell()
            file.seek(0)
            while file.tell() < end:
                yield from pickle.load(file)
