"""Django's introspection: the tables, columns, and constraints of a database."""

from dataclasses import replace
from typing import Any, Dict, FrozenSet, List, NamedTuple, Optional, Sequence, Tuple

from django.db import ProgrammingError
from django.db.backends.base.introspection import BaseDatabaseIntrospection
from django.db.models import Index

from .. import compat
from ..compat.orm import HAS_GENERATED_FIELD
from ..data_types import AUTO_FIELD_TYPES, FIELD_TYPES, MOMENT_FIELDS, NAMED_FIELDS
from ..names import TableName
from ..plugin.django_types import Cursor, Mixin
from . import queries
from .field_call import Code, FieldCall
from .notes import column_notes, table_notes, takes_from_sequence
from .objects import is_discriminator, is_hidden
from .table_snapshot import named_columns

# The rows of one constraint or index, one for each of its columns.
_Group = List[Any]
# Django's dict of a constraint or an index.
_Details = Dict[str, Any]


class TableInfo(NamedTuple):
    """
    A table or view, as Django describes it.

    :ivar type: `t` or `v`.
    """

    name: str
    type: str
    comment: Optional[str]


class FieldInfo(NamedTuple):
    """
    A column, as Django describes it, and what inspectdb and plugins ask besides.

    :ivar display_size, internal_size: the length in characters or bytes; None for (max).
    :ivar collation: None for that of the database.
    :ivar is_autofield: whether it is an identity.
    :ivar generation_expression: of a computed column.
    :ivar checks: the definitions of the checks that name the column.
    :ivar generated_always_type: as in sys.columns, 0 for none.
    :ivar notes: properties of the column that a model cannot express, see column_notes().
    """

    name: str
    type_code: str
    display_size: Optional[int]
    internal_size: Optional[int]
    precision: Optional[int]
    scale: Optional[int]
    null_ok: bool
    default: Optional[str]
    collation: Optional[str]
    comment: Optional[str]
    is_autofield: bool
    generation_expression: Optional[str]
    is_persisted: bool
    is_primary_key: bool
    data_type: str
    checks: Tuple[str, ...]
    generated_always_type: int
    is_column_set: bool
    notes: Tuple[str, ...]


_STRING_TYPES = ("char", "nchar", "nvarchar", "varchar")
_UTF16_TYPES = ("nchar", "nvarchar")
_TYPES_WITH_LENGTH = (*_STRING_TYPES, "binary", "varbinary")
_NUMERIC_TYPES = ("decimal", "numeric", "money", "smallmoney")


class KeyIntrospection(Mixin):
    """
    Keys, constraints, and indexes.

    :ivar related_tables: the tables that a relation may lead to, as get_table_list() names them; None for all.
    """

    related_tables: Optional[FrozenSet[str]] = None

    def get_relations(self, cursor: Cursor, table_name: str) -> Dict[str, Tuple[str, str, Any]]:
        """Return {column: (column there, table there, action on delete)}."""
        actions, table = self.on_delete_types, self.table_name(table_name)
        return {
            key.column_name: (key.to_column, there, actions.get(key.on_delete.replace("_", " ")))
            for key, there in self._keys_of_one_column(cursor, table)
            if self.related_tables is None or there in self.related_tables
        }

    def get_relations_outside(self, cursor: Cursor, table_name: str) -> Dict[str, str]:
        """Return {column: table there} of the relations that get_relations() leaves out for `related_tables`."""
        related = self.related_tables
        if related is None:
            return {}
        keys = self._keys_of_one_column(cursor, self.table_name(table_name))
        return {key.column_name: there for key, there in keys if there not in related}

    def get_constraints(self, cursor: Cursor, table_name: str) -> Dict[str, _Details]:
        """
        Return Django's dict for each constraint and index.

        An expression is None among the columns. Besides Django's keys there are
        `unique_constraint` (whether a constraint, not an index, is unique) and
        `definition` (the text of a check or filter).
        """
        table = self.table_name(table_name)
        checks, keys, indexes = queries.constraints(cursor, table)
        constraints = {group[0].name: _check_details(group) for group in checks}
        for group in filter(_is_outgoing, keys):
            key = group[0]
            constraints[key.name] = _details(
                [column.column_name for column in group], foreign_key=(self._referenced(table, key), key.to_column)
            )
        for group in indexes:
            if not group[0].is_hypothetical:
                constraints[group[0].name] = _index_details(group)
        base = None if constraints else self._base_of_synonym(cursor, table)
        return constraints if base is None else self.get_constraints(cursor, base)

    @staticmethod
    def _own_foreign_keys(cursor: Cursor, table: TableName) -> List[_Group]:
        return list(filter(_is_outgoing, queries.foreign_keys(cursor, table)))

    def _keys_of_one_column(self, cursor: Cursor, table: TableName) -> List[Tuple[Any, str]]:
        """Return (key, table there) of each key that a field can express: one of a single column."""
        groups = self._own_foreign_keys(cursor, table)
        base = None if groups else self._base_of_synonym(cursor, table)
        if base is not None:
            return self._keys_of_one_column(cursor, self.table_name(base))
        return [(key, self._referenced(table, key)) for key, *others in groups if not others]

    def _referenced(self, table: TableName, key: Any) -> str:
        """Return the table that a key references, in the same database."""
        name: str = self._db_table(replace(table, schema=key.to_schema, name=key.to_table), key.default_schema)
        return name


class DatabaseIntrospection(compat.Introspection, KeyIntrospection, BaseDatabaseIntrospection):
    data_types_reverse = FIELD_TYPES

    def table_name(self, name: str) -> TableName:
        """
        Return a table's TableName, in the alias's schema where it has none.

        :raises NotSupportedError: a table of a linked server.
        """
        return TableName.parse(name, self.connection.ops.schema_option).of_this_server()

    def identifier_converter(self, name: Optional[str]) -> Optional[str]:
        """
        Return a table's name as get_table_list() writes it: bare in the default schema.

        raw() asks for names of columns too, among which a composite key has None.
        """
        table = None if name is None else TableName.parse(name)
        if table is None or table.schema is None:
            return name
        return self._db_table(table, self.connection.server.default_schema)

    def _db_table(self, table: TableName, default_schema: Optional[str]) -> str:
        """Return a table's name as models write it: with a schema only outside the default one."""
        default = self.connection.ops.schema_option or default_schema
        is_bare = table.database is None and self.are_same(table.schema, default)
        return (TableName(None, table.name) if is_bare else table).as_db_table()

    def are_same(self, name: Optional[str], other: Optional[str]) -> bool:
        """Whether two names are one for the server."""
        if name and other and self.connection.server.ignores_case:
            return name.casefold() == other.casefold()
        return name == other

    def get_table_list(self, cursor: Cursor) -> List[TableInfo]:
        """
        Return the tables and views of every schema, and as views their synonyms.

        Those outside of the default schema are named `"schema"."table"`.
        """
        return [
            TableInfo(
                self._db_table(TableName(table.schema_name, table.name), table.default_schema),
                "t" if table.type.strip() == "U" else "v",
                table.comment,
            )
            for table in queries.rows(cursor, queries.TABLES)
        ]

    # Columns

    def get_table_description(self, cursor: Cursor, table_name: str) -> List[FieldInfo]:
        """
        Return a FieldInfo for each column.

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

    def _base_of_synonym(self, cursor: Cursor, table: TableName) -> Optional[str]:
        """Return a synonym's table or view, as models name it; None if `name` is not a synonym."""
        for synonym in queries.rows_of(cursor, queries.SYNONYM, table):
            return str(synonym.base_object_name)
        return None

    def get_table_notes(self, cursor: Cursor, table_name: str) -> List[str]:
        """Return the properties of a table that a model cannot express, as comments for inspectdb."""
        return [
            note
            for table in queries.rows_of(cursor, queries.TABLE_NOTES, self.table_name(table_name))
            for note in table_notes(table)
        ]

    def get_field_type(self, data_type: str, description: FieldInfo) -> str:
        """
        Return the name of the field class for a column: a FieldCall where it has arguments.

        :raises KeyError: no field fits; inspectdb then guesses.
        """
        answer = self._plugin_field_type(description)
        if isinstance(answer, str):
            # inspectdb recognizes Django's own fields by name, and adds length and digits.
            return FieldCall(answer, {}) if "." in answer else answer
        if answer is not None:
            return FieldCall(*answer)
        written = _field_that_the_server_writes(data_type, description)
        if written is not None:
            return written
        expression, default = description.generation_expression, _default_of_key(description)
        if HAS_GENERATED_FIELD and expression is not None:
            return self._generated_field(data_type, description, expression)
        if HAS_GENERATED_FIELD and default is not None:
            return self._with_default(data_type, description, default)
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
        return str(super().get_field_type(data_type, description))

    def _generated_field(self, data_type: str, description: FieldInfo, expression: str) -> FieldCall:
        """Return a GeneratedField around the field that a plain column of the type would have."""
        call = self._call(data_type, description._replace(generation_expression=None))
        arguments = {
            "expression": _raw(expression),
            "output_field": Code(call + "(" + ")"),
            "db_persist": description.is_persisted,
        }
        return FieldCall("GeneratedField", arguments)

    def _with_default(self, data_type: str, description: FieldInfo, default: str) -> FieldCall:
        """Return the field with the column's default, without which a new object would have no key."""
        call = self._call(data_type, description._replace(default=None))
        return FieldCall(call.path, dict(call.arguments, db_default=_raw(default)))

    def _call(self, data_type: str, description: FieldInfo) -> FieldCall:
        """Return the field of a column with the arguments that inspectdb would give it."""
        plain = self.get_field_type(data_type, description)
        return plain if isinstance(plain, FieldCall) else FieldCall(plain, _size(plain, description))

    def _plugin_field_type(self, description: FieldInfo) -> Any:
        """Return the plugins' answer, see the hook ``mssql_field_type``; None where there is none."""
        plugins = getattr(self.connection, "plugins", None)
        if plugins is None:
            return None
        return plugins.hook.mssql_field_type(column=description)

    def get_sequences(
        self, cursor: Cursor, table_name: str, table_fields: Sequence[Any] = ()
    ) -> List[Dict[str, Optional[str]]]:
        columns = queries.rows_of(cursor, queries.COLUMNS, self.table_name(table_name))
        return [{"table": table_name, "column": column.name} for column in columns if column.is_identity]


def _field_that_the_server_writes(data_type: str, description: FieldInfo) -> Optional[str]:
    """Return the field of an identity, a column GENERATED ALWAYS, or a column set; None for others."""
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


def _default_of_key(description: FieldInfo) -> Optional[str]:
    """Return the default of a primary key, or one that is the next value of a sequence; None for any other."""
    default = description.default
    return default if description.is_primary_key or takes_from_sequence(default) else None


def _raw(sql: str) -> Code:
    return Code("models.expressions.RawSQL(%r, [])" % sql.replace("%", "%%"))


def _collation(description: FieldInfo) -> Dict[str, str]:
    return {"db_collation": description.collation} if description.collation else {}


def _size(field_type: str, description: FieldInfo) -> Dict[str, Optional[int]]:
    """Return the arguments that inspectdb gives a field of Django's for its column's size."""
    if field_type == "CharField":
        return {"max_length": description.display_size}
    if field_type == "DecimalField":
        return {"max_digits": description.precision, "decimal_places": description.scale}
    return {}


def _named_field(data_type: str, description: FieldInfo) -> FieldCall:
    """Return the field of mssql_core.fields for a type that none of Django's fields has."""
    arguments: Dict[str, Any] = {} if description.display_size is None else {"max_length": description.display_size}
    arguments.update(_collation(description))
    return FieldCall("mssql_core.fields.%s" % NAMED_FIELDS[data_type], arguments)


def _is_outgoing(key: _Group) -> bool:
    return bool(key[0].is_outgoing)


def _details(columns: List[Optional[str]], **others: Any) -> _Details:
    details: _Details = {
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


def _check_details(group: _Group) -> _Details:
    return _details(list(named_columns(group)), check=True, definition=group[0].definition)


def _index_details(group: _Group) -> _Details:
    index = group[0]
    keys = [column for column in group if not column.is_included and not is_discriminator(column.column_name)]
    columns: List[Optional[str]] = [None if is_hidden(column.column_name) else column.column_name for column in keys]
    # Uniqueness does not cover included columns.
    if not index.is_unique or None in columns:
        columns += [column.column_name for column in group if column.is_included]
    return _details(
        columns,
        primary_key=bool(index.is_primary_key),
        unique=bool(index.is_unique),
        unique_constraint=bool(index.is_unique_constraint),
        index=not (index.is_primary_key or index.is_unique_constraint),
        definition=index.filter,
        orders=["DESC" if column.is_descending else "ASC" for column in keys],
        type=_index_type(index.type_desc),
    )


def _index_type(type_desc: str) -> str:
    if type_desc in ("CLUSTERED", "NONCLUSTERED"):
        return str(Index.suffix)
    return type_desc.lower()


def _without_parentheses(definition: Optional[str]) -> Optional[str]:
    """Return a default without the parentheses that the server puts around it."""
    while definition and definition[0] == "(" and _closes_at(definition) == len(definition) - 1:
        definition = definition[1:-1]
    return definition


def _closes_at(text: str) -> int:
    """Return the position where the parenthesis that opens the text is closed."""
    depth, quoted = 0, False
    for position, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif not quoted:
            depth += (character == "(") - (character == ")")
            if depth == 0:
                return position
    return -1


def _field_info(column: Any, checks: Sequence[_Group]) -> FieldInfo:
    """
    Return the FieldInfo of a column.

    :param column: a row of queries.COLUMNS.
    :param checks: the table's checks.
    """
    type_name = column.base_type
    size = None
    if type_name in _TYPES_WITH_LENGTH:
        if column.max_length != -1:
            size = column.max_length // 2 if type_name in _UTF16_TYPES else column.max_length
    is_number = type_name in _NUMERIC_TYPES
    return FieldInfo(
        name=column.name,
        type_code=type_name,
        display_size=size,
        internal_size=size,
        precision=column.numeric_precision if is_number else None,
        scale=column.scale if is_number else None,
        null_ok=bool(column.is_nullable),
        default=_without_parentheses(column.default_definition),
        collation=None if column.collation == column.database_collation else column.collation,
        comment=column.comment,
        is_autofield=bool(column.is_identity),
        generation_expression=column.computed,
        is_persisted=bool(column.is_persisted),
        is_primary_key=bool(column.is_primary_key),
        data_type=type_name,
        checks=tuple(group[0].definition for group in checks if column.name in (named.column_name for named in group)),
        generated_always_type=column.generated_always_type or 0,
        is_column_set=bool(column.is_column_set),
        notes=column_notes(column),
    )
