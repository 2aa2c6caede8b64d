"""The unique keys that a model declares."""

from typing import Any, Container, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from django.db import ProgrammingError
from django.db.models import Q, UniqueConstraint
from django.db.models.expressions import Col
from django.db.models.sql.query import Query

from ..plugin.django_types import Connection, Field
from ..plugin.types import Compiled


class UniqueKey(NamedTuple):
    """
    Fields whose values no two rows share.

    :ivar condition: of the rows to which this applies, if not to all.
    :ivar equal_nulls: whether NULL equals NULL in it (nulls_distinct=False).
    """

    fields: Tuple[Field, ...]
    condition: Optional[Q] = None
    equal_nulls: bool = False

    def is_within(self, opts: Any, fields: Container[Field]) -> bool:
        """Whether the key and its condition name only some of `fields`."""
        return all([field in fields for field in (*self.fields, *self.fields_of_condition(opts))])

    def fields_of_condition(self, opts: Any) -> List[Field]:
        """The fields that the condition names."""
        if self.condition is None:
            return []
        return list(_columns(Query(opts.model, alias_cols=False).build_where(self.condition)))

    def condition_sql(self, opts: Any, connection: Connection) -> Compiled:
        """The condition, with the names of columns alone: (sql, params)."""
        query = Query(opts.model, alias_cols=False)
        compiler = query.get_compiler(connection=connection)
        sql: Compiled = compiler.compile(query.build_where(self.condition))
        return sql


def unique_keys(opts: Any, fields: Container[Field]) -> List[UniqueKey]:
    """
    The model's unique keys that name only some of `fields`.

    Constraints with expressions are not among them: the server refuses rows that violate one (error 2601).
    """
    return [key for key in _keys(opts) if key.is_within(opts, fields)]


def fields_of_conditions(opts: Any) -> List[Field]:
    """The fields in the conditions of the model's unique keys."""
    return [field for key in _keys(opts) for field in key.fields_of_condition(opts)]


def check_unique(opts: Any, fields: Sequence[Field]) -> UniqueKey:
    """
    Return the unique key of exactly these fields; others may be shared by rows.

    :raises ProgrammingError: no unique constraint of the model has these fields.
    """
    keys = [key for key in _keys(opts) if key.condition is None and set(key.fields) == set(fields)]
    if not keys:
        raise ProgrammingError(
            "unique_fields: no unique constraint of %s has exactly the fields %s."
            % (opts.label, ", ".join(field.name for field in fields))
        )
    # The stricter one.
    return max(keys, key=lambda each: each.equal_nulls)


def _keys(opts: Any) -> List[UniqueKey]:
    keys = [UniqueKey(tuple(opts.pk_fields if hasattr(opts, "pk_fields") else [opts.pk]))]
    keys += [UniqueKey((field,)) for field in opts.concrete_fields if field.unique]
    keys += [UniqueKey(tuple(map(opts.get_field, names))) for names in opts.unique_together]
    for constraint in opts.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields:
            equal_nulls = getattr(constraint, "nulls_distinct", None) is False
            keys.append(UniqueKey(tuple(map(opts.get_field, constraint.fields)), constraint.condition, equal_nulls))
    return _distinct(keys)


def _distinct(keys: Iterable[UniqueKey]) -> List[UniqueKey]:
    distinct: List[UniqueKey] = []
    for key in keys:
        if key not in distinct:
            distinct.append(key)
    return distinct


def _columns(node: Any) -> Iterator[Field]:
    """The fields of a condition."""
    if isinstance(node, Col):
        yield node.target
    for source in node.get_source_expressions() if hasattr(node, "get_source_expressions") else ():
        yield from _columns(source)
