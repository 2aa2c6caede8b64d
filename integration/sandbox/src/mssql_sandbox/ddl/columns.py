"""Column definitions: checks, types, and their rows in catalogue and engine."""

from dataclasses import dataclass, replace
from typing import Callable, Sequence

from ..catalog import datatypes
from ..catalog.model import Column, Table
from ..errors import NotSupported, SqlServerError
from ..sqltypes import SqlType
from ..syntax import nodes
from . import normalise
from .calls import deterministic_names, register_calls
from .context import Ddl, column_names, referenced_columns
from .determinism import is_deterministic
from .expressions import check_collation, value_sql

MAX_COLUMNS = 1024
_IDENTITY_TYPES = ("int", "bigint", "smallint", "tinyint", "decimal")


@dataclass(frozen=True)
class NewColumn:
    """A resolved definition."""

    column: Column
    definition: nodes.ColumnDefinition
    engine_sql: str | None = None  # of a computed column
    depends_on: tuple[int, ...] = ()
    arguments: str = ""  # the columns that a computed column reads, with their types


def resolve_columns(
    ddl: Ddl,
    table_name: str,
    definitions: Sequence[nodes.ColumnDefinition],
    key_columns: frozenset[str],
    existing: Table | None = None,
) -> list[NewColumn]:
    """Resolve types and nullability of new columns.

    :param key_columns: case-folded names of the PRIMARY KEY's columns, NOT NULL by default.
    :param existing: the table that ALTER TABLE ADD extends.
    :raises SqlServerError: 2705, 1702, 2744, 2749, 8147, 1759, 4936 ...
    """
    _check_names(table_name, definitions, existing, ddl.catalog.name_key)
    first_id = _next_id(ddl, existing)
    resolved: list[NewColumn] = []
    for number, definition in enumerate(definitions, start=first_id):
        if definition.computed is None:
            resolved.append(_plain(ddl, table_name, number, definition, key_columns))
        else:
            resolved.append(NewColumn(Column(number, definition.name, SqlType("int"), True, f"c{number}"), definition))
    _check_identities(table_name, resolved, existing)
    _check_rowversions(table_name, resolved, existing)
    known = (existing.columns if existing else ()) + tuple(new.column for new in resolved)
    view = Table(existing.id if existing else 0, "dbo", table_name, "", known, key=ddl.catalog.name_key)
    return [_computed(ddl, view, new, definitions) if new.definition.computed is not None else new for new in resolved]


def engine_definition(ddl: Ddl, number: int, new: NewColumn) -> str:
    """The column in the engine's CREATE TABLE or ADD COLUMN; ``number`` is the table's id."""
    column = new.column
    parts = [column.physical, datatypes.engine_type(column.type)]
    if new.engine_sql is not None:
        parts.append(f"generated always as ({_generated(ddl, number, new)}) stored")
    if column.rowversion:
        parts.append("default ms.next_rowversion()")
    if not column.nullable and (new.engine_sql is None or new.definition.nullable is False):
        parts.append("not null")
    return " ".join(parts)


def _generated(ddl: Ddl, number: int, new: NewColumn) -> str:
    """The engine expression of a computed column.

    If not persisted, it fails where it is read, not where a row is written: a function gives NULL for a fault, and
    raises it if called with ``loud``.
    https://learn.microsoft.com/sql/relational-databases/tables/specify-computed-columns-in-a-table
    """
    if new.column.persisted or not new.arguments:
        return new.engine_sql or ""
    names = [argument.split()[0] for argument in new.arguments.split(", ")]
    function = f"u.g{number}_{new.column.id}"
    ddl.run(
        f"create or replace function {function}(loud boolean, {new.arguments}) returns"
        f" {datatypes.engine_type(new.column.type)} language plpgsql immutable as $body$ begin return ({new.engine_sql});"
        " exception when others then if loud then raise; end if; return null; end $body$"
    )
    # The branch that is never taken makes the engine check that the expression is deterministic.
    first = names[0]
    call = f"{function}(false, {', '.join(names)})"
    return f"case when {first} is null and {first} is not null then {new.engine_sql} else {call} end"


def register_column(ddl: Ddl, table_id: int, new: NewColumn) -> None:
    """Write the row of ms.columns and the dependencies of a computed column."""
    column, definition = new.column, new.definition
    system_type, user_type = datatypes.type_ids(definition.type, column.type)
    length, precision, scale = datatypes.facets(column.type)
    ddl.insert(
        "columns",
        object_id=table_id,
        column_id=column.id,
        name=column.name,
        system_type_id=system_type,
        user_type_id=user_type,
        max_length=length,
        precision=precision,
        scale=scale,
        collation_name=column.type.collation,
        is_nullable=int(column.nullable),
        is_rowguidcol=int(definition.rowguidcol),
        is_sparse=int(definition.sparse),
        is_not_for_replication=int(definition.not_for_replication),
        seed_value=column.identity[0] if column.identity else None,
        increment_value=column.identity[1] if column.identity else None,
        definition=column.computed,
        is_persisted=int(column.persisted),
    )
    if definition.computed is not None:
        register_calls(ddl, definition.computed, table_id, column.id)
    for number in new.depends_on:
        ddl.insert(
            "dependencies",
            referencing_id=table_id,
            referencing_minor_id=column.id,
            referenced_id=table_id,
            referenced_minor_id=number,
        )


def create_identity(ddl: Ddl, table_id: int, column: Column, schema: str) -> None:
    """Create the sequence of an identity column: ``u.s<table id>``."""
    seed, increment = column.identity or (1, 1)
    minimum, maximum = identity_range(column.type)
    temporary = "temporary " if schema == "pg_temp" else ""
    ddl.write(
        f"create {temporary}sequence {schema}.s{table_id} as bigint increment {increment} "
        f"minvalue {max(minimum, -(2**63))} maxvalue {min(maximum, 2**63 - 1)} start {seed} "
        f"owned by {schema}.t{table_id}.{column.physical}; "
        f"alter table {schema}.t{table_id} alter column {column.physical} "
        f"set default nextval('{schema}.s{table_id}')"
    )


def create_rowversion(ddl: Ddl, physical: str, column: Column) -> None:
    """Create the engine trigger that renumbers a changed row; inserted rows are numbered by a default."""
    ddl.write(
        f"create trigger rowversion before update on {physical} for each row execute function"
        f" ms.stamp_rowversion('{column.physical}')"
    )


def _check_rowversions(table_name: str, resolved: Sequence[NewColumn], existing: Table | None) -> None:
    """:raises SqlServerError: 2738 a second rowversion column."""
    columns = [*(existing.columns if existing else ()), *(new.column for new in resolved)]
    versions = [column.name for column in columns if column.rowversion]
    if len(versions) > 1:
        raise SqlServerError(2738, table=table_name, column=versions[1])


def identity_range(type_: SqlType) -> tuple[int, int]:
    if type_.name == "decimal":
        limit = 10 ** (type_.precision or 18) - 1
        return -limit, limit
    bits = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}[type_.name]
    return (0, 255) if bits == 8 else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def _check_names(
    table_name: str, definitions: Sequence[nodes.ColumnDefinition], existing: Table | None, key: Callable[[str], str]
) -> None:
    seen = {key(column.name) for column in existing.columns} if existing else set()
    for definition in definitions:
        if definition.name.endswith(" "):
            raise NotSupported("a column whose name ends with a blank", definition.line)
        if key(definition.name) in seen:
            raise SqlServerError(2705, column=definition.name, table=table_name)
        seen.add(key(definition.name))
    if len(seen) > MAX_COLUMNS:
        verb = "ALTER" if existing else "CREATE"
        raise SqlServerError(1702, statement=verb, column=definitions[-1].name, table=table_name, maximum=MAX_COLUMNS)


def _next_id(ddl: Ddl, existing: Table | None) -> int:
    """The next column id; ids are not reused after DROP COLUMN, except the last ones."""
    return max((column.id for column in existing.columns), default=0) + 1 if existing else 1


def _plain(
    ddl: Ddl, table_name: str, number: int, definition: nodes.ColumnDefinition, key_columns: frozenset[str]
) -> NewColumn:
    collation = definition.collation
    # tempdb has the server's collation: https://learn.microsoft.com/sql/relational-databases/databases/tempdb-database
    temporary = table_name.startswith("#")
    default = ddl.session.server.databases.collation if temporary else ddl.catalog.collation
    if collation is not None:
        collation = ddl.catalog.collation if collation.casefold() == "database_default" else collation
        check_collation(collation, ddl.version)
    if not temporary:  # temp tables know only tempdb's types
        definition = replace(definition, type=ddl.catalog.dealias(definition.type))
    rowversion = definition.type.name.casefold() in ("timestamp", "rowversion") and not definition.type.arguments
    type_ = datatypes.ROWVERSION if rowversion else datatypes.resolve(
        definition.type, collation or default, ordinal=number, subject=definition.name,
        version=ddl.version,
    )  # fmt: skip
    if definition.collation is not None and not type_.is_character:
        raise (SqlServerError(452) if "." in definition.type.name else SqlServerError(447, type=type_.name))
    identity = _identity(table_name, definition, type_)
    nullable = definition.nullable
    if nullable is None:
        nullable = definition.name.casefold() not in key_columns and identity is None
        if definition.type.name.casefold().endswith("sysname") or rowversion or definition.type.nullable is False:
            nullable = False
    column = Column(
        number, definition.name, type_, nullable, f"c{number}", identity=identity, rowversion=rowversion
    )  # fmt: skip
    return NewColumn(column, definition)


def _identity(table_name: str, definition: nodes.ColumnDefinition, type_: SqlType) -> tuple[int, int] | None:
    if definition.identity is None:
        return None
    if type_.name not in _IDENTITY_TYPES or (type_.name == "decimal" and type_.scale):
        raise SqlServerError(2749, column=definition.name)
    if definition.nullable:
        raise SqlServerError(8147, column=definition.name, table=table_name)
    seed, increment = (int(part) for part in definition.identity)
    minimum, maximum = identity_range(type_)
    if not minimum <= seed <= maximum:
        raise SqlServerError(2752, column=definition.name)
    if increment == 0:
        raise SqlServerError(2753, column=definition.name)
    return seed, increment


def _check_identities(table_name: str, resolved: Sequence[NewColumn], existing: Table | None) -> None:
    columns = [new.column for new in resolved] + list(existing.columns if existing else ())
    if sum(column.identity is not None for column in columns) > 1:
        raise SqlServerError(2744, table=table_name)


def _computed(ddl: Ddl, view: Table, new: NewColumn, definitions: Sequence[nodes.ColumnDefinition]) -> NewColumn:
    definition, column = new.definition, new.column
    names = {other.name.casefold() for other in definitions if other.computed is not None}
    names |= {other.name.casefold() for other in view.columns if other.computed is not None}
    used = referenced_columns(definition.computed, view)
    for other in used:
        if other.name.casefold() in names:
            raise SqlServerError(1759, column=other.name, table=view.name)
    if definition.persisted and not is_deterministic(definition.computed, view, deterministic_names(ddl)):
        raise not_deterministic(new, view.name)
    if definition.persisted and not ddl.session.settings.quoted_identifier:
        raise SqlServerError(1934, statement="ALTER TABLE" if view.id else "CREATE TABLE")
    sql, type_, nullable = value_sql(ddl, definition.computed, view, None)
    if type_.name == "null":
        raise NotSupported("a computed column that is always NULL", definition.line)
    if definition.nullable is False and not definition.persisted:
        raise SqlServerError(8183)
    resolved = replace(
        column,
        type=type_,
        nullable=nullable if definition.nullable is None else definition.nullable,
        computed=normalise.computed_definition(definition.computed, column_names(view)),
        persisted=definition.persisted,
    )
    arguments = ", ".join(f"{other.physical} {datatypes.engine_type(other.type)}" for other in used)
    return NewColumn(resolved, definition, sql, tuple(other.id for other in used), arguments)


def not_deterministic(new: NewColumn, table_name: str) -> SqlServerError:
    """The error for the engine's refusal of a generated column that is not immutable."""
    if new.definition.persisted:
        return SqlServerError(4936, column=new.column.name, table=table_name)
    return NotSupported(f"computed column '{new.column.name}' over non-deterministic functions", new.definition.line)
