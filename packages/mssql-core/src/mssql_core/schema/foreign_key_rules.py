"""Foreign keys that SQL Server refuses, told before a migration meets the refusal."""

from collections import namedtuple

from django.db import router
from django.db.models import ForeignKey, UniqueConstraint

from ..names import TableName
from .fields import is_constrained, is_nullable

# A cascading foreign key: a row of `parent` (a table) reaches rows of `child`.
_Edge = namedtuple("_Edge", "field parent child")


def makes_constraint(field, connection):
    """Whether migrations make a foreign key for `field` in this database."""
    return (
        isinstance(field, ForeignKey)
        and is_constrained(field, connection)
        and field.model._meta.can_migrate(connection)
        and not isinstance(field.remote_field.model, str)
    )


def target_without_key(field, connection):
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


def _is_whole(constraint, field):
    """Whether a constraint on `field` alone holds for NULL too, and so needs no filter."""
    return (
        isinstance(constraint, UniqueConstraint)
        and list(constraint.fields) == [field.name]
        and constraint.condition is None
        and getattr(constraint, "nulls_distinct", None) is False
    )


def cascade_conflict(field, connection):
    """
    Why the server refuses the cascade of `field`, or None.

    Deleting a row may reach no table twice, whatever is done there: CASCADE, SET NULL
    and SET DEFAULT count alike (error 1785).
    https://learn.microsoft.com/sql/relational-databases/tables/primary-and-foreign-key-constraints
    """
    if not _cascades(field, connection):
        return None
    accepted = []
    # One after the other, as the server sees them: of two paths the later one is refused.
    for edge in _edges(field.model._meta.apps, connection):
        text = _conflict(edge, accepted)
        if text is None:
            accepted.append(edge)
        if edge.field == field:
            return text
    return None


def _cascades(field, connection):
    # Before Django 6.1 nothing is carried out by the database.
    return makes_constraint(field, connection) and hasattr(field.remote_field.on_delete, "on_delete_sql")


def _edges(apps, connection):
    for model in apps.get_models(include_auto_created=True):
        if not router.allow_migrate_model(connection.alias, model):
            continue
        for field in model._meta.local_concrete_fields:
            if _cascades(field, connection):
                yield _Edge(field, _table(field.target_field.model, connection), _table(model, connection))


def _table(model, connection):
    return str(TableName.parse(model._meta.db_table, connection.ops.schema_option)).casefold()


def _conflict(new, edges):
    below = _paths(new.child, edges)
    if new.parent in below:
        return "%s closes a cycle of cascades: %s." % (_name(new), _route([new, *below[new.parent]]))
    for start, upper in _starts(new.parent, edges):
        others = _paths(start, edges)
        for table, lower in below.items():
            if others.get(table):
                return "Deleting %s reaches %s by two paths of cascades: %s; and %s." % (
                    _model(start, [*others[table]], "parent"),
                    _model(table, [*others[table]], "child"),
                    _route(others[table]),
                    _route([*upper, new, *lower]),
                )
    return None


def _paths(start, edges):
    """{table: edges on a shortest way down to it from `start`}, nearest first."""
    found, waiting = {start: []}, [start]
    while waiting:
        table = waiting.pop(0)
        for edge in edges:
            if edge.parent == table and edge.child not in found:
                found[edge.child] = [*found[table], edge]
                waiting.append(edge.child)
    return found


def _starts(table, edges):
    """The tables whose deleted rows reach `table`, with the ways, nearest first."""
    ways = [(start, _paths(start, edges).get(table)) for start in dict.fromkeys([table, *(e.parent for e in edges)])]
    return sorted(((start, way) for start, way in ways if way is not None), key=lambda found: len(found[1]))


def _name(edge):
    return "%s.%s" % (edge.field.model._meta.label, edge.field.name)


def _model(table, path, end):
    """The model of a table at one end of an edge of `path`."""
    for edge in path:
        if end == "parent" and edge.parent == table:
            return edge.field.target_field.model._meta.label
        if end == "child" and edge.child == table:
            return edge.field.model._meta.label
    return table


def _route(path):
    return " > ".join(map(_name, path))
