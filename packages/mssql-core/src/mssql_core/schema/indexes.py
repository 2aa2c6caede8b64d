"""Indexes and unique constraints: filtered, covering, over expressions."""

from typing import Any, NamedTuple, Optional

from django.db import NotSupportedError
from django.db.backends.ddl_references import IndexName
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

from . import index_filter as filters
from .fields import is_computed, is_nullable
from .references import (
    ColumnKeys,
    ExpressionKeys,
    FilterClause,
    HiddenColumns,
    JoinedKeys,
    hidden_discriminator,
    is_shell,
)
from .statements import IndexCreation, KeyCreation

# Functions that give NULL for a NULL argument only.
_STRICT_FUNCTIONS = (
    Abs, Cast, Collate, Concat, ConcatPair, Length, Lower, LTrim, Replace, RTrim,
    Trim, Upper,
)  # fmt: skip


class UniqueRule(NamedTuple):
    """What a unique constraint asks for besides its fields, as Django hands it over."""

    condition: Optional[str] = None
    deferrable: Any = None
    include: Optional[list] = None
    expressions: Any = None
    nulls_distinct: Optional[bool] = None

    def is_plain(self, fields):
        """Does a UNIQUE constraint do? For it NULLs are equal (error 2627)."""
        return (
            not self.condition
            and not self.include
            and not self.expressions
            and self.nulls_distinct is not False
            and not any(map(is_nullable, fields))
        )


class IndexStatements:
    """
    Writes CREATE INDEX and the constraint UNIQUE.

    :param editor: the schema editor; asked for its connection, its templates,
        and for names and values as T-SQL writes them.
    :param names: the ConstraintNames.
    :param columns: the ColumnDefinitions.
    """

    def __init__(self, editor, names, columns):
        self._editor = editor
        self._names = names
        self._columns = columns

    def index(self, model, fields, name=None, suffix="", expressions=None, condition=None, col_suffixes=(), **parts):
        """
        Return the IndexCreation of an index on fields or expressions.

        :param name: made from the columns and `suffix` where there is none.
        :param condition: the filter, as Django compiles it.
        :param parts: `sql`, a template; `include` and `extra`, clauses.
        :raises NotSupportedError: a condition that no filter can say.
        """
        db_table = model._meta.db_table
        columns = [field.column for field in fields]
        chosen = [name] if name else []

        def index_name(*args):
            # Chosen once: a renamed column does not change it.
            if not chosen:
                chosen.append(self._names.index(*args))
            return self._editor.quote_column(chosen[0])

        return self._creation(
            model,
            parts.get("sql") or self._editor.sql_create_index,
            self._keys(model, columns, expressions, name, col_suffixes),
            name=IndexName(db_table, columns, suffix, index_name),
            include=parts["include"],
            condition=self._filter(model, name, condition),
            extra=parts["extra"],
        )

    def unique(self, model, fields, name, rule, include="", extra=""):
        """
        Return the statement that makes fields or expressions unique, or None.

        A constraint where that does, else an index; None for a deferrable one,
        which the server has not.

        :param include, extra: clauses.
        """
        if rule.deferrable:
            return None
        db_table = model._meta.db_table
        columns = [field.column for field in fields]
        bare_name = name or self._names.unique(db_table, columns)
        reference = self._editor.quote_column(name) if name else self._unique_name(db_table, columns)
        keys = self._keys(model, columns, rule.expressions, bare_name)
        if rule.is_plain(fields):
            table = self._editor.table_reference(db_table)
            return KeyCreation(self._editor.sql_create_unique, table=table, name=reference, columns=keys)
        predicates, others = self._unique_predicates(model, fields, keys, rule)
        return self._creation(
            model,
            self._editor.sql_create_unique_index,
            keys,
            discriminators=self._discriminators(model, bare_name, others) if others else (),
            is_unique=True,
            name=reference,
            include=include,
            condition=FilterClause(db_table, predicates),
            extra=extra,
        )

    def inline_unique(self, fields, name):
        """Return a constraint UNIQUE for CREATE TABLE."""
        quote = self._editor.quote_column
        return "CONSTRAINT %s UNIQUE (%s)" % (quote(name), ", ".join(quote(field.column) for field in fields))

    def field_unique_name(self, model, field):
        """Return the name of a field's own constraint; None for that of an index."""
        return None if is_nullable(field) else self._names.field_unique(model._meta.db_table, field.column)

    def _creation(self, model, template, keys, discriminators=(), is_unique=False, **parts):
        table = self._editor.table_reference(model._meta.db_table)
        return IndexCreation(
            "%(hidden)s" + template,
            is_unique,
            table=table,
            hidden=HiddenColumns(table, keys, discriminators),
            columns=JoinedKeys(keys, discriminators) if discriminators else keys,
            **parts,
        )

    def _unique_name(self, db_table, columns):
        def unique_name(table, names, suffix):
            return self._editor.quote_column(self._names.index(table, names, suffix))

        return IndexName(db_table, columns, "_uniq", unique_name)

    def _keys(self, model, columns, expressions, name, col_suffixes=()):
        db_table = model._meta.db_table
        if columns:
            return ColumnKeys(db_table, columns, self._editor.quote_column, col_suffixes=col_suffixes)
        compiler = Query(model, alias_cols=False).get_compiler(connection=self._editor.connection)
        return ExpressionKeys(db_table, expressions, compiler, self._editor.quote_value, name)

    def _filter(self, model, name, condition):
        predicates, others = filters.split(condition, _computed_columns(model)) if condition else ([], [])
        if others:
            raise NotSupportedError(
                "Index %s: SQL Server takes only comparisons of columns with "
                "constants, joined by AND, in the condition of an index (error "
                "10735). Leave out or rewrite: %s" % (name, " AND ".join(others))
            )
        return FilterClause(model._meta.db_table, predicates)

    def _unique_predicates(self, model, fields, keys, rule):
        """Return what the filter can say of the rows to be unique, and the rest."""
        predicates, others = [], []
        if rule.condition:
            predicates, others = filters.split(rule.condition, _computed_columns(model))
        if rule.nulls_distinct is False:
            return predicates, others
        for field in filter(is_nullable, fields):
            if is_computed(field):
                # A filter cannot name a computed column (error 10609), nor
                # can another computed column (error 1759).
                others.append("(%s) IS NOT NULL" % self._columns.generated_expression(field))
            else:
                not_null = "%s IS NOT NULL" % self._editor.quote_column(field.column)
                predicates += [not_null] if not_null not in predicates else []
        if isinstance(keys, ExpressionKeys):
            definitions = [definition or self._editor.quote_column(name) for name, definition, _ in keys.keys()]
            for node, definition in zip(keys.nodes(), definitions):
                if _may_be_null(node):
                    (predicates if isinstance(node, Col) else others).append("%s IS NOT NULL" % definition)
        return predicates, others

    def _discriminators(self, model, name, predicates):
        """
        Return hidden columns that hold NULL where all `predicates` are true,
        else the row's own key, so that other rows never collide.
        """
        condition = " AND ".join("(%s)" % predicate for predicate in predicates)
        pk_fields = getattr(model._meta, "pk_fields", [model._meta.pk])
        return [
            (
                hidden_discriminator(name, number),
                "CASE WHEN %s THEN NULL ELSE %s END" % (condition, self._editor.quote_column(field.column)),
            )
            for number, field in enumerate(pk_fields, 1)
        ]


def _computed_columns(model):
    return [field.column for field in model._meta.local_concrete_fields if is_computed(field)]


def _may_be_null(node):
    """May the expression be NULL? Yes where that is not known."""
    if isinstance(node, Col):
        return is_nullable(node.target)
    if isinstance(node, Value):
        return node.value is None
    if isinstance(node, _STRICT_FUNCTIONS) or is_shell(node):
        return any(map(_may_be_null, node.get_source_expressions()))
    return True
