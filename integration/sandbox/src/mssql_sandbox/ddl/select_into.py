"""The new table of SELECT ... INTO."""

from typing import Any, Sequence

from ..catalog.model import Column, Table
from ..errors import SqlServerError
from ..interface import ResultColumn
from ..syntax import nodes
from . import columns
from .context import Ddl, refuse_odd_name, written
from .errors import name_taken


def create_from_columns(name: nodes.Name, results: Sequence[ResultColumn], session: Any, scope: Any) -> Table:
    """Create the table for a query's rows, which the caller inserts.

    It takes types, nullability and one identity property from the query's columns, nothing else.

    :raises SqlServerError: 2714, 2760, 2705 a repeated column name, 1038 an unnamed column.
    """
    ddl = Ddl(session, scope)
    schema, leaf = ddl.split(name)
    refuse_odd_name(leaf, name.line)
    temporary = leaf.startswith("#") and not leaf.startswith("##")
    schema_id = ddl.temporary_schema() if temporary else ddl.schema_id(schema, leaf)
    if not temporary and ddl.catalog.table(schema, leaf) is not None:
        raise name_taken(written(name))
    _check_names(leaf, results)
    number = ddl.new_object(leaf, schema_id, "U")
    _create(ddl, number, _new_columns(results), temporary)
    ddl.insert("indexes", object_id=number, index_id=0, type=0)
    ddl.flush()
    ddl.touch(temporary=temporary)
    if temporary:
        scope.created.append(leaf)
    return ddl.load(number)


def _new_columns(results: Sequence[ResultColumn]) -> list[columns.NewColumn]:
    identities = [position for position, result in enumerate(results) if result.identity]
    return [
        columns.NewColumn(
            Column(
                position + 1, result.name, result.type, result.nullable and not result.identity, f"c{position + 1}",
                identity=(1, 1) if identities == [position] else None,
            ),
            nodes.ColumnDefinition(result.name, None),
        )
        for position, result in enumerate(results)
    ]  # fmt: skip


def _create(ddl: Ddl, number: int, new: list[columns.NewColumn], temporary: bool) -> None:
    definitions = ", ".join(columns.engine_definition(ddl, number, column) for column in new)
    engine_schema = "pg_temp" if temporary else "u"
    kind, prefix = ("temporary table", "") if temporary else ("table", "u.")
    ddl.run(f"create {kind} {prefix}t{number} ({definitions})")
    for column in new:
        columns.register_column(ddl, number, column)
        if column.column.identity is not None:
            columns.create_identity(ddl, number, column.column, engine_schema)


def settle_identity(table: Table, session: Any) -> None:
    """After the rows are inserted, continue the identity after the largest value."""
    column = next((column for column in table.columns if column.identity), None)
    if column is None:
        return
    sequence = f"{table.physical.split('.')[0]}.s{table.id}"
    session.connection.execute(
        f"select setval('{sequence}', max({column.physical})::bigint) from {table.physical} "
        f"having max({column.physical}) is not null"
    )


def _check_names(table: str, results: Sequence[ResultColumn]) -> None:
    seen: set[str] = set()
    for result in results:
        if not result.name:
            raise SqlServerError(1038)
        if result.name.casefold() in seen:
            raise SqlServerError(2705, column=result.name, table=table)
        seen.add(result.name.casefold())
