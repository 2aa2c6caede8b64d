"""CREATE, ALTER and DROP FUNCTION: scalar functions live in the engine, inline ones are expanded where they are used.

https://learn.microsoft.com/sql/t-sql/statements/create-function-transact-sql
"""

from __future__ import annotations

from dataclasses import replace

from .. import translate
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from ..translate.bodies import compile_body, side_effect
from . import errors, modules, views
from .calls import deterministic_names
from .context import Ddl, walk, written
from .determinism import is_deterministic

_SIDE_EFFECTS = ("newid", "rand", "newsequentialid")


def create(ddl: Ddl, statement: nodes.CreateModule) -> None:
    """CREATE, ALTER and CREATE OR ALTER FUNCTION.

    :raises SqlServerError: 2714 name taken, 208 ALTER of none, 2010 ALTER of another kind, 3729 in use, 443, 444, 455,
        1074 temporary, 2772 temp tables, 4511, 4506, 4512 and what binding the body reports.
    """
    schema, name = ddl.split(statement.name)
    schema_id = ddl.schema_id(schema)
    bound = _options(statement)
    _check_body(statement)
    if bound:
        views.check_bound("function", name, statement.query or statement.body)
    kind = "FN" if statement.returns is not None else "IF"
    rows = ddl.query(
        "select object_id, type from ms.objects where schema_id = $1 and casefold(name) = casefold($2)", schema_id, name
    )
    if rows and statement.mode == "CREATE":
        raise errors.name_taken(name, 3)
    if rows and rows[0][1] != kind:
        raise SqlServerError(2010, name=written(statement.name))
    if not rows and statement.mode == "ALTER":
        raise errors.invalid_object(written(statement.name))
    if rows:
        number = rows[0][0]
        _refuse_when_used(ddl, number, "ALTER", written(statement.name))
        _forget(ddl, number)
        ddl.write("update ms.objects set modify_date = ms.catalog_now() where object_id = $1", number)
    else:
        number = ddl.new_object(name, schema_id, kind, state=3)
    ddl.insert(
        "modules", object_id=number, definition=modules.as_create(statement.text), is_schema_bound=int(bound),
        null_on_null_input=int("RETURNS NULL ON NULL INPUT" in statement.options),
    )  # fmt: skip
    modules.register_parameters(ddl, number, statement)
    if statement.returns is not None:
        modules.register_parameter(ddl, number, 0, "", statement.returns, True)
    ddl.catalog.touch()
    compile_function(ddl, number, statement, new=True)
    ddl.catalog.touch()
    views.revive(ddl)


def _options(statement: nodes.CreateModule) -> bool:
    """Whether WITH SCHEMABINDING is there."""
    known = ("SCHEMABINDING", "RETURNS NULL ON NULL INPUT", "CALLED ON NULL INPUT", "INLINE = ON", "INLINE = OFF")
    for option in statement.options:
        if option not in known:
            raise NotSupported(f"CREATE FUNCTION ... WITH {option}", statement.line)
    return "SCHEMABINDING" in statement.options


def _check_body(statement: nodes.CreateModule) -> None:
    """:raises SqlServerError: 443 functions with side effects, 2772 temp tables."""
    for node in walk([statement.body, statement.query]):
        if isinstance(node, nodes.FunctionCall) and node.name.casefold() in _SIDE_EFFECTS:
            raise side_effect(node.name.lower(), node.line)
        if isinstance(node, nodes.FunctionCall) and node.name == "NEXT VALUE FOR":
            raise NotSupported("NEXT VALUE FOR in a function", node.line)
        if isinstance(node, nodes.Name) and node.parts[-1].startswith("#"):
            raise SqlServerError(2772, line=node.line)


def compile_function(ddl: Ddl, number: int, statement: nodes.CreateModule, *, new: bool = False) -> None:
    """Bind a function's body and give it to the engine.

    :param new: whether tables may be missing still, as CREATE allows in scalar functions.
    :raises SqlServerError: what binding reports.
    """
    ddl.write("delete from ms.dependencies where referencing_id = $1", number)
    function = ddl.catalog.function(*ddl.split(statement.name))
    if function is None:
        raise NotSupported("a function that the catalogue does not show", statement.line)
    views.register_dependencies(ddl, number, statement.query or statement.body)
    _refuse_circles(ddl, number, statement)
    if function.kind == "IF":
        _compile_inline(ddl, number, statement)
        return
    session = ddl.session
    context = replace(session.context(ddl.scope), variables={}, settings=type(session.settings)())
    try:
        body = compile_body(function, context)
    except SqlServerError as error:
        if new and error.number == 208:
            return
        raise
    reads = _reads(ddl, number, statement)
    deterministic = not reads and not _varies(ddl, statement)
    strict = " strict" if "RETURNS NULL ON NULL INPUT" in statement.options else ""
    tag = "$body$"
    if tag in body.sql:
        raise NotSupported(f"a function with the text {tag}", statement.line)
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
        raise NotSupported(f"{plan.parameters[0]} in a function", statement.line)
    if plan.before:
        raise NotSupported("locking hints in a function", statement.line)
    names = views.check_names(statement.name.parts[-1], [column.name for column in plan.columns])
    views.register_columns(ddl, number, names, plan.columns)
    ddl.write("update ms.modules set engine_sql = $2, reads_data = 1 where object_id = $1", number, plan.sql)


def _refuse_circles(ddl: Ddl, number: int, statement: nodes.CreateModule) -> None:
    ddl.flush()
    if ddl.value(
        "with recursive below(id) as (select referenced_id from ms.dependencies where referencing_id = $1"
        " and referenced_id <> $1 union select d.referenced_id from ms.dependencies d join below on"
        " d.referencing_id = below.id) select 1 from below where id = $1 limit 1",
        number,
    ):
        raise NotSupported("functions that call one another in a circle", statement.line)


def _reads(ddl: Ddl, number: int, statement: nodes.CreateModule) -> bool:
    if any(isinstance(node, nodes.TableSource) for node in walk(statement.body)):
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
        for node in walk(statement.body)
        if isinstance(node, nodes.Expression) and not isinstance(node, nodes.Variable)
    )


def drop(ddl: Ddl, name: nodes.Name, if_exists: bool) -> None:
    """:raises SqlServerError: 3701 no such function, 3729 in use."""
    schema, leaf = ddl.split(name)
    function = ddl.catalog.function(schema, leaf)
    if function is None:
        if if_exists:
            return
        raise errors.cannot_drop("function", written(name))
    _refuse_when_used(ddl, function.id, "DROP FUNCTION", written(name))
    _forget(ddl, function.id)
    ddl.write("delete from ms.extended_properties where class = 1 and major_id = $1", function.id)
    ddl.write("delete from ms.objects where object_id = $1", function.id)
    ddl.catalog.touch()


def _refuse_when_used(ddl: Ddl, number: int, action: str, name: str) -> None:
    user = ddl.value(
        "select o.name from ms.dependencies d join ms.objects o on o.object_id = d.referencing_id"
        " left join ms.modules m on m.object_id = d.referencing_id where d.referenced_id = $1"
        " and d.referencing_id <> $1 and (o.type in ('C', 'D', 'U') or m.is_schema_bound = 1) order by o.object_id limit 1",
        number,
    )
    if user is not None:
        raise SqlServerError(3729, action=action, name=name, user=user)


def _forget(ddl: Ddl, number: int) -> None:
    views.detach(ddl, number)
    for catalog in ("modules", "parameters", "columns"):
        ddl.write(f"delete from ms.{catalog} where object_id = $1", number)
    ddl.write("delete from ms.dependencies where referencing_id = $1", number)
    ddl.run(
        f"do $$ begin execute (select coalesce(string_agg(format('drop function %s', oid::regprocedure), ';'), 'select 1')"
        f" from pg_proc where proname = 'f{number}' and pronamespace = 'u'::regnamespace); end $$"
    )
