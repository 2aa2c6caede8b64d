"""What tables, columns, and constraints a database has, for Django."""

from collections import namedtuple
from dataclasses import replace

from django.db import ProgrammingError
from django.db.backends.base.introspection import BaseDatabaseIntrospection
from django.db.backends.base.introspection import FieldInfo as BaseFieldInfo
from django.db.backends.base.introspection import TableInfo as BaseTableInfo
from django.db.models import Index

from .. import compat
from ..compat.orm import HAS_GENERATED_FIELD
from ..data_types import AUTO_FIELD_TYPES, FIELD_TYPES, MOMENT_FIELDS, NAMED_FIELDS
from ..names import TableName
from . import queries
from .field_call import Code, FieldCall
from .notes import column_notes, table_notes, takes_from_sequence
from .objects import is_discriminator, is_hidden
from .table_snapshot import named_columns

TableInfo = namedtuple("TableInfo", BaseTableInfo._fields + ("comment",))
FieldInfo = namedtuple(
    "FieldInfo",
    BaseFieldInfo._fields
    + (
        "comment",
        "is_autofield",
        "generation_expression",
        "is_persisted",
        "is_primary_key",
        "data_type",
        "checks",
        "generated_always_type",
        "is_column_set",
        "notes",
    ),
)

_STRING_TYPES = ("char", "nchar", "nvarchar", "varchar")
_UTF16_TYPES = ("nchar", "nvarchar")
_TYPES_WITH_LENGTH = (*_STRING_TYPES, "binary", "varbinary")
_NUMERIC_TYPES = ("decimal", "numeric", "money", "smallmoney")


class KeyIntrospection:
    """
    Keys, constraints, and indexes.

    :ivar related_tables: the tables that a relation may lead to, as get_table_list() names them; None for all.
    """

    related_tables = None

    def get_relations(self, cursor, table_name):
        """Return {column: (column there, table there, action on delete)}."""
        actions, table = self.on_delete_types, self.table_name(table_name)
        return {
            key.column_name: (key.to_column, there, actions.get(key.on_delete.replace("_", " ")))
            for key, there in self._keys_of_one_column(cursor, table)
            if self.related_tables is None or there in self.related_tables
        }

    def get_relations_outside(self, cursor, table_name):
        """Return {column: table there} of the relations that `related_tables` keeps get_relations() from."""
        keys = self._keys_of_one_column(cursor, self.table_name(table_name))
        return {key.column_name: there for key, there in keys if there not in self.related_tables}

    def get_constraints(self, cursor, table_name):
        """
        Return Django's dict per constraint and index.

        An expression is given as None among the columns. Beside Django's keys
        there are `unique_constraint` (a constraint, not an index, is unique)
        and `definition` (the text of a check or filter).
        """
        table = self.table_name(table_name)
        constraints = {group[0].name: _check_details(group) for group in queries.checks(cursor, table)}
        for group in self._own_foreign_keys(cursor, table):
            key = group[0]
            constraints[key.name] = _details(
                [row.column_name for row in group], foreign_key=(self._referenced(table, key), key.to_column)
            )
        for group in queries.indexes(cursor, table):
            if not group[0].is_hypothetical:
                constraints[group[0].name] = _index_details(group)
        base = None if constraints else self._base_of_synonym(cursor, table)
        return constraints if base is None else self.get_constraints(cursor, base)

    @staticmethod
    def _own_foreign_keys(cursor, table):
        return [group for group in queries.foreign_keys(cursor, table) if group[0].is_outgoing]

    def _keys_of_one_column(self, cursor, table):
        """(key, table there); a key of several columns is none that a field could say."""
        groups = self._own_foreign_keys(cursor, table)
        base = None if groups else self._base_of_synonym(cursor, table)
        if base is not None:
            return self._keys_of_one_column(cursor, self.table_name(base))
        return [(key, self._referenced(table, key)) for key, *others in groups if not others]

    def _referenced(self, table, key):
        """The table at the other end of a key; it is in the same database."""
        return self._db_table(replace(table, schema=key.to_schema, name=key.to_table), key.default_schema)


class DatabaseIntrospection(compat.Introspection, KeyIntrospection, BaseDatabaseIntrospection):
    data_types_reverse = FIELD_TYPES

    def table_name(self, name):
        """Return a table's TableName, in the alias's schema where it has none. :raises NotSupportedError: see of_this_server()."""
        return TableName.parse(name, self.connection.ops.schema_option).of_this_server()

    def identifier_converter(self, name):
        """A table's name as the catalogue's answers write it: bare in the default schema.

        raw() asks for columns too, and a key of several has None for one.
        """
        table = None if name is None else TableName.parse(name)
        if table is None or table.schema is None:
            return name
        return self._db_table(table, self.connection.server.default_schema)

    def _db_table(self, table, default_schema):
        """Name a table as models do: with a schema only outside the default one."""
        default = self.connection.ops.schema_option or default_schema
        is_bare = table.database is None and self._are_same(table.schema, default)
        return (TableName(None, table.name) if is_bare else table).as_db_table()

    def _are_same(self, name, other):
        if self.connection.features.ignores_table_name_case:
            return name.casefold() == other.casefold()
        return name == other

    def get_table_list(self, cursor):
        """
        Return the tables and views of every schema, and as views the synonyms of such.

        Those outside of the default schema are named `"schema"."table"`.
        """
        return [
            TableInfo(
                self._db_table(TableName(row.schema_name, row.name), row.default_schema),
                "t" if row.type.strip() == "U" else "v",
                row.comment,
            )
            for row in queries.rows(cursor, queries.TABLES)
        ]

    # Columns

    def get_table_description(self, cursor, table_name):
        """
        Return a FieldInfo per column.

        :raises ProgrammingError: the table does not exist (as error 208), or
            the login has no rights on it.
        """
        table = self.table_name(table_name)
        columns = queries.rows_of(cursor, queries.COLUMNS, table)
        if not columns:
            base = self._base_of_synonym(cursor, table)
            if base is None:
                raise ProgrammingError("Invalid object name '%s'." % table_name)
            return self.get_table_description(cursor, base)
        checks = queries.checks(cursor, table)
        return [
            _field_info(column, checks) for column in columns if column.computed is None or not is_hidden(column.name)
        ]

    def _base_of_synonym(self, cursor, table):
        """The table or view that a synonym stands for, as models name it; None where the name is none's."""
        for synonym in queries.rows_of(cursor, queries.SYNONYM, table):
            return synonym.base_object_name
        return None

    def get_table_notes(self, cursor, table_name):
        """Return what a model cannot say of the table, as comments for inspectdb."""
        return [
            note
            for row in queries.rows_of(cursor, queries.TABLE_NOTES, self.table_name(table_name))
            for note in table_notes(row)
        ]

    def get_field_type(self, data_type, description):
        """
        Return the name of the field class for a column, with arguments where a plugin gives some.

        :raises KeyError: no field fits; inspectdb then guesses.
        """
        answer = self._plugin_field_type(description)
        if isinstance(answer, str):
            # Of a field of Django's inspectdb adds length and digits by its name.
            return FieldCall(answer, {}) if "." in answer else answer
        if answer is not None:
            return FieldCall(*answer)
        written = _field_that_the_server_writes(data_type, description)
        if written is not None:
            return written
        if description.generation_expression is not None and HAS_GENERATED_FIELD:
            return self._generated_field(data_type, description)
        if HAS_GENERATED_FIELD and _is_default_of_key(description):
            return self._with_default(data_type, description)
        if data_type in _STRING_TYPES and description.display_size is None:
            return (
                FieldCall("mssql_core.fields.VarcharTextField", _collation(description))
                if data_type == "varchar"
                else "TextField"
            )
        if data_type in MOMENT_FIELDS and data_type != self.connection.data_types["DateTimeField"]:
            return FieldCall("mssql_core.fields.%s" % MOMENT_FIELDS[data_type], {})
        if data_type in NAMED_FIELDS:
            return _named_field(data_type, description)
        return super().get_field_type(data_type, description)

    def _generated_field(self, data_type, description):
        """A GeneratedField around the field that a plain column of the type would have."""
        call = self._call(data_type, description._replace(generation_expression=None))
        arguments = {
            "expression": _raw(description.generation_expression),
            "output_field": Code(call + "(" + ")"),
            "db_persist": description.is_persisted,
        }
        return FieldCall("GeneratedField", arguments)

    def _with_default(self, data_type, description):
        """The field with the column's default, without which a new object would have no key."""
        call = self._call(data_type, description._replace(default=None))
        return FieldCall(call.path, dict(call.arguments, db_default=_raw(description.default)))

    def _call(self, data_type, description):
        """The field of a column with the arguments that inspectdb would give it."""
        plain = self.get_field_type(data_type, description)
        return plain if isinstance(plain, FieldCall) else FieldCall(plain, _size(plain, description))

    def _plugin_field_type(self, description):
        """Ask the plugins; None where none of them knows the column."""
        plugins = getattr(self.connection, "plugins", None)
        if plugins is None:
            return None
        return plugins.hook.mssql_field_type(column=description)

    def get_sequences(self, cursor, table_name, table_fields=()):
        columns = queries.rows_of(cursor, queries.COLUMNS, self.table_name(table_name))
        return [{"table": table_name, "column": column.name} for column in columns if column.is_identity]


def _field_that_the_server_writes(data_type, description):
    """The field of an identity, of a column that is generated always, and of a column set; None for others."""
    if description.is_column_set:
        return FieldCall("mssql_core.fields.ColumnSetField", {})
    if description.generated_always_type:
        is_period = description.generated_always_type in (1, 2)
        return FieldCall("mssql_core.fields.%s" % ("SystemTimeField" if is_period else "LedgerField"), {})
    if not description.is_autofield:
        return None
    if not description.is_primary_key:
        return FieldCall("mssql_core.fields.IdentityField", {})
    if data_type in ("decimal", "numeric"):
        return FieldCall("mssql_core.fields.NumericAutoField", {"max_digits": description.precision})
    return AUTO_FIELD_TYPES[data_type]


def _is_default_of_key(description):
    """Whether the server gives a key, or takes a value from a sequence, where none is given."""
    return description.default is not None and (description.is_primary_key or takes_from_sequence(description.default))


def _raw(sql):
    return Code("models.expressions.RawSQL(%r, [])" % sql.replace("%", "%%"))


def _collation(description):
    return {"db_collation": description.collation} if description.collation else {}


def _size(field_type, description):
    """The arguments that inspectdb gives a field of Django's for its column's size."""
    if field_type == "CharField":
        return {"max_length": description.display_size}
    if field_type == "DecimalField":
        return {"max_digits": description.precision, "decimal_places": description.scale}
    return {}


def _named_field(data_type, description):
    """A field of mssql_core.fields: it says the type of its column."""
    arguments = {} if description.display_size is None else {"max_length": description.display_size}
    arguments.update(_collation(description))
    return FieldCall("mssql_core.fields.%s" % NAMED_FIELDS[data_type], arguments)


def _details(columns, **others):
    details = {
        "columns": columns,
        "primary_key": False,
        "unique": False,
        "unique_constraint": False,
        "foreign_key": None,
        "check": False,
        "index": False,
        "definition": None,
    }
    details.update(others)
    return details


def _check_details(group):
    return _details(list(named_columns(group)), check=True, definition=group[0].definition)


def _index_details(group):
    index = group[0]
    keys = [row for row in group if not row.is_included and not is_discriminator(row.column_name)]
    columns = [None if is_hidden(row.column_name) else row.column_name for row in keys]
    # The columns of a unique index say what is unique.
    if not index.is_unique or None in columns:
        columns += [row.column_name for row in group if row.is_included]
    return _details(
        columns,
        primary_key=bool(index.is_primary_key),
        unique=bool(index.is_unique),
        unique_constraint=bool(index.is_unique_constraint),
        index=not (index.is_primary_key or index.is_unique_constraint),
        definition=index.filter,
        orders=["DESC" if row.is_descending else "ASC" for row in keys],
        type=_index_type(index.type_desc),
    )


def _index_type(type_desc):
    if type_desc in ("CLUSTERED", "NONCLUSTERED"):
        return Index.suffix
    return type_desc.lower()


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


def _field_info(column, checks):
    type_name = column.base_type
    size = None
    if type_name in _TYPES_WITH_LENGTH:
        if column.max_length != -1:
            size = column.max_length // 2 if type_name in _UTF16_TYPES else column.max_length
    is_number = type_name in _NUMERIC_TYPES
    return FieldInfo(
        column.name,
        type_name,
        size,
        size,
        column.numeric_precision if is_number else None,
        column.scale if is_number else None,
        bool(column.is_nullable),
        _without_parentheses(column.default_definition),
        None if column.collation == column.database_collation else column.collation,
        column.comment,
        bool(column.is_identity),
        column.computed,
        bool(column.is_persisted),
        bool(column.is_primary_key),
        type_name,
        tuple(group[0].definition for group in checks if column.name in (row.column_name for row in group)),
        column.generated_always_type or 0,
        bool(column.is_column_set),
        column_notes(column),
    )
