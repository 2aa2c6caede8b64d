"""Indexes and unique constraints: filtered, covering, over expressions."""

from django.db import NotSupportedError
from django.db.backends.ddl_references import Columns, IndexName, Statement, Table
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

from ..introspection.objects import is_hidden
from ..literals import string_literal
from ..names import quote_identifier
from . import index_filter as filters
from .references import ExpressionKeys, FilterClause, HiddenColumns, hidden_discriminator, is_shell

# Functions that give NULL for a NULL argument only.
_STRICT_FUNCTIONS = (
    Abs, Cast, Collate, Concat, ConcatPair, Length, Lower, LTrim, Replace, RTrim,
    Trim, Upper,
)  # fmt: skip


class IndexMixin:
    """What the schema editor knows about CREATE INDEX."""

    sql_create_index = "CREATE INDEX %(name)s ON %(table)s (%(columns)s)%(include)s%(condition)s%(extra)s"
    sql_create_unique_index = "CREATE UNIQUE INDEX %(name)s ON %(table)s (%(columns)s)%(include)s%(condition)s%(extra)s"
    sql_create_unique = "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s UNIQUE (%(columns)s)"
    sql_delete_index = "DROP INDEX IF EXISTS %(name)s ON %(table)s"
    sql_rename_index = "EXEC sys.sp_rename %(old_name)s, %(new_name)s, N'INDEX'"
    # An index and a constraint are dropped by different statements; which of
    # them holds the uniqueness depends on who made it.
    sql_delete_unique = (
        "IF EXISTS (SELECT 1 FROM sys.key_constraints WHERE name = %(literal)s "
        "AND parent_object_id = OBJECT_ID(%(table_literal)s)) "
        "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s "
        "ELSE DROP INDEX %(name)s ON %(table)s"
    )

    # Creation

    def _create_index_sql(
        self,
        model,
        *,
        fields=None,
        name=None,
        suffix="",
        using="",
        db_tablespace=None,
        col_suffixes=(),
        sql=None,
        opclasses=(),
        condition=None,
        include=None,
        expressions=None,
    ):
        fields = fields or []
        table = model._meta.db_table
        columns = [field.column for field in fields]
        names = []

        def create_index_name(*args):
            if not names:
                names.append(name or self._create_index_name(*args))
            return self.quote_name(names[0])

        if columns:
            keys = Columns(table, columns, self.quote_name, col_suffixes=col_suffixes)
        else:
            keys = self._expression_keys(model, expressions, name)
        return Statement(
            "%(hidden)s" + (sql or self.sql_create_index),
            table=Table(table, self.quote_table),
            name=IndexName(table, columns, suffix, create_index_name),
            hidden=HiddenColumns(Table(table, self.quote_table), keys),
            columns=keys,
            include=self._index_include_sql(model, include),
            condition=self._filter_sql(model, name, condition),
            extra=self._get_index_tablespace_sql(model, fields, db_tablespace),
            using=using,
        )

    def _field_should_be_indexed(self, model, field):
        """A (max) type, xml, or json cannot be an index key (error 1919)."""
        if not super()._field_should_be_indexed(model, field):
            return False
        db_type = field.db_type(connection=self.connection) or ""
        return not db_type.endswith("(max)") and db_type not in ("json", "xml")

    def _expression_keys(self, model, expressions, name):
        compiler = Query(model, alias_cols=False).get_compiler(connection=self.connection)
        return ExpressionKeys(model._meta.db_table, expressions, compiler, self.quote_value, name)

    def _filter_sql(self, model, name, condition):
        predicates, others = filters.split(condition, _computed_columns(model)) if condition else ([], [])
        if others:
            raise NotSupportedError(
                "Index %s: SQL Server takes only comparisons of columns with "
                "constants, joined by AND, in the condition of an index (error "
                "10735). Leave out or rewrite: %s" % (name, " AND ".join(others))
            )
        return FilterClause(model._meta.db_table, predicates)

    def _unique_sql(
        self,
        model,
        fields,
        name,
        condition=None,
        deferrable=None,
        include=None,
        opclasses=None,
        expressions=None,
        nulls_distinct=None,
    ):
        """Return the constraint for CREATE TABLE, or defer it and return None."""
        options = {
            "condition": condition,
            "deferrable": deferrable,
            "include": include,
            "expressions": expressions,
            "nulls_distinct": nulls_distinct,
        }
        if not self._unique_supported(**options):
            return None
        if self._is_plain_unique(fields, **options):
            columns = ", ".join(self.quote_name(field.column) for field in fields)
            return "CONSTRAINT %s UNIQUE (%s)" % (self.quote_name(name), columns)
        self.deferred_sql.append(self._create_unique_sql(model, fields, name=name, **options))
        return None

    def _create_unique_sql(
        self,
        model,
        fields,
        name=None,
        condition=None,
        deferrable=None,
        include=None,
        opclasses=None,
        expressions=None,
        nulls_distinct=None,
    ):
        options = {
            "condition": condition,
            "deferrable": deferrable,
            "include": include,
            "expressions": expressions,
            "nulls_distinct": nulls_distinct,
        }
        if not self._unique_supported(**options):
            return None
        table = model._meta.db_table
        columns = [field.column for field in fields]
        quoted_name = self._unique_constraint_name(table, columns) if name is None else self.quote_name(name)
        if name is None:
            name = self._unique_constraint_name(table, columns, quote=False)
        if columns:
            keys = Columns(table, columns, self.quote_name)
        else:
            keys = self._expression_keys(model, expressions, str(name))
        parts = {
            "table": Table(table, self.quote_table),
            "name": quoted_name,
            "columns": keys,
        }
        if self._is_plain_unique(fields, **options):
            return Statement(self.sql_create_unique, **parts)
        predicates, others = self._unique_predicates(model, fields, keys, condition, nulls_distinct)
        discriminators = ()
        if others:
            discriminators = self._discriminators(model, str(name), others)
            parts["columns"] = _JoinedKeys(keys, discriminators)
        return Statement(
            "%(hidden)s" + self.sql_create_unique_index,
            hidden=HiddenColumns(Table(table, self.quote_table), keys, discriminators),
            include=self._index_include_sql(model, include),
            condition=FilterClause(table, predicates),
            extra=self._get_index_tablespace_sql(model, fields),
            **parts,
        )

    def _field_unique_sql(self, model, field):
        """
        Return the statement that makes a field unique by itself.

        Its name leaves `_uniq` to a unique_together of the one field.
        """
        name = None
        if not is_nullable(field):
            name = self._field_unique_name(model._meta.db_table, field.column)
        return self._create_unique_sql(model, [field], name=name)

    def _field_unique_name(self, db_table, column):
        return self._create_index_name(db_table, [column], suffix="_key")

    def _is_plain_unique(
        self,
        fields,
        condition=None,
        deferrable=None,
        include=None,
        expressions=None,
        nulls_distinct=None,
    ):
        """Does a UNIQUE constraint do? For it NULLs are equal (error 2627)."""
        return (
            not condition
            and not include
            and not expressions
            and nulls_distinct is not False
            and not any(is_nullable(field) for field in fields)
        )

    def _unique_predicates(self, model, fields, keys, condition, nulls_distinct):
        """Return what the filter can say of the rows to be unique, and the rest."""
        computed = _computed_columns(model)
        predicates, others = filters.split(condition, computed) if condition else ([], [])
        if nulls_distinct is False:
            return predicates, others
        for field in fields:
            if is_nullable(field):
                rule = "%s IS NOT NULL" % self.quote_name(field.column)
                if getattr(field, "generated", False):
                    # A filter cannot name a computed column (error 10609), nor
                    # can another computed column (error 1759).
                    sql = self._generated_expression_sql(field)
                    others.append("(%s) IS NOT NULL" % sql)
                elif rule not in predicates:
                    predicates.append(rule)
        if isinstance(keys, ExpressionKeys):
            definitions = [definition or self.quote_name(name) for name, definition, _ in keys.keys()]
            for node, definition in zip(keys.nodes(), definitions):
                if _may_be_null(node):
                    rule = "%s IS NOT NULL" % definition
                    (predicates if isinstance(node, Col) else others).append(rule)
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
                "CASE WHEN %s THEN NULL ELSE %s END" % (condition, self.quote_name(field.column)),
            )
            for number, field in enumerate(pk_fields, 1)
        ]

    def _unique_supported(
        self,
        condition=None,
        deferrable=None,
        include=None,
        expressions=None,
        nulls_distinct=None,
    ):
        """No constraint is deferrable; everything else is."""
        return not deferrable

    # Removal

    def remove_index(self, model, index):
        hidden = self._hidden_columns(model, index.name, index.contains_expressions)
        super().remove_index(model, index)
        self._drop_hidden_columns(model, hidden)

    def remove_constraint(self, model, constraint):
        may_be_index = not getattr(constraint, "deferrable", None) and hasattr(constraint, "fields")
        hidden = self._hidden_columns(model, constraint.name, may_be_index)
        super().remove_constraint(model, constraint)
        self._dropped_names.add(constraint.name)
        self._drop_hidden_columns(model, hidden)

    def add_constraint(self, model, constraint):
        super().add_constraint(model, constraint)
        self._dropped_names.discard(constraint.name)

    def _hidden_columns(self, model, index_name, may_have=True):
        """Return the hidden columns among the keys of an index."""
        if not may_have:
            return []
        snapshot = self.snapshot(model)
        for index in snapshot.indexes:
            if index.name == index_name:
                hidden = getattr(index, "hidden", index.columns)
                return [name for name in hidden if is_hidden(name)]
        return []

    def _drop_hidden_columns(self, model, names):
        if names:
            self.execute(
                "ALTER TABLE %s DROP COLUMN %s"
                % (
                    self.quote_table(model._meta.db_table),
                    ", ".join(map(quote_identifier, names)),
                ),
                None,
            )

    def _delete_index_sql(self, model, name, sql=None):
        table = model._meta.db_table
        statement = Statement(
            sql or self.sql_delete_index,
            table=Table(table, self.quote_table),
            name=self.quote_name(name),
        )
        for deferred in list(self.deferred_sql):
            if isinstance(deferred, Statement) and deferred.references_index(table, statement.parts["name"]):
                self.deferred_sql.remove(deferred)
        return statement

    def _delete_unique_sql(
        self,
        model,
        name,
        condition=None,
        deferrable=None,
        include=None,
        opclasses=None,
        expressions=None,
        nulls_distinct=None,
    ):
        if not self._unique_supported(deferrable=deferrable):
            return None
        return self._delete_constraint_sql(self.sql_delete_unique, model, name)

    def _delete_constraint_sql(self, template, model, name):
        table = model._meta.db_table
        parts = {}
        if template == self.sql_delete_unique:
            index = self._find_index(model, name)
            if index is None:
                parts["literal"] = string_literal(name)
                parts["table_literal"] = string_literal(self.quote_table(table))
            else:
                template = self.sql_delete_constraint if index.is_constraint else self.sql_delete_index
        return Statement(template, table=Table(table, self.quote_table), name=self.quote_name(name), **parts)

    def _take_deferred(self, model, column, unique):
        """Remove and count the waiting statements for an index on one column."""
        table = model._meta.db_table
        taken = [
            statement
            for statement in self.deferred_sql
            if isinstance(statement, Statement)
            and statement.references_table(table)
            and getattr(statement.parts.get("columns"), "columns", None) == [column]
            and ("UNIQUE" in statement.template) == unique
        ]
        for statement in taken:
            self.deferred_sql.remove(statement)
        return len(taken)

    def _find_index(self, model, name):
        return next(
            (index for index in self.snapshot(model).indexes if index.name == name),
            None,
        )

    # Renaming

    def _rename_index_sql(self, model, old_name, new_name):
        table = model._meta.db_table
        path = "%s.%s" % (self.quote_table(table), quote_identifier(old_name))
        return Statement(
            self.sql_rename_index,
            table=Table(table, self.quote_table),
            old_name=string_literal(path),
            new_name=string_literal(new_name),
        )


class _JoinedKeys:
    """Index keys followed by the discriminators, as one reference."""

    def __init__(self, keys, discriminators):
        self.keys = keys
        self.discriminators = discriminators

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.keys, name)

    def __str__(self):
        names = [quote_identifier(name) for name, _ in self.discriminators]
        return ", ".join([str(self.keys)] + names)


def is_nullable(field):
    """May the column hold NULL? A computed one always may."""
    return bool(field.null or getattr(field, "generated", False))


def _computed_columns(model):
    return [field.column for field in model._meta.local_concrete_fields if getattr(field, "generated", False)]


def _may_be_null(node):
    """May the expression be NULL? Yes where that is not known."""
    if isinstance(node, Col):
        return is_nullable(node.target)
    if isinstance(node, Value):
        return node.value is None
    if isinstance(node, _STRICT_FUNCTIONS) or is_shell(node):
        return any(map(_may_be_null, node.get_source_expressions()))
    return True
