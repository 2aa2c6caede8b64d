"""Views and functions: the names that they bind to, their columns and dependencies."""

from typing import Any, Sequence

from ..catalog import datatypes
from ..errors import SqlServerError
from ..interface import ResultColumn
from ..syntax import nodes
from ..syntax.walk import below
from .calls import functions_in
from .context import Ddl


def check_bound(kind: str, name: str, body: Any) -> None:
    """:raises SqlServerError: 1054 ``*``, 4512 not a two-part name, in a schema-bound view or function."""
    for node in below(body):
        if isinstance(node, nodes.SelectItem) and isinstance(node.expression, nodes.Star):
            raise SqlServerError(1054, syntax="*", line=node.line)
    common = _common_tables(body)
    for node in below(body):
        if isinstance(node, nodes.TableSource) and len(node.name.parts) != 2:
            if node.name.parts[0].casefold() in common:
                continue
            raise SqlServerError(4512, kind=kind, name=name, referenced=".".join(node.name.parts))


def detach(ddl: Ddl, object_id: int) -> None:
    """Drop the engine views over an object and mark the functions; :func:`~.compiling.revive` binds them again."""
    if not ddl.catalog.has_modules():
        return
    modules = ddl.query(
        "with recursive above(id) as (select $1::int union"
        " select d.referencing_id from ms.dependencies d join above a on d.referenced_id = a.id"
        " join ms.objects o on o.object_id = d.referencing_id and o.type in ('V', 'FN', 'IF'))"
        " select id, type from above join ms.objects on object_id = id where id <> $1",
        object_id,
    )
    for number, kind in modules:
        if kind == "V":
            ddl.run(f"drop view if exists u.v{number} cascade")
        ddl.write("update ms.modules set engine_sql = null where object_id = $1", number)
    if modules:
        ddl.touch()


def register_columns(ddl: Ddl, number: int, names: Sequence[str], columns: Sequence[ResultColumn]) -> None:
    """Write the columns of a view or table function to the catalogue."""
    ddl.delete(number, "columns")
    for position, (column_name, column) in enumerate(zip(names, columns), start=1):
        type_id = datatypes.SYSTEM_TYPE_IDS[column.type.name]
        length, precision, scale = datatypes.facets(column.type)
        ddl.insert(
            "columns", object_id=number, column_id=position, name=column_name, system_type_id=type_id,
            user_type_id=type_id, max_length=length, precision=precision, scale=scale,
            collation_name=column.type.collation, is_nullable=int(column.nullable),
        )  # fmt: skip


def check_names(view: str, names: list[str]) -> list[str]:
    """:raises SqlServerError: 4511 an unnamed column, 4506 a repeated name."""
    seen: set[str] = set()
    for position, column in enumerate(names, start=1):
        if not column:
            raise SqlServerError(4511, position=position)
        if column.casefold() in seen:
            raise SqlServerError(4506, column=column, view=view)
        seen.add(column.casefold())
    return names


def register_dependencies(ddl: Ddl, number: int, body: Any) -> None:
    """Register the tables, columns and functions that a view or function names."""
    common = _common_tables(body)
    references = [node.parts[-1] for node in below(body) if isinstance(node, nodes.ColumnRef)]
    seen = set()
    for source in below(body):
        if not isinstance(source, nodes.TableSource):
            continue
        if len(source.name.parts) == 1 and source.name.parts[0].casefold() in common:
            continue
        table = ddl.find_table(source.name)
        if table is None or table.kind == "system" or table.id in seen:
            continue
        seen.add(table.id)
        ddl.insert("dependencies", referencing_id=number, referenced_id=table.id)
        used = {column.id for name in references if (column := table.column(name))}
        for column_id in sorted(used):
            ddl.insert("dependencies", referencing_id=number, referenced_id=table.id, referenced_minor_id=column_id)
    for function in functions_in(ddl, body):
        ddl.insert("dependencies", referencing_id=number, referenced_id=function)


def _common_tables(body: Any) -> set[str]:
    return {table.name.casefold() for query in below(body) if isinstance(query, nodes.Query) for table in query.ctes}
