"""A unit of work: it either takes effect as a whole or not at all.

Which it was is observed from outside; ``before`` and ``after`` are the two things that may be observed.
"""

from __future__ import annotations

import contextlib
import random
from typing import Any, Callable, Iterator

from django.db import transaction

from .claims import Seen


class Unit:
    """One unit of work.

    :param name: the prefix of all names it writes; unique.
    :param chance: the case's.
    :ivar connect: opens a connection that does not pass the proxy; given by the runner.
    :ivar finishing: whether an error from now on leaves open whether the unit took effect: its COMMIT, or its only
        statement, is under way.
    :ivar is_refused: whether Django told that it will roll the block back, which ends without an error.
    """

    connect: Callable[[], Any]

    def __init__(self, name: str, chance: random.Random) -> None:
        self.name = name
        self.count = chance.randint(1, 4)
        self.finishing = False
        self.is_refused = False
        self.tags = ["%s.%d" % (name, number) for number in range(self.count)]

    def prepare(self, cursor: Any) -> None:
        """Rows that the unit expects, by a connection that does not pass the proxy."""

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
            # Django rolls back without an error then, which it tells only here.
            self.is_refused = transaction.get_rollback()
            self.finishing = True

    def check(self) -> str:
        """What is wrong with what the application saw itself; empty when nothing is."""
        return ""
