"""Views and functions as engine objects, and their recompilation after changes of the tables below them."""

from dataclasses import replace
from typing import Any

import psycopg

from .. import translate
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from ..syntax.parser import parse_batch
from ..syntax.walk import below
from . import binding
from .calls import deterministic_names
from .context import Ddl
from .determinism import is_deterministic


def revive(ddl: Ddl) -> None:
    """Recompile detached views and functions; those that no longer bind stay broken (4413 on use)."""
    if not ddl.catalog.has_modules():
        return
    waiting = ddl.query(
        "select m.object_id, m.definition from ms.modules m join ms.objects o using (object_id)"
        " where o.type in ('V', 'FN', 'IF') and m.engine_sql is null order by 1"
    )
    progress = True
    while waiting and progress:
        progress = False
        for module in list(waiting):
            statement: Any = parse_batch(module[1], quoted_identifier=True).statements[0]
            ddl.run("savepoint revive")
            try:
                if isinstance(statement, nodes.CreateView):
                    compile_view(ddl, module[0], statement)
                else:
                    compile_function(ddl, module[0], statement)
            except (SqlServerError, psycopg.Error):
                ddl.run("rollback to savepoint revive")
                continue
            finally:
                ddl.run("release savepoint revive")
            ddl.touch()
            waiting.remove(module)
            progress = True


def compile_view(ddl: Ddl, number: int, statement: nodes.CreateView) -> None:
    name = statement.name.parts[-1]
    for source in below(statement.query):
        if isinstance(source, nodes.TableSource) and source.name.parts[-1].startswith("#"):
            raise SqlServerError(4508)
        if isinstance(source, nodes.Variable):
            raise SqlServerError(137, name=source.name)
    ddl.flush()
    context = replace(ddl.session.context(ddl.scope), variables={})
    plan = translate.translate(nodes.SelectStatement(statement.query), context)
    if plan.parameters:
        raise NotSupported(f"{plan.parameters[0]} in a view")
    names = _column_names(statement, name, [column.name for column in plan.columns])
    ddl.run(f"create view u.v{number} ({', '.join(f'c{i}' for i in range(1, len(names) + 1))}) as {plan.sql}")
    ddl.write("update ms.modules set engine_sql = $2 where object_id = $1", number, plan.sql)
    ddl.write("delete from ms.dependencies where referencing_id = $1", number)
    binding.register_columns(ddl, number, names, plan.columns)
    binding.register_dependencies(ddl, number, statement.query)


def _column_names(statement: nodes.CreateView, view: str, own: list[str]) -> list[str]:
    if statement.columns:
        if len(statement.columns) != len(own):
            raise SqlServerError(8158 if len(own) > len(statement.columns) else 8159, table=view)
        names = statement.columns
    else:
        names = own
    return binding.check_names(view, names)


def compile_function(ddl: Ddl, number: int, statement: nodes.CreateModule, *, new: bool = False) -> None:
    """Bind a function's body and create it in the engine.

    :param new: whether tables may still be missing, as CREATE allows in scalar functions.
    :raises SqlServerError: as binding does.
    """
    ddl.write("delete from ms.dependencies where referencing_id = $1", number)
    function = ddl.catalog.function(*ddl.split(statement.name))
    if function is None:
        raise NotSupported("a function that the catalogue does not show")
    binding.register_dependencies(ddl, number, statement.query or statement.body)
    _refuse_circles(ddl, number, statement)
    if function.kind == "IF":
        _compile_inline(ddl, number, statement)
        return
    session = ddl.session
    context = replace(session.context(ddl.scope), variables={}, settings=type(session.settings)())
    try:
        body = translate.compile_body(function, context)
    except SqlServerError as error:
        if new and error.number == 208:
            return
        raise
    reads = _reads(ddl, number, statement)
    deterministic = not reads and not _varies(ddl, statement)
    strict = " strict" if "RETURNS NULL ON NULL INPUT" in statement.options else ""
    tag = "$body$"
    if tag in body.sql:
        raise NotSupported(f"a function with the text {tag}")
    ddl.run(
        f"create or replace function {function.physical}({body.parameters}) returns {body.returns} language plpgsql"
        f" {'immutable' if deterministic else 'stable'}{strict} as {tag}{body.sql}{tag}"
    )
    ddl.write(
        "update ms.modules set engine_sql = $2, reads_data = $3, is_deterministic = $4 where object_id = $1",
        number, body.sql, int(reads), int(deterministic and "SCHEMABINDING" in statement.options),
    )  # fmt: skip


def _compile_inline(ddl: Ddl, number: int, statement: nodes.CreateModule) -> None:
    session = ddl.session
    parameters = {parameter.name: session.resolve_type(parameter.type) for parameter in statement.parameters}
    context = replace(session.context(ddl.scope), variables=parameters)
    plan = translate.translate(nodes.SelectStatement(statement.query), context)
    if any(name not in parameters for name in plan.parameters):
        raise NotSupported(f"{plan.parameters[0]} in a function")
    if plan.before:
        raise NotSupported("locking hints in a function")
    names = binding.check_names(statement.name.parts[-1], [column.name for column in plan.columns])
    binding.register_columns(ddl, number, names, plan.columns)
    ddl.write("update ms.modules set engine_sql = $2, reads_data = 1 where object_id = $1", number, plan.sql)


def _refuse_circles(ddl: Ddl, number: int, statement: nodes.CreateModule) -> None:
    ddl.flush()
    if ddl.value(
        "with recursive below(id) as (select referenced_id from ms.dependencies where referencing_id = $1"
        " and referenced_id <> $1 union select d.referenced_id from ms.dependencies d join below on"
        " d.referencing_id = below.id) select 1 from below where id = $1 limit 1",
        number,
    ):
        raise NotSupported("functions that call one another in a circle")


def _reads(ddl: Ddl, number: int, statement: nodes.CreateModule) -> bool:
    if any(isinstance(node, nodes.TableSource) for node in below(statement.body)):
        return True
    return bool(
        ddl.value(
            "select 1 from ms.dependencies d join ms.modules m on m.object_id = d.referenced_id"
            " where d.referencing_id = $1 and d.referenced_id <> $1 and m.reads_data = 1 limit 1",
            number,
        )
    )


def _varies(ddl: Ddl, statement: nodes.CreateModule) -> bool:
    known = deterministic_names(ddl)
    own = ".".join(statement.name.parts).casefold()
    return not all(
        is_deterministic(node, None, lambda name: name.casefold() == own or known(name))
        for node in below(statement.body)
        if isinstance(node, nodes.Expression) and not isinstance(node, nodes.Variable)
    )
