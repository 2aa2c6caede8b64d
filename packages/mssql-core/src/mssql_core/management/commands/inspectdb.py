"""``inspectdb`` with ``--schema``, and models that can be used as they are written."""

from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from django.core.management import CommandError
from django.core.management.commands import inspectdb
from django.db import connections, models

from ...introspection.base import DatabaseIntrospection, FieldInfo
from ...introspection.key_columns import key_of
from ...introspection.python_names import ClassNames, field_name
from ...names import TableName, bare_identifier, quote_bare
from ...plugin.django_types import Connection

_Options = Dict[str, Any]
_HAS_COMPOSITE_KEYS = hasattr(models, "CompositePrimaryKey")
_COMPOSITE_KEY = "    pk = models.CompositePrimaryKey("
_NO_KEY = "        # There is no primary key. Django takes %s for it, which %s."


class Command(inspectdb.Command):
    """
    Django's inspectdb, with comments about what a model cannot say.

    Each table and column gets a valid Python name that no other has, a composite key names its fields, and a table
    without a key gets one, with a comment.
    """

    #: The connection of the alias, if that is one of SQL Server.
    _connection: Optional[Connection] = None
    #: The table whose model is being written.
    _table: Optional["_Table"] = None
    _tables: Dict[str, "_Table"]
    _class_names: ClassNames

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--schema",
            action="append",
            help="On SQL Server: the tables of this schema; may be repeated. Keys to tables of others become plain columns.",
        )

    def handle_inspection(self, options: _Options) -> Iterable[str]:
        """
        Return the lines of the module.

        :raises CommandError: a schema without tables, or --schema for another server than SQL Server.
        """
        connection = connections[options["database"]]
        schemas = [options["schema"]] if isinstance(options.get("schema"), str) else options.get("schema") or []
        if connection.vendor != "microsoft":
            if schemas:
                raise CommandError("--schema is for SQL Server, which %r is not." % options["database"])
            lines: Iterable[str] = super().handle_inspection(options)
            return lines
        return self._inspected(connection, options, schemas)

    def _inspected(self, connection: Connection, options: _Options, schemas: Sequence[str]) -> Iterator[str]:
        self._connection, self._class_names, self._tables = connection, ClassNames(), {}
        if schemas:
            options = dict(options, table=_chosen(connection, options, schemas))
            connection.introspection.related_tables = frozenset(options["table"])
        lines: List[str] = []
        try:
            for line in super().handle_inspection(options):
                if line.startswith("class "):
                    yield from lines
                    lines = []
                lines.append(line)
                if self._table is not None and line.startswith("        db_table = "):
                    lines = self._table.finished(lines)
            yield from lines
        finally:
            connection.introspection.related_tables = None

    # ---- names ------------------------------------------------------------------------

    def normalize_table_name(self, table_name: str) -> str:
        name: str = super().normalize_table_name(table_name)
        return name if self._connection is None else self._class_names.of(table_name, name)

    def normalize_col_name(
        self, col_name: str, used_column_names: Sequence[str], is_relation: bool
    ) -> Tuple[str, Dict[str, Any], List[str]]:
        name, params, notes = super().normalize_col_name(col_name, used_column_names, is_relation)
        if self._connection is None:
            return name, params, notes
        fitting = field_name(name, used_column_names)
        if fitting != name:
            notes.append("Field renamed: the name means something to Python or Django.")
            params["db_column"] = col_name
        if bare_identifier(col_name) != col_name:
            # A name that looks delimited is taken for one.
            params["db_column"] = quote_bare(col_name)
        return fitting, params, notes

    # ---- columns and tables --------------------------------------------------------------

    def get_field_type(
        self, connection: Connection, table_name: str, row: FieldInfo
    ) -> Tuple[str, Dict[str, Any], List[str]]:
        table = None if self._connection is None else self._described(self._connection, table_name)
        if table is not None and table.stand_in == row.name:
            row = row._replace(is_primary_key=True)
        field_type, params, notes = super().get_field_type(connection, table_name, row)
        if table is not None:
            table.complete(row, params, notes)
        return field_type, params, notes

    def get_meta(
        self,
        table_name: str,
        constraints: Dict[str, Any],
        column_to_field_name: Dict[str, str],
        *args: Any,
        **kwargs: Any,
    ) -> List[str]:
        if self._connection is not None:
            self._table = self._described(self._connection, table_name)
            self._table.fields = column_to_field_name
        lines: List[str] = super().get_meta(table_name, constraints, column_to_field_name, *args, **kwargs)
        return lines

    def _described(self, connection: Connection, table_name: str) -> "_Table":
        if table_name not in self._tables:
            self._tables[table_name] = _Table(connection, table_name)
        return self._tables[table_name]


class _Table:
    """
    A table whose model is being written.

    :ivar key: its Key.
    :ivar notes: its properties that the model cannot express.
    :ivar stand_in: the column that the model takes for its key where the table has none; else None.
    :ivar outside: column -> the table that it refers to and that is not inspected.
    :ivar fields: column -> the name of its field.
    """

    def __init__(self, connection: Connection, table_name: str) -> None:
        introspection: DatabaseIntrospection = connection.introspection
        self.fields: Dict[str, str] = {}
        self.outside: Dict[str, str] = {}
        with connection.cursor() as cursor:
            self.key = key_of(introspection, cursor, table_name)
            self.notes = introspection.get_table_notes(cursor, table_name)
            if introspection.related_tables is not None:
                self.outside = introspection.get_relations_outside(cursor, table_name)
        self.is_composite = len(self.key.columns) > 1 and _HAS_COMPOSITE_KEYS
        self.stand_in = None if self.key.is_primary or self.is_composite else self.key.columns[0]

    def complete(self, column: FieldInfo, params: Dict[str, Any], notes: List[str]) -> None:
        """Add what is known of a column to the arguments and the comments of its field."""
        if self.stand_in == column.name:
            params["primary_key"] = True
        notes += [" ".join(note.split()) for note in column.notes]
        if column.name in self.outside:
            notes.append("Refers to %s." % self.outside[column.name])

    def finished(self, lines: List[str]) -> List[str]:
        """Return the lines of the model up to the table's name, with its key."""
        if self.is_composite:
            names = ", ".join(repr(self.fields[column]) for column in self.key.columns)
            others = [line for line in lines[1:] if not line.startswith(_COMPOSITE_KEY)]
            lines = [lines[0], "%s%s)" % (_COMPOSITE_KEY, names), *others]
        elif self.stand_in is not None:
            start = "    %s = " % self.fields[self.stand_in]
            lines = [_as_key(line) if line.startswith(start) else line for line in lines]
        return [*lines, *("        # " + " ".join(note.split()) for note in self.notes), *self._note_on_key()]

    def _note_on_key(self) -> Iterator[str]:
        if self.key.is_primary:
            return
        is_unique = self.key.is_unique and (self.is_composite or len(self.key.columns) == 1)
        names = ", ".join(ascii(self.fields[column]) for column in self.key.columns[: None if self.is_composite else 1])
        yield _NO_KEY % (
            names,
            "is unique" if is_unique else "nothing makes unique: a change is one of all rows with its value",
        )


def _as_key(line: str) -> str:
    """Return the line of a field that stands for the key: never NULL, and of a ForeignKey one to one (fields.W342)."""
    line = line.replace("primary_key=True, blank=True, null=True", "primary_key=True", 1)
    if "primary_key=True" in line:
        return line
    line = line.replace("models.ForeignKey(", "models.OneToOneField(", 1).replace(", blank=True, null=True", "", 1)
    return line.replace("models.DO_NOTHING", "models.DO_NOTHING, primary_key=True", 1)


def _chosen(connection: Connection, options: _Options, schemas: Sequence[str]) -> List[str]:
    """
    Return the tables of the schemas, as get_table_list() names them; if the options name tables, those alone.

    :raises CommandError: a schema or a table that does not exist.
    """
    default = connection.ops.schema_option or connection.server.default_schema
    with connection.cursor() as cursor:
        listed = [
            (TableName.parse(info.name, default), info) for info in connection.introspection.get_table_list(cursor)
        ]
    are_same = connection.introspection.are_same
    inside = [(table, info) for table, info in listed if any(are_same(table.schema, schema) for schema in schemas)]
    for schema in schemas:
        if not any(are_same(table.schema, schema) for table, _ in inside):
            known = ", ".join(sorted({str(table.schema) for table, _ in listed}))
            raise CommandError("The schema %r has no tables that this login sees. There are: %s." % (schema, known))
    if not options["table"]:
        return sorted(info.name for _, info in inside if info.type == "t" or options["include_views"])
    chosen = []
    for name in options["table"]:
        wanted = TableName.parse(name)
        names = [
            info.name
            for table, info in inside
            if are_same(table.name, wanted.name) and (wanted.schema is None or are_same(table.schema, wanted.schema))
        ]
        if not names:
            raise CommandError("%s has no table %r." % (", ".join(schemas), name))
        chosen += names
    return chosen
