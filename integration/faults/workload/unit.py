"""A unit of work, which takes effect as a whole or not at all.

Another connection observes which: ``before`` and ``after`` are the two valid observations.
"""

from __future__ import annotations

import contextlib
import random
from typing import Any, Callable, Iterator

from django.db import transaction

from .claims import Seen


class Unit:
    """A unit of work.

    :param name: the unique prefix of all names it writes.
    :param chance: the case's random generator.
    :ivar connect: opens a connection that bypasses the proxy; set by the runner.
    :ivar finishing: whether, from now on, the effect is unknown after an error: the COMMIT, or the only statement, has
        been sent.
    :ivar is_refused: whether Django will roll the block back, although it ends without an error.
    """

    connect: Callable[[], Any]

    def __init__(self, name: str, chance: random.Random) -> None:
        self.name = name
        self.count = chance.randint(1, 4)
        self.finishing = False
        self.is_refused = False
        self.tags = ["%s.%d" % (name, number) for number in range(self.count)]

    def prepare(self, cursor: Any) -> None:
        """Create the rows that the unit needs, by a connection that bypasses the proxy."""

    def run(self) -> None:
        """The application's code."""
        raise NotImplementedError

    def observe(self, seen: Seen) -> Any:
        return tuple(seen.entries[tag] for tag in self.tags)

    @property
    def before(self) -> Any:
        return (0,) * self.count

    @property
    def after(self) -> Any:
        return (1,) * self.count

    @contextlib.contextmanager
    def block(self) -> Iterator[None]:
        """The unit's outermost atomic block."""
        with transaction.atomic():
            yield
            # Django then rolls back without an error, which shows only here.
            self.is_refused = transaction.get_rollback()
            self.finishing = True

    def check(self) -> str:
        """The contradiction in the application's own observations; empty if there is none."""
        return ""
