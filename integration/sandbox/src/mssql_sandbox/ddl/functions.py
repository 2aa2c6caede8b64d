"""CREATE, ALTER and DROP FUNCTION: scalar functions become engine functions, inline ones are expanded in the query.

https://learn.microsoft.com/sql/t-sql/statements/create-function-transact-sql
"""

from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from ..syntax.walk import below
from ..translate.bodies import side_effect
from . import errors, modules
from .binding import check_bound, detach
from .compiling import compile_function, revive
from .context import Ddl, written

_SIDE_EFFECTS = ("newid", "rand", "newsequentialid")


def create(ddl: Ddl, statement: nodes.CreateModule) -> None:
    """CREATE, ALTER and CREATE OR ALTER FUNCTION.

    :raises SqlServerError: 2714 name taken, 208 unknown, 2010 of another kind, 3729 in use, 443, 444, 455,
        1074 temporary, 2772 temp tables, 4511, 4506, 4512 and binding errors of the body.
    """
    schema, name = ddl.split(statement.name)
    schema_id = ddl.schema_id(schema)
    bound = _options(statement)
    _check_body(statement)
    if bound:
        check_bound("function", name, statement.query or statement.body)
    number = _replaced(ddl, statement, name, schema_id, "FN" if statement.returns is not None else "IF")
    ddl.insert(
        "modules", object_id=number, definition=modules.as_create(statement.text), is_schema_bound=int(bound),
        null_on_null_input=int("RETURNS NULL ON NULL INPUT" in statement.options),
    )  # fmt: skip
    modules.register_parameters(ddl, number, statement)
    if statement.returns is not None:
        modules.register_parameter(ddl, number, 0, "", statement.returns, True)
    ddl.touch()
    compile_function(ddl, number, statement, new=True)
    ddl.touch()
    revive(ddl)


def _replaced(ddl: Ddl, statement: nodes.CreateModule, name: str, schema_id: int, kind: str) -> int:
    """The object id of a function, cleared of its old definition. :raises SqlServerError: 2714, 2010, 208, 3729."""
    number = modules.existing(ddl, statement, name, schema_id, (kind,))
    if number is None:
        return ddl.new_object(name, schema_id, kind, state=3)
    _refuse_when_used(ddl, number, "ALTER", written(statement.name))
    _forget(ddl, number)
    ddl.modified(number)
    return number


def _options(statement: nodes.CreateModule) -> bool:
    """Whether the options have SCHEMABINDING."""
    known = ("SCHEMABINDING", "RETURNS NULL ON NULL INPUT", "CALLED ON NULL INPUT", "INLINE = ON", "INLINE = OFF")
    for option in statement.options:
        if option not in known:
            raise NotSupported(f"CREATE FUNCTION ... WITH {option}")
    return "SCHEMABINDING" in statement.options


def _check_body(statement: nodes.CreateModule) -> None:
    """:raises SqlServerError: 443 functions with side effects, 2772 temp tables."""
    for node in below([statement.body, statement.query]):
        if isinstance(node, nodes.FunctionCall) and node.name.casefold() in _SIDE_EFFECTS:
            raise side_effect(node.name.lower(), node.line)
        if isinstance(node, nodes.FunctionCall) and node.name == "NEXT VALUE FOR":
            raise NotSupported("NEXT VALUE FOR in a function", node.line)
        if isinstance(node, nodes.Name) and node.parts[-1].startswith("#"):
            raise SqlServerError(2772, line=node.line)


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
    ddl.delete_object(function.id)
    ddl.touch()


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
    detach(ddl, number)
    ddl.delete(number, "modules", "parameters", "columns")
    ddl.write("delete from ms.dependencies where referencing_id = $1", number)
    ddl.run(
        f"do $$ begin execute (select coalesce(string_agg(format('drop function %s', oid::regprocedure), ';'), 'select 1')"
        f" from pg_proc where proname = 'f{number}' and pronamespace = 'u'::regnamespace); end $$"
    )
