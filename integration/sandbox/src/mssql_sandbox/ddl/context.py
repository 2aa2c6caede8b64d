"""The context of a DDL statement: the session's connection, catalogue and names."""

import re
import secrets
from typing import Any, Iterator

import psycopg

from ..catalog import first_value
from ..catalog.model import Column, Table
from ..catalog.store import DEFAULT_SCHEMA, GLOBAL, SessionCatalog
from ..errors import NotSupported, SqlServerError
from ..interface import Event, Info
from ..syntax import nodes
from ..syntax.walk import below
from . import errors


class Ddl:
    """One DDL statement while it runs.

    :param session: the runtime's session (connection, catalog, database, context()).
    :param scope: the runtime's scope; temp objects that end with it are added to ``scope.created``.
    """

    def __init__(self, session: Any, scope: Any) -> None:
        self.session = session
        self.scope = scope
        self._catalog: SessionCatalog = session.catalog
        self.connection: psycopg.Connection = session.connection
        self.database: str = session.database
        self.events: list[Event] = []
        self._waiting: list[tuple[str, list[str]]] = []  # pending writes to ms.*: a statement, and its rows

    @property
    def version(self) -> int:
        return self._catalog.shared.version

    @property
    def catalog(self) -> SessionCatalog:
        """The catalogue with this statement's changes."""
        self.flush()
        return self._catalog

    # ---- engine

    def run(self, sql: str) -> None:
        """Run engine DDL after the pending writes, in one message; never a prepared statement."""
        self.connection.execute(self._take_waiting() + sql, prepare=False)

    def flush(self) -> None:
        """Send the pending writes."""
        if self._waiting:
            self.run("")

    def query(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        self.flush()
        return self.connection.execute(sql, arguments, prepare=True).fetchall()

    def value(self, sql: str, *arguments: Any) -> Any:
        self.flush()
        return first_value(self.connection, sql, arguments)

    def write(self, sql: str, *arguments: Any) -> None:
        """Change the catalogue's tables, together with the next statement to save a round trip.

        :param sql: unchanged if there are no arguments, as a user's text may contain ``$1``.
        """
        if arguments:
            sql = _ARGUMENT.sub(lambda match: _literal(arguments[int(match[1]) - 1]), sql)
        self._waiting.append((sql, []))

    def insert(self, table: str, **values: Any) -> None:
        """Insert a row into ms.*, as :meth:`write` does."""
        statement = f"insert into ms.{table} ({', '.join(values)}) values "
        if not self._waiting or self._waiting[-1][0] != statement:
            self._waiting.append((statement, []))
        self._waiting[-1][1].append(f"({', '.join(_literal(value) for value in values.values())})")

    def delete(self, number: int, *catalogs: str) -> None:
        """Remove an object's rows in tables of the catalogue, as :meth:`write` does."""
        for catalog in catalogs:
            self.write(f"delete from ms.{catalog} where object_id = $1", number)

    def delete_object(self, number: int, *catalogs: str) -> None:
        """Remove an object, with its rows in further tables, its dependencies and extended properties."""
        self.delete(number, *catalogs, "objects")
        self.write("delete from ms.dependencies where referencing_id = $1", number)
        self.write("delete from ms.extended_properties where class = 1 and major_id = $1", number)

    def alter(self, table: Table, action: str) -> None:
        """Run ALTER TABLE on the engine's table."""
        self.run(f"alter table {table.physical} {action}")

    def _take_waiting(self) -> str:
        waiting, self._waiting = self._waiting, []
        return "".join(f"{statement}{', '.join(rows)}; " for statement, rows in waiting)

    def info(self, number: int, /, **values: Any) -> None:
        self.events.append(Info.of(number, **values))

    # ---- names

    def split(self, name: nodes.Name) -> tuple[str, str]:
        """(schema, leaf). :raises SqlServerError: 117 for more than three parts; NotSupported for other databases."""
        parts = name.parts
        if len(parts) > 3:
            raise SqlServerError(117, name=".".join(parts), maximum=2)
        database = parts[0].casefold() if len(parts) == 3 else ""
        if database not in ("", self.database.casefold()) and not (database == "tempdb" and parts[-1].startswith("#")):
            raise NotSupported(f"DDL in another database ({parts[0]})", name.line)
        schema = parts[-2] if len(parts) > 1 and parts[-2] else DEFAULT_SCHEMA
        return schema, parts[-1]

    def schema_id(self, schema: str, leaf: str = "") -> int:
        """:param leaf: of a new table; a global temp table has no schema. :raises SqlServerError: 2760 unknown schema."""
        if leaf.startswith(GLOBAL):
            self.catalog.globals.add(leaf)
            return -1
        number: int | None = self.value("select schema_id from ms.schemas where ms.key(name) = ms.key($1)", schema)
        if number is None:
            raise errors.unknown_schema(schema)
        return number

    def find_object(self, name: nodes.Name, *types: str) -> tuple[int | None, str]:
        """(object_id, type) of the object with one of these types; no id if there is none."""
        rows = self.query(
            "select o.object_id, o.type from ms.objects o join ms.schemas s using (schema_id)"
            " where ms.key(s.name) = ms.key($1) and ms.key(o.name) = ms.key($2) and o.type = any($3)",
            *self.split(name), list(types),
        )  # fmt: skip
        return rows[0] if rows else (None, "")

    def find_table(self, name: nodes.Name) -> Table | None:
        schema, leaf = self.split(name)
        table = self.catalog.table(schema, leaf)
        if table is not None and table.name.casefold() != leaf.casefold():
            raise NotSupported(f"the synonym {leaf} here", name.line)
        return table

    def table(self, name: nodes.Name) -> Table:
        """The target of ALTER TABLE. :raises SqlServerError: 4902 when there is none."""
        table = self.find_table(name)
        if table is None or table.kind == "system":
            raise errors.cannot_find(written(name))
        if table.kind == "view":
            raise SqlServerError(4909, name=written(name))
        return table

    def indexable(self, name: nodes.Name) -> Table:
        """The table or view of CREATE INDEX and STATISTICS. :raises SqlServerError: 1088."""
        table = self.find_table(name)
        if table is None or table.kind == "system":
            raise errors.cannot_find_object(written(name))
        return table

    def reload(self, table: Table) -> Table:
        """The table after this statement's changes."""
        return self.load(table.id)

    def load(self, object_id: int) -> Table:
        """The table of an id, with this statement's changes."""
        table = self.catalog.table_by_id(object_id)
        if table is None:
            raise LookupError(object_id)
        return table

    def touch(self, *, temporary: bool = False) -> None:
        """Forget cached snapshots."""
        self._catalog.touch(temporary=temporary)

    def changed(self, table: Table) -> None:
        """Forget cached snapshots after a change of a table."""
        self.touch(temporary=is_local(table))
        self.modified(table.id)

    def modified(self, number: int) -> None:
        self.write("update ms.objects set modify_date = ms.catalog_now() where object_id = $1", number)

    def full_name(self, table: Table) -> str:
        """The table's name as error 515 shows it."""
        if table.kind == "variable":
            return table.name
        database = "tempdb" if table.kind == "temp" else self.database
        return f"{database}.{table.schema}.{table.name}"

    # ---- objects

    def new_object(
        self,
        name: str,
        schema_id: int | None,
        kind: str,
        parent: int = 0,
        *,
        system_named: bool = False,
        state: int = 6,
    ) -> int:
        """Insert a row of ms.objects; its id.

        :param schema_id: None for the parent's.
        :raises SqlServerError: 2714 when the schema has an object of that name.
        """
        if kind in ("V", "FN", "IF", "TR"):
            self._catalog.shared.modules = True
        try:
            number: int | None = self.value(
                "insert into ms.objects (object_id, name, schema_id, parent_object_id, type, is_system_named)"
                " select nextval(case when s.id < 0 then 'ms.temporary_ids' else 'ms.object_ids' end), $1, s.id, $3, $4,"
                " $5 from (select coalesce($2::int, (select schema_id from ms.objects where object_id = $3))) s (id)"
                " where not exists (select from ms.objects o where o.schema_id = s.id"
                " and ms.key(o.name) = ms.key($1)) returning object_id",
                name, schema_id, parent, kind, int(system_named),
            )  # fmt: skip
        except psycopg.errors.UniqueViolation:  # another session was faster
            number = None
        if number is None:
            raise errors.name_taken(name, state)
        return number

    def schema_of(self, table: Table) -> int:
        """schema_id of a table's constraints."""
        return int(self.value("select schema_id from ms.objects where object_id = $1", table.id))

    def temporary_schema(self) -> int:
        """schema_id of this session's temp objects, cleared of remains of an earlier session of the same number."""
        number = -self.connection.info.backend_pid
        if not self._catalog.temporary_used:
            self.query(
                "select ms.forget_table(object_id) from ms.objects where schema_id = $1 and parent_object_id = 0",
                number,
            )
            self._catalog.temporary_used = True
        return number

    @staticmethod
    def system_name(prefix: str, table: str, column: str | None = None, digits: int = 8) -> str:
        """Name of an unnamed constraint, e.g. ``DF__table_nam__colum__1A2B3C4D``."""
        width = 8 if digits == 16 else 9
        parts = [prefix, table[:width]] + ([column[:5]] if column else [])
        return "__".join((*parts, secrets.token_hex(digits // 2).upper()))


_ARGUMENT = re.compile(r"\$(\d+)")


def refuse_odd_name(name: str, line: int = 1) -> None:
    """Refuse names that begin with @, as table variables do here, or end with a blank, whose rule is unknown."""
    if name.startswith("@") or name.endswith(" "):
        raise NotSupported("an object whose name begins with @ or ends with a blank", line)


def is_local(table: Table) -> bool:
    """Whether the table is a local temp table or a table variable."""
    return is_temporary(table) and not table.name.startswith(GLOBAL)


def is_temporary(table: Table) -> bool:
    return table.kind in ("temp", "variable")


def written(name: nodes.Name) -> str:
    """A name as error texts show it."""
    return ".".join(part for part in name.parts if part)


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    return str(value) if isinstance(value, int) else quote(str(value))


def quote(text: str) -> str:
    """A string literal of the engine."""
    return "'" + text.replace("'", "''") + "'"


def key_value(detail: str | None) -> str:
    """The key in an engine error's detail, as SQL Server prints it: ``(a, <NULL>)``."""
    match = re.search(r"\)=\((.*)\) (?:already exists|is duplicated)", detail or "", re.S)
    if not match:
        return "(?)"
    parts = ["<NULL>" if part.strip() == "null" else part.strip() for part in match.group(1).split(",")]
    return f"({', '.join(parts)})"


def column_names(table: Table) -> dict[str, str]:
    return {column.name.casefold(): column.name for column in table.columns}


def referenced_columns(node: Any, table: Table) -> list[Column]:
    """Columns of ``table`` that occur in an expression, in column order."""
    columns = {column.id: column for reference in _references(node) if (column := table.column(reference.parts[-1]))}
    return [columns[number] for number in sorted(columns)]


def column_references(node: Any) -> list[nodes.ColumnRef]:
    return list(_references(node))


def _references(node: Any) -> Iterator[nodes.ColumnRef]:
    return (reference for reference in below(node) if isinstance(reference, nodes.ColumnRef))
