"""Runs the property for one kind of field on the connection at hand."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .kinds import KINDS
from .paths import check_refused, check_stored, model

# Values that go in together.
_TOGETHER = 20


def check(name: str, count: int, seed: bool = False) -> int:
    """Try at least `count` values of a kind; returns how many were tried.

    :param seed: whether the same values are tried each time.
    :raises AssertionError: with the path or the lookup, and the smallest value that fails.
    """
    about = KINDS[name]
    kind: Any = model(name, about)
    tried = 0
    options = settings(
        max_examples=max(count // _TOGETHER, 1), deadline=None, database=None, derandomize=seed,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    @options
    @given(st.lists(about.values, min_size=_TOGETHER, max_size=_TOGETHER))
    def is_stored(values):
        nonlocal tried
        with transaction.atomic():
            check_stored(kind, values, about)
            transaction.set_rollback(True)
        tried += len(values)

    with connection.schema_editor() as editor:
        editor.create_model(kind)
    try:
        is_stored()
        if about.refused is not None:
            settings(options)(given(about.refused)(lambda value: check_refused(kind, value)))()
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(kind)
    return tried
