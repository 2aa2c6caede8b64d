"""Column definitions: types, defaults, generated columns, inline constraints."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any, List, Mapping, Optional

from django.db.models import JSONField, Value

from ..compat.orm import default_expression
from ..compiler.field_values import check_results, stored, untyped, whole_value
from ..compiler.moments import default_sql
from ..expressions.text_length import may_be_longer
from ..plugin.django_types import Field, Model, SchemaEditor
from .constraint_names import ConstraintNames
from .fields import collation_of, has_db_default, is_computed, is_nullable
from .moments import with_styles

_SIZED_TEXT = re.compile(r"(?P<kind>n?varchar)\((?P<size>\d+)\)$")
# The conversion of a text that is no number (error 245) tells what is wrong. Blanks at the end that do not fit are dropped.
_REFUSED_IF_LONGER = (
    "CASE WHEN DATALENGTH(RTRIM(CAST(%(sql)s AS %(kind)s(max)))) > %(bytes)d "
    "THEN CAST(CAST(N'longer than %(size)s: ' + %(sql)s AS int) AS %(type)s) ELSE %(sql)s END"
)
_COLLATION = re.compile(r"^\w+$", re.ASCII)


class ColumnDefinitions:
    """
    Column definitions for CREATE TABLE and ADD. Every constraint has a name.

    :param editor: the schema editor; gives its connection, quoted names, literals,
        and the defaults of fields.
    """

    def __init__(self, editor: SchemaEditor, names: ConstraintNames) -> None:
        self._editor = editor
        self._names = names

    def definition(self, model: Model, field: Field, include_default: bool = False) -> Optional[str]:
        """
        Return the type and everything that follows it, or None for a field without a column.

        :param include_default: whether the column is added to a table with rows,
            which get the field's default.
        """
        db_params = field.db_parameters(connection=self._editor.connection)
        if db_params["type"] is None:
            return None
        db_table = model._meta.db_table
        if is_computed(field):
            clauses = self._generated_clauses(field, db_params)
        else:
            clauses = self._stored_clauses(db_table, field, db_params, include_default)
        clauses.extend(self._key_clauses(model, field, is_new_table=not include_default))
        if db_params["check"]:
            clauses.append(
                self._constraint(self._names.check(db_table, field.column), "CHECK (%s)" % db_params["check"])
            )
        return " ".join(clauses)

    def _constraint(self, name: str, rule: str) -> str:
        return "CONSTRAINT %s %s" % (self._editor.quote_column(name), rule)

    def _stored_clauses(
        self, db_table: str, field: Field, db_params: Mapping[str, Any], include_default: bool
    ) -> List[str]:
        clauses: List[str] = [db_params["type"]]
        collation = collation_of(field, db_params)
        if collation:
            clauses.append(collate_sql(collation))
        suffix = field.db_type_suffix(connection=self._editor.connection)
        if suffix:
            clauses.append(suffix)
        clauses.append("NULL" if field.null else "NOT NULL")
        default = self.default(field, include_default)
        if default is not None:
            clauses.append(self._constraint(self._names.default(db_table, field.column), "DEFAULT %s" % default))
            if include_default and field.null:
                # Without it, existing rows get NULL (ALTER TABLE).
                clauses.append("WITH VALUES")
        return clauses

    def default(self, field: Field, include_default: bool) -> Optional[str]:
        """Return the default's expression, between parentheses, or None."""
        if has_db_default(field):
            return self.db_default(field)
        if include_default and not self._editor.skip_default(field):
            value = self._editor.effective_default(field)
            if value is not None:
                return "(%s)" % self._stored(field, value)
        return None

    def db_default(self, field: Field) -> str:
        """Return the expression of the field's db_default, between parentheses."""
        expression = default_expression(field)
        if isinstance(expression, Value) and _is_stored_by_field(field, expression.value):
            return "(%s)" % self._stored(field, field.get_db_prep_save(expression.value, self._editor.connection))
        self._check_document(field, expression)
        sql, _ = self._editor.db_default_sql(field)
        return "(%s)" % default_sql(field, expression, sql, self._editor.connection)

    def _check_document(self, field: Field, expression: Any) -> None:
        """Refuse a default that a JSONField's column does not hold before a row gets it."""
        if isinstance(field, JSONField):
            check = whole_value if type(expression) is Value else check_results
            check(field, expression, self._editor.connection)

    def _stored(self, field: Field, value: Any) -> str:
        """Return the literal of a value, converted as the field's values are on saving."""
        return self._editor.prepare_default(untyped(stored(field, value, self._editor.connection)))

    def _generated_clauses(self, field: Field, db_params: Mapping[str, Any]) -> List[str]:
        clauses = ["AS %s" % self.generated(field, db_params)]
        if field.db_persist:
            clauses.append("PERSISTED")
        return clauses

    def generated(self, field: Field, db_params: Mapping[str, Any]) -> str:
        """
        Return the definition of a computed column, between parentheses.

        The column has the type of its expression: hence the CAST, which would cut text that is too long.
        """
        sql = self.generated_expression(field)
        size = _SIZED_TEXT.match(db_params["type"])
        if size and may_be_longer(field, int(size.group("size"))):
            size_in_bytes = int(size.group("size")) * (2 if size.group("kind") == "nvarchar" else 1)
            sql = _REFUSED_IF_LONGER % {"sql": sql, "bytes": size_in_bytes, "type": size.group(), **size.groupdict()}
        sql = "CAST(%s AS %s)" % (sql, db_params["type"])
        if db_params.get("collation"):
            sql += " " + collate_sql(db_params["collation"])
        return "(%s)" % sql

    def generated_expression(self, field: Field) -> str:
        """Return the expression of a GeneratedField, with literals for its parameters."""
        sql: str
        sql, params = field.generated_sql(self._editor.connection)
        return with_styles(sql % tuple(map(self._editor.quote_value, params)) if params else sql.replace("%%", "%"))

    def _key_clauses(self, model: Model, field: Field, is_new_table: bool) -> List[str]:
        db_table = model._meta.db_table
        if field.primary_key:
            clause = self._constraint(self._names.primary_key(db_table, [field.column]), "PRIMARY KEY")
        elif is_new_table and field.unique and not is_nullable(field):
            clause = self._constraint(self._names.field_unique(db_table, field.column), "UNIQUE")
        else:
            return []
        tablespace = field.db_tablespace or model._meta.db_tablespace
        connection = self._editor.connection
        if tablespace and connection.features.supports_tablespaces:
            clause += " " + connection.ops.tablespace_sql(tablespace)
        return [clause]


def _is_stored_by_field(field: Field, value: Any) -> bool:
    """Whether a default is written as a saved value is: of texts, decimals, moments and documents a column may change or refuse some."""
    return isinstance(value, (str, Decimal, datetime)) or (isinstance(field, JSONField) and value is not None)


def collate_sql(collation: str) -> str:
    """
    Return the COLLATE clause; a collation's name takes no delimiters (error 102).

    :raises ValueError: the name has other characters than letters, digits, and underscores.
    """
    collation = str(collation)
    if not _COLLATION.match(collation):
        raise ValueError(
            "%r is not the name of a collation. SELECT name FROM sys.fn_helpcollations() lists them." % collation
        )
    return "COLLATE " + collation
