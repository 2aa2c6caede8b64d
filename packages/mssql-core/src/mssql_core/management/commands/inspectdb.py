"""``inspectdb`` with ``--schema``, whose models can be used as they are written."""

from django.core.management import CommandError
from django.core.management.commands import inspectdb
from django.db import connections, models

from ...introspection.key_columns import key_of
from ...introspection.python_names import ClassNames, field_name
from ...names import TableName, quote_database, quote_identifier

_HAS_COMPOSITE_KEYS = hasattr(models, "CompositePrimaryKey")
_COMPOSITE_KEY = "    pk = models.CompositePrimaryKey("
_NO_KEY = "        # There is no primary key. Django takes %s for it, which %s."


class Command(inspectdb.Command):
    """
    Writes models, with comments about what a model cannot say.

    Against Django's own command: each table and column has a name that Python takes and that is no other's, a key of
    several columns names its fields, and what has no key gets one, with a comment.
    """

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--schema",
            action="append",
            help="On SQL Server: the tables of this schema; may be repeated. Keys to tables of others become plain columns.",
        )

    def handle_inspection(self, options):
        """
        The lines of the module.

        :raises CommandError: a schema without tables, or a database that is no SQL Server's.
        """
        connection = connections[options["database"]]
        schemas = [options["schema"]] if isinstance(options.get("schema"), str) else options.get("schema") or []
        if connection.vendor != "microsoft":
            if schemas:
                raise CommandError("--schema is for SQL Server, which %r is not." % options["database"])
            return super().handle_inspection(options)
        return self._inspected(connection, options, schemas)

    def _inspected(self, connection, options, schemas):
        self._connection, self._class_names, self._tables = connection, ClassNames(), {}
        if schemas:
            options = dict(options, table=_chosen(connection, options, schemas))
            connection.introspection.related_tables = frozenset(options["table"])
        lines = []
        try:
            for line in super().handle_inspection(options):
                if line.startswith("class "):
                    yield from lines
                    lines = []
                lines.append(line)
                if line.startswith("        db_table = "):
                    lines = self._table.finished(lines)
            yield from lines
        finally:
            connection.introspection.related_tables = None

    # ---- names ------------------------------------------------------------------------

    def normalize_table_name(self, table_name):
        name = super().normalize_table_name(table_name)
        return name if self._connection is None else self._class_names.of(table_name, name)

    def normalize_col_name(self, col_name, used_column_names, is_relation):
        name, params, notes = super().normalize_col_name(col_name, used_column_names, is_relation)
        if self._connection is None:
            return name, params, notes
        fitting = field_name(name, used_column_names)
        if fitting != name:
            notes.append("Field renamed: the name means something to Python or Django.")
            params["db_column"] = col_name
        if quote_identifier(col_name) == col_name:
            # A name that looks delimited is taken for one.
            params["db_column"] = quote_database(col_name)
        return fitting, params, notes

    #: The alias's connection, while one of SQL Server is inspected.
    _connection = None

    # ---- columns and tables --------------------------------------------------------------

    def get_field_type(self, connection, table_name, row):
        if self._connection is None:
            return super().get_field_type(connection, table_name, row)
        table = self._described(table_name)
        if table.stand_in == row.name:
            row = row._replace(is_primary_key=True)
        field_type, params, notes = super().get_field_type(connection, table_name, row)
        if table.stand_in == row.name:
            params["primary_key"] = True
        notes += [" ".join(note.split()) for note in row.notes]
        if row.name in table.outside:
            notes.append("Refers to %s." % table.outside[row.name])
        return field_type, params, notes

    def get_meta(self, table_name, constraints, column_to_field_name, *args, **kwargs):
        if self._connection is not None:
            self._table = self._described(table_name)
            self._table.fields = column_to_field_name
        return super().get_meta(table_name, constraints, column_to_field_name, *args, **kwargs)

    def _described(self, table_name):
        if table_name not in self._tables:
            self._tables[table_name] = _Table(self._connection, table_name)
        return self._tables[table_name]


class _Table:
    """
    A table whose model is being written.

    :ivar key: its Key.
    :ivar stand_in: the column that the model takes for the key that the table has not; None where there is one.
    :ivar outside: column -> the table that it refers to and that is not inspected.
    :ivar fields: column -> the name of its field.
    """

    def __init__(self, connection, table_name):
        introspection, related = connection.introspection, connection.introspection.related_tables
        self.fields, self.outside = {}, {}
        with connection.cursor() as cursor:
            self.key = key_of(introspection, cursor, table_name)
            self.notes = introspection.get_table_notes(cursor, table_name)
            if related is not None:
                self.outside = introspection.get_relations_outside(cursor, table_name)
        self.is_composite = len(self.key.columns) > 1 and _HAS_COMPOSITE_KEYS
        self.stand_in = None if self.key.is_primary or self.is_composite else self.key.columns[0]

    def finished(self, lines):
        """The lines of the model up to the table's name, with its key."""
        if self.is_composite:
            names = ", ".join(repr(self.fields[column]) for column in self.key.columns)
            rest = [line for line in lines[1:] if not line.startswith(_COMPOSITE_KEY)]
            lines = [lines[0], "%s%s)" % (_COMPOSITE_KEY, names), *rest]
        elif self.stand_in is not None:
            start = "    %s = " % self.fields[self.stand_in]
            lines = [_as_key(line) if line.startswith(start) else line for line in lines]
        return [*lines, *("        # " + " ".join(note.split()) for note in self.notes), *self._note_on_key()]

    def _note_on_key(self):
        if self.key.is_primary:
            return
        is_unique = self.key.is_unique and (self.is_composite or len(self.key.columns) == 1)
        names = ", ".join(ascii(self.fields[column]) for column in self.key.columns[: None if self.is_composite else 1])
        yield _NO_KEY % (
            names,
            "is unique" if is_unique else "nothing makes unique: a change is one of all rows with its value",
        )


def _as_key(line):
    """The line of a field that stands for the key: it is never NULL. A relation is one to one then, or Django warns of it."""
    line = line.replace("primary_key=True, blank=True, null=True", "primary_key=True", 1)
    if "primary_key=True" in line:
        return line
    line = line.replace("models.ForeignKey(", "models.OneToOneField(", 1).replace(", blank=True, null=True", "", 1)
    return line.replace("models.DO_NOTHING", "models.DO_NOTHING, primary_key=True", 1)


def _chosen(connection, options, schemas):
    """
    The tables of the schemas, as get_table_list() names them; those alone that are named, if any are.

    :raises CommandError: naming what is not there, and what is.
    """
    default = connection.ops.schema_option or connection.server.default_schema
    with connection.cursor() as cursor:
        listed = [
            (TableName.parse(info.name, default), info) for info in connection.introspection.get_table_list(cursor)
        ]
    folded = {schema.casefold() for schema in schemas}
    inside = [(table, info) for table, info in listed if table.schema.casefold() in folded]
    for schema in schemas:
        if schema.casefold() not in {table.schema.casefold() for table, _ in inside}:
            known = ", ".join(sorted({table.schema for table, _ in listed}))
            raise CommandError("The schema %r has no tables that this login sees. There are: %s." % (schema, known))
    if not options["table"]:
        return sorted(info.name for _, info in inside if info.type == "t" or options["include_views"])
    chosen = []
    for name in options["table"]:
        wanted = TableName.parse(name)
        names = [
            info.name
            for table, info in inside
            if table.name.casefold() == wanted.name.casefold() and wanted.schema in (None, table.schema)
        ]
        if not names:
            raise CommandError("%s has no table %r." % (", ".join(schemas), name))
        chosen += names
    return chosen
