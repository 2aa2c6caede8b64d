"""A table for the time of a comparison."""

from __future__ import annotations

import contextlib
from typing import Any, Iterator

from django.db import connections


@contextlib.contextmanager
def stored(alias: str, objects: list[Any]) -> Iterator[None]:
    """The table of the objects' model with these rows, on a database."""
    model = type(objects[0])
    with connections[alias].schema_editor() as editor:
        editor.create_model(model)
    try:
        model.objects.using(alias).bulk_create(objects)
        yield
    finally:
        with connections[alias].schema_editor() as editor:
            editor.delete_model(model)
