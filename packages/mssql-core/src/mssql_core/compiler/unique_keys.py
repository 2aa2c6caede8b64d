"""The unique keys that a model declares."""

from typing import Any, Container, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from django.db import ProgrammingError
from django.db.models import Q, UniqueConstraint
from django.db.models.expressions import Col, OrderBy
from django.db.models.sql.query import Query

from ..compat.orm import is_computed
from ..plugin.django_types import Connection, Field
from ..plugin.types import Compiled


class UniqueKey(NamedTuple):
    """
    Fields, or expressions, whose values no two rows share.

    :ivar condition: of the rows to which this applies, if not to all.
    :ivar equal_nulls: whether NULL equals NULL in it (nulls_distinct=False).
    """

    fields: Tuple[Field, ...]
    condition: Optional[Q] = None
    equal_nulls: bool = False
    expressions: Tuple[Any, ...] = ()

    def is_within(self, opts: Any, fields: Container[Field]) -> bool:
        """Whether the key and its condition name only some of `fields`, or what is generated from them."""
        return all([field in fields for field in self.stored_fields(opts)])

    def named_fields(self, opts: Any) -> List[Field]:
        """The key's fields, and those that its condition and its expressions name."""
        return [*self.fields, *self.computed_from(opts)]

    def stored_fields(self, opts: Any) -> List[Field]:
        """The fields that decide what the key is: in place of generated ones those that they are generated from."""
        return [part for field in self.named_fields(opts) for part in (field_sources(field, opts) or [field])]

    def computed_from(self, opts: Any) -> List[Field]:
        """The fields that the condition and the expressions name."""
        if self.condition is None and not self.expressions:
            return []
        query = Query(opts.model, alias_cols=False)
        nodes = self._nodes(query)
        if self.condition is not None:
            nodes.append(query.build_where(self.condition))
        return list(dict.fromkeys(field for node in nodes for field in _columns(node)))

    def condition_sql(self, opts: Any, connection: Connection) -> Compiled:
        """The condition, with the names of columns alone: (sql, params)."""
        query = Query(opts.model, alias_cols=False)
        compiler = query.get_compiler(connection=connection)
        sql: Compiled = compiler.compile(query.build_where(self.condition))
        return sql

    def expressions_sql(self, opts: Any, connection: Connection) -> List[Compiled]:
        """The expressions, with the names of columns alone: (sql, params) of each."""
        if not self.expressions:
            return []
        query = Query(opts.model, alias_cols=False)
        compiler = query.get_compiler(connection=connection)
        return [compiler.compile(node) for node in self._nodes(query)]

    def _nodes(self, query: Any) -> List[Any]:
        nodes = [node.expression if isinstance(node, OrderBy) else node for node in self.expressions]
        return [node.resolve_expression(query) for node in nodes]


def unique_keys(opts: Any, fields: Container[Field]) -> List[UniqueKey]:
    """The model's unique keys that name only some of `fields`."""
    return [key for key in _keys(opts) if key.is_within(opts, fields)]


def fields_of_keys(opts: Any) -> List[Field]:
    """The fields that decide the model's unique keys."""
    return [field for key in _keys(opts) for field in key.stored_fields(opts)]


def generated_fields(keys: Iterable[UniqueKey], opts: Any) -> List[Field]:
    """The generated fields that the keys name."""
    return list(dict.fromkeys(field for key in keys for field in key.named_fields(opts) if is_computed(field)))


def check_unique(opts: Any, fields: Sequence[Field]) -> UniqueKey:
    """
    Return the unique key of exactly these fields; others may be shared by rows.

    :raises ProgrammingError: no unique constraint of the model has these fields.
    """
    keys = [key for key in _keys(opts) if not (key.condition or key.expressions) and set(key.fields) == set(fields)]
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
        if isinstance(constraint, UniqueConstraint):
            equal_nulls = getattr(constraint, "nulls_distinct", None) is False
            fields = tuple(map(opts.get_field, constraint.fields))
            # They came with Django 4.0.
            expressions = tuple(getattr(constraint, "expressions", ()))
            keys.append(UniqueKey(fields, constraint.condition, equal_nulls, expressions))
    return _distinct(keys)


def _distinct(keys: Iterable[UniqueKey]) -> List[UniqueKey]:
    distinct: List[UniqueKey] = []
    for key in keys:
        if key not in distinct:
            distinct.append(key)
    return distinct


def field_sources(field: Field, opts: Any) -> List[Field]:
    """The fields that a generated one is computed from; none of another."""
    if not is_computed(field):
        return []
    return list(dict.fromkeys(_columns(field.expression.resolve_expression(Query(opts.model, alias_cols=False)))))


def _columns(node: Any) -> Iterator[Field]:
    """The fields of a condition."""
    if isinstance(node, Col):
        yield node.target
    for source in node.get_source_expressions() if hasattr(node, "get_source_expressions") else ():
        yield from _columns(source)
