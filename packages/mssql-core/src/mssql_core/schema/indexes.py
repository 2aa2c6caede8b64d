"""Indexes and unique constraints: filtered, covering, over expressions."""

from typing import Any, Iterable, List, NamedTuple, Optional, Sequence, Tuple, Union

from django.db import NotSupportedError
from django.db.models.expressions import Col, Value
from django.db.models.functions import (
    Abs,
    Cast,
    Collate,
    Concat,
    ConcatPair,
    Length,
    Lower,
    LTrim,
    Replace,
    RTrim,
    Trim,
    Upper,
)
from django.db.models.sql import Query

from ..introspection.objects import replace_reference
from ..plugin.django_types import Expression, Field, Model, SchemaEditor
from . import index_filter as filters
from .columns import ColumnDefinitions
from .constraint_names import ConstraintNames
from .fields import is_computed, is_nullable
from .moments import with_styles
from .references import (
    ColumnKeys,
    CurrentName,
    Discriminators,
    ExpressionKeys,
    FilterClause,
    HiddenColumns,
    JoinedKeys,
    is_shell,
)
from .statements import Creation, IndexCreation, KeyCreation

_Keys = Union[ColumnKeys, ExpressionKeys]

# Functions that give NULL for a NULL argument only.
_STRICT_FUNCTIONS = (
    Abs, Cast, Collate, Concat, ConcatPair, Length, Lower, LTrim, Replace, RTrim,
    Trim, Upper,
)  # fmt: skip


class UniqueRule(NamedTuple):
    """The options of a unique constraint besides its fields, as Django passes them."""

    condition: Optional[str] = None
    deferrable: Any = None
    include: Optional[Sequence[str]] = None
    expressions: Any = None
    nulls_distinct: Optional[bool] = None

    def is_plain(self, fields: Iterable[Field]) -> bool:
        """Whether a UNIQUE constraint is enough, which considers NULLs equal (error 2627)."""
        return (
            not self.condition
            and not self.include
            and not self.expressions
            and self.nulls_distinct is not False
            and not any(map(is_nullable, fields))
        )


class IndexStatements:
    """
    Statements with CREATE INDEX, and UNIQUE constraints.

    :param editor: the schema editor; gives its connection, its templates, quoted
        names, and literals.
    """

    def __init__(self, editor: SchemaEditor, names: ConstraintNames, columns: ColumnDefinitions) -> None:
        self._editor = editor
        self._names = names
        self._columns = columns

    def index(
        self,
        model: Model,
        fields: Sequence[Field],
        name: Optional[str] = None,
        suffix: str = "",
        expressions: Optional[Sequence[Expression]] = None,
        condition: Optional[str] = None,
        col_suffixes: Sequence[str] = (),
        **parts: Any,
    ) -> IndexCreation:
        """
        Return the IndexCreation of an index on fields or expressions.

        :param name: by default made from the columns and `suffix`.
        :param condition: the filter, as Django compiles it.
        :param parts: `sql`, a template; `include` and `extra`, clauses.
        :raises NotSupportedError: a condition that no filter can express.
        """
        db_table = model._meta.db_table
        columns = [field.column for field in fields]
        reference = self._name(db_table, columns, suffix, name)
        return self._creation(
            model,
            parts.get("sql") or self._editor.sql_create_index,
            self._keys(model, columns, expressions, reference, col_suffixes),
            Discriminators(reference, ()),
            name=reference,
            include=parts["include"],
            condition=self._filter(model, name, condition),
            extra=parts["extra"],
        )

    def unique(
        self,
        model: Model,
        fields: Sequence[Field],
        name: Optional[str],
        rule: UniqueRule,
        include: Any = "",
        extra: Any = "",
    ) -> Optional[Creation]:
        """
        Return the statement that makes fields or expressions unique.

        It makes a constraint where that is enough, else an index. None is for a
        deferrable constraint, which the server does not have.

        :param include, extra: clauses.
        """
        if rule.deferrable:
            return None
        db_table = model._meta.db_table
        columns = [field.column for field in fields]
        reference = self._name(db_table, columns, "_uniq", name)
        keys = self._keys(model, columns, rule.expressions, reference)
        if rule.is_plain(fields):
            table = self._editor.table_reference(db_table)
            return KeyCreation(self._editor.sql_create_unique, table=table, name=reference, columns=keys)
        predicates, others = self._unique_predicates(model, fields, keys, rule)
        return self._creation(
            model,
            self._editor.sql_create_unique_index,
            keys,
            Discriminators(reference, self._discriminators(model, others) if others else ()),
            is_unique=True,
            name=reference,
            include=include,
            condition=FilterClause(db_table, predicates),
            extra=extra,
        )

    def inline_unique(self, fields: Iterable[Field], name: str) -> str:
        """Return a UNIQUE constraint for CREATE TABLE."""
        quote = self._editor.quote_column
        return "CONSTRAINT %s UNIQUE (%s)" % (quote(name), ", ".join(quote(field.column) for field in fields))

    def field_unique_name(self, model: Model, field: Field) -> Optional[str]:
        """Return the name of a unique field's constraint; None where it gets an index."""
        return None if is_nullable(field) else self._names.field_unique(model._meta.db_table, field.column)

    def _creation(
        self,
        model: Model,
        template: str,
        keys: _Keys,
        discriminators: Discriminators,
        is_unique: bool = False,
        **parts: Any,
    ) -> IndexCreation:
        table = self._editor.table_reference(model._meta.db_table)
        return IndexCreation(
            "%(hidden)s" + template,
            is_unique,
            table=table,
            hidden=HiddenColumns(table, keys, discriminators),
            columns=JoinedKeys(keys, discriminators) if discriminators else keys,
            **parts,
        )

    def _name(self, db_table: str, columns: Sequence[str], suffix: str, given: Optional[str]) -> CurrentName:
        return CurrentName(db_table, columns, suffix, self._names.index, self._editor.quote_column, given)

    def _keys(
        self,
        model: Model,
        columns: List[str],
        expressions: Optional[Sequence[Expression]],
        name: CurrentName,
        col_suffixes: Sequence[str] = (),
    ) -> _Keys:
        db_table = model._meta.db_table
        if columns:
            return ColumnKeys(db_table, columns, self._editor.quote_column, col_suffixes=col_suffixes)
        # Without aliases, as plugins know the expression of an index, which takes no subquery (error 1046).
        compiler = Query(model, alias_cols=False).get_compiler(connection=self._editor.connection)
        return ExpressionKeys(db_table, expressions, compiler, self._editor.quote_value, name)

    def _filter(self, model: Model, name: Optional[str], condition: Optional[str]) -> FilterClause:
        predicates, others = filters.split(condition, _computed_columns(model)) if condition else ([], [])
        if others:
            raise NotSupportedError(
                "Index %s: SQL Server takes only comparisons of columns with "
                "constants, joined by AND, in the condition of an index (error "
                "10735). Leave out or rewrite: %s" % (name, " AND ".join(others))
            )
        return FilterClause(model._meta.db_table, predicates)

    def _unique_predicates(
        self, model: Model, fields: Sequence[Field], keys: _Keys, rule: UniqueRule
    ) -> Tuple[List[str], List[str]]:
        """Return the predicates of the rows to be unique: those that a filter can express, and the rest."""
        predicates: List[str] = []
        others: List[str] = []
        if rule.condition:
            predicates, others = filters.split(rule.condition, _computed_columns(model))
            others = [self._over_stored_columns(model, predicate) for predicate in others]
        if rule.nulls_distinct is False:
            return predicates, others
        for field in filter(is_nullable, fields):
            if is_computed(field):
                others.append(self._is_not_null(field))
            else:
                not_null = "%s IS NOT NULL" % self._editor.quote_column(field.column)
                predicates += [not_null] if not_null not in predicates else []
        if isinstance(keys, ExpressionKeys):
            definitions = [definition or self._editor.quote_column(name) for name, definition, _ in keys.keys()]
            for node, definition in zip(keys.nodes(), definitions):
                if isinstance(node, Col) and is_computed(node.target):
                    others.append(self._is_not_null(node.target))
                elif _may_be_null(node):
                    (predicates if isinstance(node, Col) else others).append("%s IS NOT NULL" % definition)
        return predicates, others

    def _is_not_null(self, field: Field) -> str:
        """
        Return the condition that a generated column is not NULL.

        It is without its name, which a filter (error 10609) and other computed columns (1759) refuse.
        """
        return "(%s) IS NOT NULL" % self._columns.generated_expression(field)

    def _over_stored_columns(self, model: Model, predicate: str) -> str:
        """Return a predicate with the definitions of generated columns, which no other computed column may name (1759)."""
        for field in filter(is_computed, model._meta.local_concrete_fields):
            db_params = field.db_parameters(connection=self._editor.connection)
            predicate = replace_reference(predicate, field.column, self._columns.generated(field, db_params))
        return predicate

    def _discriminators(self, model: Model, predicates: Iterable[str]) -> List[str]:
        """
        Return definitions of hidden columns that keep apart the rows for which a predicate is not true.

        They hold NULL where all predicates are true, else the row's own key.
        """
        condition = with_styles(" AND ".join("(%s)" % predicate for predicate in predicates))
        pk_fields = getattr(model._meta, "pk_fields", [model._meta.pk])
        return [
            "CASE WHEN %s THEN NULL ELSE %s END" % (condition, self._editor.quote_column(field.column))
            for field in pk_fields
        ]


def _computed_columns(model: Model) -> List[str]:
    return [field.column for field in model._meta.local_concrete_fields if is_computed(field)]


def _may_be_null(node: Any) -> bool:
    """Whether the expression may be NULL; True if unknown."""
    if isinstance(node, Col):
        return is_nullable(node.target)
    if isinstance(node, Value):
        return node.value is None
    if isinstance(node, _STRICT_FUNCTIONS) or is_shell(node):
        return any(map(_may_be_null, node.get_source_expressions()))
    return True
