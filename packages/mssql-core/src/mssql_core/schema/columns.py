"""Column definitions: types, defaults, generated columns, inline constraints."""

import re

from django.db.backends.ddl_references import IndexName
from django.db.models import NOT_PROVIDED

from ..literals import literal
from ..names import TableName, quote_name
from .indexes import is_nullable

_COLLATION = re.compile(r"^\w+$", re.ASCII)


class ColumnMixin:
    """How the schema editor writes a column. Every constraint has a name."""

    sql_alter_column_default = "ADD CONSTRAINT %(name)s DEFAULT %(default)s FOR %(column)s"

    # Names

    def quote_table(self, db_table):
        """Return a table's name, with the schema that it or the alias names."""
        return str(self.table_name(db_table))

    def quote_name(self, name):
        return quote_name(name)

    def table_name(self, db_table):
        return TableName.parse(db_table, self.connection.ops.schema_option)

    def _create_index_name(self, table_name, column_names, suffix=""):
        leaf = TableName.parse(table_name).name
        return super()._create_index_name(leaf, column_names, suffix)

    def _default_name(self, db_table, column):
        return self._create_index_name(db_table, [column], suffix="_default")

    def _check_name(self, db_table, column):
        return self._create_index_name(db_table, [column], suffix="_check")

    def _primary_key_name(self, db_table, columns):
        return self._create_index_name(db_table, columns, suffix="_pk")

    # Values

    def quote_value(self, value):
        """Return a typed literal; text carries the N prefix."""
        return literal(value)

    def prepare_default(self, value):
        return literal(value)

    # Definitions

    def column_sql(self, model, field, include_default=False):
        """
        Return (definition, params) with everything the column carries.

        Unlike in Django's base class the definition holds the identity and the
        check; parameters are always empty, for DDL takes none.
        """
        db_params = field.db_parameters(connection=self.connection)
        if db_params["type"] is None:
            return None, None
        if getattr(field, "generated", False):
            clauses = self._generated_clauses(field, db_params)
        else:
            clauses = self._stored_clauses(model, field, db_params, include_default)
        clauses.extend(self._key_clauses(model, field, is_new_table=not include_default))
        if db_params["check"]:
            name = self._check_name(model._meta.db_table, field.column)
            clauses.append("CONSTRAINT %s CHECK (%s)" % (self.quote_name(name), db_params["check"]))
        return " ".join(clauses), []

    def _stored_clauses(self, model, field, db_params, include_default):
        clauses = [db_params["type"]]
        collation = collation_of(field, db_params)
        if collation:
            clauses.append(self._collate_sql(collation))
        suffix = field.db_type_suffix(connection=self.connection)
        if suffix:
            clauses.append(suffix)
        clauses.append("NULL" if field.null else "NOT NULL")
        default = self._column_default(field, include_default)
        if default is not None:
            name = self._default_name(model._meta.db_table, field.column)
            clauses.append("CONSTRAINT %s DEFAULT %s" % (self.quote_name(name), default))
            if include_default and field.null:
                # Without it, the rows that exist get NULL (ALTER TABLE).
                clauses.append("WITH VALUES")
        return clauses

    def _column_default(self, field, include_default):
        """Return the default's expression, between parentheses, or None."""
        if has_db_default(field):
            return self._db_default_literal(field)
        if include_default and not self.skip_default(field):
            value = self.effective_default(field)
            if value is not None:
                return "(%s)" % self.prepare_default(value)
        return None

    def _db_default_literal(self, field):
        sql, _ = self.db_default_sql(field)
        return "(%s)" % sql

    def _generated_clauses(self, field, db_params):
        clauses = ["AS %s" % self._generated_definition(field, db_params)]
        if field.db_persist:
            clauses.append("PERSISTED")
        return clauses

    def _generated_definition(self, field, db_params):
        """A computed column takes its expression's type: hence the CAST."""
        sql = "CAST(%s AS %s)" % (
            self._generated_expression_sql(field),
            db_params["type"],
        )
        if db_params.get("collation"):
            sql += " " + self._collate_sql(db_params["collation"])
        return "(%s)" % sql

    def _generated_expression_sql(self, field):
        sql, params = field.generated_sql(self.connection)
        return sql % tuple(map(self.quote_value, params)) if params else sql

    def _key_clauses(self, model, field, is_new_table):
        table = model._meta.db_table
        if field.primary_key:
            name = self._primary_key_name(table, [field.column])
            clause = "CONSTRAINT %s PRIMARY KEY" % self.quote_name(name)
        elif is_new_table and field.unique and not is_nullable(field):
            name = self._field_unique_name(table, field.column)
            clause = "CONSTRAINT %s UNIQUE" % self.quote_name(name)
        else:
            return []
        tablespace = field.db_tablespace or model._meta.db_tablespace
        if tablespace and self.connection.features.supports_tablespaces:
            clause += " " + self.connection.ops.tablespace_sql(tablespace, inline=True)
        return [clause]

    def _unique_constraint_name(self, table, columns, quote=True):
        if not quote:
            return self._create_index_name(table, columns, "_uniq")

        def create_name(*args):
            return self.quote_name(self._create_index_name(*args))

        return IndexName(table, columns, "_uniq", create_name)

    def _db_check(self, field):
        """Return the check of a field's type, the same for any column name."""
        checks = self.connection.data_type_check_constraints
        check = checks.get(field.get_internal_type())
        if check is None:
            return None
        data = field.db_type_parameters(self.connection)
        data["column"] = "__column_name__"
        return check % data

    def _collate_sql(self, collation, old_collation=None, table_name=None):
        """The name of a collation takes no delimiters (error 102)."""
        if not collation:
            return ""
        collation = str(collation)
        if not _COLLATION.match(collation):
            raise ValueError(
                "%r is not the name of a collation. SELECT name FROM sys.fn_helpcollations() lists them." % collation
            )
        return "COLLATE " + collation


def collation_of(field, db_params):
    """Return the field's collation, or None (before Django 4.2 an attribute)."""
    return db_params.get("collation", getattr(field, "db_collation", None))


def has_db_default(field):
    """Does the field have a default in the database? (Django 5.0 on)"""
    return getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED
