"""What tables, columns, and constraints a database has, for Django."""

from collections import namedtuple
from itertools import groupby
from operator import itemgetter

from django.db import ProgrammingError
from django.db.backends.base.introspection import BaseDatabaseIntrospection
from django.db.backends.base.introspection import FieldInfo as BaseFieldInfo
from django.db.backends.base.introspection import TableInfo as BaseTableInfo
from django.db.models import Index

from .. import compat
from ..data_types import AUTO_FIELD_TYPES, FIELD_TYPES
from ..names import TableName
from . import queries
from .field_call import FieldCall
from .objects import HIDDEN_DISCRIMINATOR_PREFIX, HIDDEN_EXPRESSION_PREFIX, column_references, is_hidden

TableInfo = namedtuple("TableInfo", BaseTableInfo._fields + ("comment",))
FieldInfo = namedtuple(
    "FieldInfo",
    BaseFieldInfo._fields
    + (
        "comment",
        "is_autofield",
        "generation_expression",
        "is_persisted",
        "data_type",
        "checks",
    ),
)

# Positions of included columns begin behind this (see queries.CONSTRAINTS).
_INCLUDED = 1000

_STRING_TYPES = ("char", "nchar", "nvarchar", "varchar")
_UTF16_TYPES = ("nchar", "nvarchar")
_NUMERIC_TYPES = ("decimal", "numeric", "money", "smallmoney")


class KeyIntrospection:
    """Keys, constraints, and indexes."""

    def get_relations(self, cursor, table_name):
        """Return {column: (column there, table there, action on delete)}."""
        cursor.execute(queries.RELATIONS, [str(self.table_name(table_name))])
        actions = self.on_delete_types
        return {
            column: (
                to_column,
                self._db_table(schema, table, default_schema),
                actions.get(action.replace("_", " ")),
            )
            for column, to_column, schema, table, action, default_schema in (cursor.fetchall())
        }

    def get_key_columns(self, cursor, table_name):
        """Return (column, table there, column there) of each foreign key."""
        return [
            (column, relation[1], relation[0]) for column, relation in self.get_relations(cursor, table_name).items()
        ]

    def get_primary_key_columns(self, cursor, table_name):
        cursor.execute(queries.PRIMARY_KEY, [str(self.table_name(table_name))])
        return [row[0] for row in cursor.fetchall()] or None

    def get_primary_key_column(self, cursor, table_name):
        columns = self.get_primary_key_columns(cursor, table_name)
        return columns[0] if columns else None

    def get_constraints(self, cursor, table_name):
        """
        Return Django's dict per constraint and index.

        An expression is given as None among the columns. Beside Django's keys
        there are `unique_constraint` (a constraint, not an index, is unique)
        and `definition` (the text of a check or filter).
        """
        name = str(self.table_name(table_name))
        cursor.execute(queries.CONSTRAINTS, [name, name, name])
        constraints = {}
        for row in map(_ConstraintRow._make, cursor.fetchall()):
            if row.name not in constraints:
                constraints[row.name] = self._new_constraint(row)
            _add_column(constraints[row.name], row)
        return constraints

    def _new_constraint(self, row):
        is_index = row.kind == "index"
        is_check = row.kind == "check"
        target = None
        if row.kind == "foreign key":
            table = self._db_table(row.to_schema, row.to_table, row.default_schema)
            target = (table, row.to_column)
        is_key = bool(row.is_primary_key or row.is_unique_constraint)
        details = {
            "columns": [],
            "primary_key": bool(row.is_primary_key),
            "unique": bool(row.is_unique),
            "unique_constraint": bool(row.is_unique_constraint),
            "foreign_key": target,
            "check": is_check,
            "index": is_index and not is_key,
            "definition": row.definition,
        }
        if is_index:
            details["orders"] = []
            details["type"] = _index_type(row.type_desc)
        return details


class DatabaseIntrospection(compat.Introspection, KeyIntrospection, BaseDatabaseIntrospection):
    data_types_reverse = FIELD_TYPES

    def table_name(self, name):
        """Return a table's TableName, in the alias's schema where it has none."""
        return TableName.parse(name, self.connection.ops.schema_option)

    def identifier_converter(self, name):
        """A table's name as the catalogue's answers write it: bare in the default schema."""
        table = TableName.parse(name)
        if table.schema is None:
            return name
        return self._db_table(table.schema, table.name, self.connection.server.default_schema)

    def _db_table(self, schema, name, default_schema):
        """Name a table as models do: with a schema only outside the default one."""
        default = self.connection.ops.schema_option or default_schema
        return name if self._are_same(schema, default) else TableName(schema, name).as_db_table()

    def _are_same(self, name, other):
        if self.connection.features.ignores_table_name_case:
            return name.casefold() == other.casefold()
        return name == other

    def get_table_list(self, cursor):
        """
        Return the tables and views of every schema.

        Those outside of the default schema are named `"schema"."table"`.
        """
        cursor.execute(queries.TABLES)
        return [
            TableInfo(
                self._db_table(schema, name, default_schema),
                "v" if kind.strip() == "V" else "t",
                comment,
            )
            for schema, name, kind, comment, default_schema in cursor.fetchall()
        ]

    # Columns

    def get_table_description(self, cursor, table_name):
        """
        Return a FieldInfo per column.

        :raises ProgrammingError: the table does not exist (as error 208), or
            the login has no rights on it.
        """
        cursor.execute(queries.COLUMNS, [str(self.table_name(table_name))])
        rows = [tuple(row) for row in cursor.fetchall()]
        if not rows:
            raise ProgrammingError("Invalid object name '%s'." % table_name)
        return [
            _field_info(*details, checks=[row[-1] for row in group if row[-1]])
            for details, group in _grouped(rows)
            if not _is_internal(*details)
        ]

    def get_field_type(self, data_type, description):
        """
        Return the name of the field class for a column, with arguments where a plugin gives some.

        :raises KeyError: no field fits; inspectdb then guesses.
        """
        answer = self._plugin_field_type(description)
        if answer is not None:
            return answer if isinstance(answer, str) else FieldCall(*answer)
        if description.is_autofield and data_type in AUTO_FIELD_TYPES:
            return AUTO_FIELD_TYPES[data_type]
        if data_type in _STRING_TYPES and description.display_size is None:
            return "TextField"
        return super().get_field_type(data_type, description)

    def _plugin_field_type(self, description):
        """Ask the plugins; None where none of them knows the column."""
        plugins = getattr(self.connection, "plugins", None)
        if plugins is None:
            return None
        return plugins.hook.mssql_field_type(column=description)

    def get_sequences(self, cursor, table_name, table_fields=()):
        cursor.execute(queries.IDENTITIES, [str(self.table_name(table_name))])
        return [{"table": table_name, "column": row[0]} for row in cursor.fetchall()]


_ConstraintRow = namedtuple(
    "_ConstraintRow",
    "kind name column is_primary_key is_unique is_unique_constraint is_descending "
    "type_desc to_schema to_table to_column definition position default_schema",
)


def _add_column(details, row):
    if row.column is None or row.column.startswith(HIDDEN_DISCRIMINATOR_PREFIX):
        return
    if details["check"] and row.column not in column_references(row.definition):
        return
    if row.position > _INCLUDED:
        # The columns of a unique index say what is unique.
        if not details["unique"] or None in details["columns"]:
            details["columns"].append(row.column)
        return
    hidden = row.column.startswith(HIDDEN_EXPRESSION_PREFIX)
    details["columns"].append(None if hidden else row.column)
    if "orders" in details:
        details["orders"].append("DESC" if row.is_descending else "ASC")


def _index_type(type_desc):
    if type_desc in ("CLUSTERED", "NONCLUSTERED"):
        return Index.suffix
    return type_desc.lower()


def _grouped(rows):
    """Yield (what rows of a column have in common, the rows)."""
    for _, group in groupby(rows, key=itemgetter(0)):
        group = list(group)
        yield group[0][:-1], group


def _is_internal(name, *details):
    computed = details[9]
    return computed is not None and is_hidden(name)


def _without_parentheses(definition):
    """Take off the parentheses that the server puts around each default."""
    while definition and definition[0] == "(" and _closes_at(definition) == len(definition) - 1:
        definition = definition[1:-1]
    return definition


def _closes_at(text):
    """Return where the parenthesis that opens the text is closed."""
    depth, quoted = 0, False
    for position, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif not quoted:
            depth += (character == "(") - (character == ")")
            if depth == 0:
                return position
    return -1


def _field_info(
    name,
    type_name,
    max_length,
    precision,
    scale,
    is_nullable,
    default,
    collation,
    database_collation,
    is_identity,
    computed,
    is_persisted,
    comment,
    checks,
):
    size = None
    if type_name in _STRING_TYPES or type_name in ("binary", "varbinary"):
        if max_length != -1:
            size = max_length // 2 if type_name in _UTF16_TYPES else max_length
    is_number = type_name in _NUMERIC_TYPES
    return FieldInfo(
        name,
        type_name,
        size,
        size,
        precision if is_number else None,
        scale if is_number else None,
        bool(is_nullable),
        _without_parentheses(default),
        None if collation == database_collation else collation,
        comment,
        bool(is_identity),
        computed,
        bool(is_persisted),
        type_name,
        tuple(checks),
    )
