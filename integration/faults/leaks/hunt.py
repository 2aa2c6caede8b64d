"""Runs paths and reads their traces."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from typing import Iterator

from . import canary, inspect
from .paths import Path

# Frames and loggers that are not ours. Django's create_connection() has the settings in a variable.
_OTHERS = (
    "django.",
    "/django/",
    "azure.",
    "/azure/",
    "msal",
    "urllib3",
    "/pluggy/",
    "log azure",
    "log msal",
    "log urllib3",
)
_OWN = "leaks"


class Shown(list):
    """(where, piece), with an empty repr, as variables of the hunt hold it."""

    def __repr__(self) -> str:
        return "<Shown>"


class Hunt:
    """Runs paths.

    :ivar failed: number of paths that failed, as they should.
    :ivar leaks: (path, where) in our own code.
    :ivar others: places of secrets in the code of others.
    """

    def __init__(self) -> None:
        self.reporter = inspect.Reporter()
        self.log = inspect.Log()
        self.failed = 0
        self.passed: list[str] = []
        self.leaks: list[tuple[str, str]] = []
        self.others: Counter = Counter()
        logging.getLogger().addHandler(self.log)
        logging.getLogger().setLevel(logging.DEBUG)

    def run(self, path: Path) -> None:
        self.log.records.clear()
        shown = Shown()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            error = _attempt(path, shown)
        shown.extend(("warning", str(warning.message)) for warning in caught)
        if error is None:
            self.passed.append(path.name)
        else:
            self.failed += 1
            shown.extend(inspect.of_error(error))
            shown.extend(self.reporter.pieces(error))
        shown.extend(self.log.records)
        for where in sorted(set(_leaking(shown, path))):
            if any(other in where for other in _OTHERS):
                self.others[where.partition(":")[0]] += 1
            else:
                self.leaks.append((path.name, where))


def _attempt(path: Path, shown: Shown) -> Exception | None:
    """Connect; the settings stay in the path, not in a variable here."""
    from mssql_core.base import DatabaseWrapper

    wrapper = None
    try:
        wrapper = DatabaseWrapper(path.complete(), "default")
        shown.extend(inspect.of_wrapper(wrapper))
        wrapper.ensure_connection()
    except Exception as error:
        return error
    finally:
        if wrapper is not None:
            wrapper.close()
    return None


def _leaking(shown: Shown, path: Path) -> Iterator[str]:
    for where, piece in shown:
        # Frames of the hunt itself, and of functions that the settings hold.
        if _OWN in where:
            continue
        if isinstance(piece, bytes):
            text, marks = piece.decode("latin-1"), canary.marks_in_bytes(piece)
        else:
            text, marks = piece, canary.marks_in(piece)
        if marks or text.startswith(inspect.BAD_REPR) or any(needle in text for needle in path.also):
            yield where
