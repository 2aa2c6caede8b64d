"""Foreign keys that SQL Server refuses, found before a migration fails."""

from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from django.db import router
from django.db.models import ForeignKey, UniqueConstraint

from ..names import TableName
from ..plugin.django_types import Connection, Field, Model
from .fields import is_constrained, is_nullable


class _Edge(NamedTuple):
    """A cascading foreign key: a deleted row of the table `parent` reaches rows of the table `child`."""

    field: Field
    parent: str
    child: str


_Path = List[_Edge]


def makes_constraint(field: Field, connection: Connection) -> bool:
    """Whether migrations make a foreign key for `field` in this database."""
    return (
        isinstance(field, ForeignKey)
        and is_constrained(field, connection)
        and field.model._meta.can_migrate(connection)
        and not isinstance(field.remote_field.model, str)
    )


def target_without_key(field: Field, connection: Connection) -> Optional[Field]:
    """
    The field that `field` refers to, if only a filtered index makes it unique; else None.

    A foreign key needs a primary key, a UNIQUE constraint, or a unique index without a filter (error 1776).
    https://learn.microsoft.com/sql/t-sql/statements/alter-table-table-constraint-transact-sql
    """
    if not makes_constraint(field, connection):
        return None
    target = field.target_field
    if target.primary_key or not is_nullable(target) or not target.model._meta.can_migrate(connection):
        return None
    return None if any(_is_whole(constraint, target) for constraint in target.model._meta.constraints) else target


def _is_whole(constraint: Any, field: Field) -> bool:
    """Whether a constraint on `field` alone includes NULL, and so needs no filter."""
    return (
        isinstance(constraint, UniqueConstraint)
        and list(constraint.fields) == [field.name]
        and constraint.condition is None
        and getattr(constraint, "nulls_distinct", None) is False
    )


def cascade_conflict(field: Field, connection: Connection) -> Optional[str]:
    """
    Why the server refuses the cascade of `field`, or None.

    Deleting a row may reach no table by two paths, whatever the action: CASCADE, SET NULL
    and SET DEFAULT count alike (error 1785).
    https://learn.microsoft.com/sql/relational-databases/tables/primary-and-foreign-key-constraints
    """
    if not _cascades(field, connection):
        return None
    accepted: List[_Edge] = []
    # In the order of their creation: of two paths the server refuses the later one.
    for edge in _edges(field.model._meta.apps, connection):
        text = _conflict(edge, accepted)
        if text is None:
            accepted.append(edge)
        if edge.field == field:
            return text
    return None


def _cascades(field: Field, connection: Connection) -> bool:
    # Before Django 6.1 the database has no part in cascades.
    return makes_constraint(field, connection) and hasattr(field.remote_field.on_delete, "on_delete_sql")


def _edges(apps: Any, connection: Connection) -> Iterator[_Edge]:
    for model in apps.get_models(include_auto_created=True):
        if not router.allow_migrate_model(connection.alias, model):
            continue
        for field in model._meta.local_concrete_fields:
            if _cascades(field, connection):
                yield _Edge(field, _table(field.target_field.model, connection), _table(model, connection))


def _table(model: Model, connection: Connection) -> str:
    return str(TableName.parse(model._meta.db_table, connection.ops.schema_option)).casefold()


def _conflict(new: _Edge, edges: Sequence[_Edge]) -> Optional[str]:
    below = _paths(new.child, edges)
    if new.parent in below:
        return "%s closes a cycle of cascades: %s." % (_name(new), _route([new, *below[new.parent]]))
    for start, upper in _starts(new.parent, edges):
        others = _paths(start, edges)
        for table, lower in below.items():
            if table in others:
                return "Deleting %s reaches %s by two paths of cascades: %s; and %s." % (
                    others[table][0].field.target_field.model._meta.label,
                    others[table][-1].field.model._meta.label,
                    _route(others[table]),
                    _route([*upper, new, *lower]),
                )
    return None


def _paths(start: str, edges: Sequence[_Edge]) -> Dict[str, _Path]:
    """A shortest path from `start` down to each table, nearest first."""
    paths: Dict[str, _Path] = {start: []}
    waiting = [start]
    while waiting:
        table = waiting.pop(0)
        for edge in edges:
            if edge.parent == table and edge.child not in paths:
                paths[edge.child] = [*paths[table], edge]
                waiting.append(edge.child)
    return paths


def _starts(table: str, edges: Sequence[_Edge]) -> List[Tuple[str, _Path]]:
    """The tables whose deleted rows reach `table`, with the paths, nearest first."""
    starts = dict.fromkeys([table, *(edge.parent for edge in edges)])
    paths = [(start, _paths(start, edges).get(table)) for start in starts]
    return sorted(((start, path) for start, path in paths if path is not None), key=lambda each: len(each[1]))


def _name(edge: _Edge) -> str:
    return "%s.%s" % (edge.field.model._meta.label, edge.field.name)


def _route(path: Iterable[_Edge]) -> str:
    return " > ".join(map(_name, path))
