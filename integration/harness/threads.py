"""Concurrent work in threads."""

from __future__ import annotations

import threading
from typing import Callable


def in_threads(count: int, work: Callable[[int], None]) -> None:
    """Call ``work(number)`` in so many threads, numbered from 0, and wait for all of them."""
    workers = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
