"""A parent and its children for each type of key."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Callable

from django.db import models

from mssql_core.fields import VarcharField


@dataclass(frozen=True)
class Key:
    """A type of primary key.

    :ivar field: makes the field; None is a composite key, which nothing refers to.
    :ivar value: number -> the key's value; None where the server gives it.
    """

    field: Callable[[], Any] | None
    value: Callable[[int], Any] | None


KEYS = {
    "identity": Key(lambda: models.BigAutoField(primary_key=True), None),
    "integer": Key(lambda: models.BigIntegerField(primary_key=True), lambda number: number * 7),
    "uuid": Key(lambda: models.UUIDField(primary_key=True), lambda number: uuid.UUID(int=number * 2**64 + 1)),
    "text": Key(lambda: models.CharField(max_length=20, primary_key=True), lambda number: f"k{number:08}"),
    "varchar": Key(lambda: VarcharField(max_length=20, primary_key=True), lambda number: f"k{number:08}"),
}
if hasattr(models, "CompositePrimaryKey"):
    KEYS["composite"] = Key(None, lambda number: (number % 100, number))


def _model(name: str, attributes: dict[str, Any]) -> Any:
    meta = type("Meta", (), {"app_label": "volume"})
    return type(name, (models.Model,), {"__module__": __name__, "Meta": meta, **attributes})


def _parent(name: str, key: Key) -> Any:
    if key.field is not None:
        return _model(f"Parent{name.title()}", {"key": key.field(), "payload": models.IntegerField()})
    attributes = {
        "pk": models.CompositePrimaryKey("tenant", "number"),
        "tenant": models.IntegerField(),
        "number": models.IntegerField(),
        "payload": models.IntegerField(),
    }
    return _model(f"Parent{name.title()}", attributes)


def _child(name: str, key: Key, parent: Any) -> Any:
    if key.field is None:
        return None
    reference = models.ForeignKey(parent, models.CASCADE, related_name="children")
    return _model(f"Child{name.title()}", {"parent": reference, "payload": models.IntegerField()})


PARENTS = {name: _parent(name, key) for name, key in KEYS.items()}
CHILDREN = {name: _child(name, key, PARENTS[name]) for name, key in KEYS.items()}
