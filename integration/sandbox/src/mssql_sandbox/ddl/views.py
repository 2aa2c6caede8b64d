"""Views: engine views that are taken away while the tables below them change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Sequence

import psycopg

from ..catalog import datatypes
from ..errors import NotSupported, SqlServerError
from ..interface import ResultColumn
from ..syntax import nodes
from . import errors, modules
from .calls import functions_in
from .context import Ddl, walk, written


def create(ddl: Ddl, statement: nodes.CreateView) -> None:
    """CREATE VIEW, ALTER VIEW, CREATE OR ALTER VIEW.

    :raises SqlServerError: 2714, 208 (ALTER of an unknown view), 4508 temp tables, 4511 unnamed column, 4506 same
        name twice, 8158/8159 column list of another length.
    """
    schema, name = ddl.split(statement.name)
    schema_id = ddl.schema_id(schema)
    existing = ddl.value(
        "select object_id from ms.objects where schema_id = $1 and casefold(name) = casefold($2) and type = 'V'",
        schema_id, name,
    )  # fmt: skip
    if existing is None and statement.mode == "ALTER":
        raise errors.invalid_object(written(statement.name))
    if existing is not None and statement.mode == "CREATE":
        raise errors.name_taken(name, 3)
    if statement.check_option:
        raise NotSupported("WITH CHECK OPTION", statement.line)
    for option in statement.options:
        if option.upper() not in ("SCHEMABINDING", "VIEW_METADATA"):
            raise NotSupported(f"CREATE VIEW ... WITH {option}", statement.line)
    bound = "SCHEMABINDING" in (option.upper() for option in statement.options)
    if bound:
        check_bound("view", name, statement.query)
    if existing is None:
        existing = ddl.new_object(name, schema_id, "V", state=3)
        ddl.insert("modules", object_id=existing, definition=statement.text, is_schema_bound=int(bound))
    else:
        detach(ddl, existing)
        ddl.run(f"drop view if exists u.v{existing}")
        ddl.write(
            "update ms.modules set definition = $2, is_schema_bound = $3, engine_sql = null where object_id = $1",
            existing, modules.as_create(statement.text), int(bound),
        )  # fmt: skip
        ddl.write("update ms.objects set modify_date = ms.catalog_now() where object_id = $1", existing)
    _compile(ddl, existing, statement)
    ddl.catalog.touch()
    revive(ddl)


def check_bound(kind: str, name: str, body: Any) -> None:
    """:raises SqlServerError: 1054 ``*``, 4512 a name that is not in two parts, in a schema-bound view or function."""
    for node in walk(body):
        if isinstance(node, nodes.SelectItem) and isinstance(node.expression, nodes.Star):
            raise SqlServerError(1054, syntax="*", line=node.line)
    common = _common_tables(body)
    for node in walk(body):
        if isinstance(node, nodes.TableSource) and len(node.name.parts) != 2:
            if node.name.parts[0].casefold() in common:
                continue
            raise SqlServerError(4512, kind=kind, name=name, referenced=".".join(node.name.parts))


def drop(ddl: Ddl, name: nodes.Name, if_exists: bool) -> None:
    """:raises SqlServerError: 3701, 3705 not a view, 3729 schema-bound to another."""
    schema, leaf = ddl.split(name)
    rows = ddl.query(
        "select o.object_id, o.type from ms.objects o join ms.schemas s using (schema_id)"
        " where casefold(s.name) = casefold($1) and casefold(o.name) = casefold($2) and o.type in ('V', 'U')",
        schema, leaf,
    )  # fmt: skip
    if not rows or (rows[0][1] == "U" and if_exists):
        if if_exists:
            return
        raise errors.cannot_drop("view", written(name))
    number, kind = rows[0]
    if kind == "U":
        raise SqlServerError(3705, used="VIEW", name=written(name), kind="table", right="TABLE")
    detach(ddl, number)
    ddl.run(f"drop view if exists u.v{number}")
    ddl.write("delete from ms.modules where object_id = $1", number)
    ddl.value("select ms.forget_table($1)", number)
    ddl.catalog.touch()


def detach(ddl: Ddl, object_id: int) -> None:
    """Drop the engine views over an object and mark the functions; :func:`revive` binds again what still binds."""
    found = ddl.query(
        "with recursive above(id) as (select $1::int union"
        " select d.referencing_id from ms.dependencies d join above a on d.referenced_id = a.id"
        " join ms.objects o on o.object_id = d.referencing_id and o.type in ('V', 'FN', 'IF'))"
        " select id, type from above join ms.objects on object_id = id where id <> $1",
        object_id,
    )
    for number, kind in found:
        if kind == "V":
            ddl.run(f"drop view if exists u.v{number} cascade")
        ddl.write("update ms.modules set engine_sql = null where object_id = $1", number)
    if found:
        ddl.catalog.touch()


def revive(ddl: Ddl) -> None:
    """Compile views that lost their engine view; those that no longer bind stay broken (4413 on use)."""
    from ..syntax.parser import parse_batch
    from . import functions

    waiting = ddl.query(
        "select m.object_id, m.definition from ms.modules m join ms.objects o using (object_id)"
        " where o.type in ('V', 'FN', 'IF') and m.engine_sql is null order by 1"
    )
    progress = True
    while waiting and progress:
        progress = False
        for row in list(waiting):
            statement = parse_batch(row[1], quoted_identifier=True).statements[0]
            ddl.run("savepoint revive")
            try:
                if isinstance(statement, nodes.CreateView):
                    _compile(ddl, row[0], statement)
                else:
                    functions.compile_function(ddl, row[0], statement)
            except (SqlServerError, psycopg.Error):
                ddl.run("rollback to savepoint revive")
                continue
            finally:
                ddl.run("release savepoint revive")
            ddl.catalog.touch()
            waiting.remove(row)
            progress = True


def _compile(ddl: Ddl, number: int, statement: nodes.CreateView) -> None:
    from .. import translate

    name = statement.name.parts[-1]
    for source in walk(statement.query):
        if isinstance(source, nodes.TableSource) and source.name.parts[-1].startswith("#"):
            raise SqlServerError(4508)
        if isinstance(source, nodes.Variable):
            raise SqlServerError(137, name=source.name)
    context = replace(ddl.session.context(ddl.scope), variables={})
    plan = translate.translate(nodes.SelectStatement(statement.query), context)
    if plan.parameters:
        raise NotSupported(f"{plan.parameters[0]} in a view", statement.line)
    names = _column_names(statement, name, [column.name for column in plan.columns])
    ddl.run(f"create view u.v{number} ({', '.join(f'c{i}' for i in range(1, len(names) + 1))}) as {plan.sql}")
    ddl.write("update ms.modules set engine_sql = $2 where object_id = $1", number, plan.sql)
    ddl.write("delete from ms.dependencies where referencing_id = $1", number)
    register_columns(ddl, number, names, plan.columns)
    register_dependencies(ddl, number, statement.query)


def register_columns(ddl: Ddl, number: int, names: Sequence[str], columns: Sequence[ResultColumn]) -> None:
    """The columns of a view or table function."""
    ddl.write("delete from ms.columns where object_id = $1", number)
    for position, (column_name, column) in enumerate(zip(names, columns), start=1):
        type_id = datatypes.SYSTEM_TYPE_IDS[column.type.name]
        length, precision, scale = datatypes.facets(column.type)
        ddl.insert(
            "columns", object_id=number, column_id=position, name=column_name, system_type_id=type_id,
            user_type_id=type_id, max_length=length, precision=precision, scale=scale,
            collation_name=column.type.collation, is_nullable=int(column.nullable),
        )  # fmt: skip


def _column_names(statement: nodes.CreateView, view: str, own: list[str]) -> list[str]:
    if statement.columns:
        if len(statement.columns) != len(own):
            raise SqlServerError(8158 if len(own) > len(statement.columns) else 8159, table=view)
        names = statement.columns
    else:
        names = own
    return check_names(view, names)


def check_names(view: str, names: list[str]) -> list[str]:
    """:raises SqlServerError: 4511 a column without a name, 4506 a name twice."""
    seen: set[str] = set()
    for position, column in enumerate(names, start=1):
        if not column:
            raise SqlServerError(4511, position=position)
        if column.casefold() in seen:
            raise SqlServerError(4506, column=column, view=view)
        seen.add(column.casefold())
    return names


def _common_tables(body: Any) -> set[str]:
    return {table.name.casefold() for query in walk(body) if isinstance(query, nodes.Query) for table in query.ctes}


def register_dependencies(ddl: Ddl, number: int, body: Any) -> None:
    """The tables, columns and functions that a view or function names."""
    common = _common_tables(body)
    references = [node.parts[-1] for node in walk(body) if isinstance(node, nodes.ColumnRef)]
    seen = set()
    for source in walk(body):
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
