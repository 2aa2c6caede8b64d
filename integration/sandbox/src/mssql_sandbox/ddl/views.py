"""Views: engine views, dropped while the tables below them change."""

from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from . import errors, modules
from .binding import check_bound, detach
from .compiling import compile_view, revive
from .context import Ddl, written


def create(ddl: Ddl, statement: nodes.CreateView) -> None:
    """CREATE VIEW, ALTER VIEW, CREATE OR ALTER VIEW.

    :raises SqlServerError: 2714, 208 ALTER of an unknown view, 4508 temp tables, 4511 unnamed column, 4506 repeated
        name, 8158/8159 column list of another length.
    """
    schema, name = ddl.split(statement.name)
    schema_id = ddl.schema_id(schema)
    existing = ddl.value(
        "select object_id from ms.objects where schema_id = $1 and ms.key(name) = ms.key($2) and type = 'V'",
        schema_id, name,
    )  # fmt: skip
    if existing is None and statement.mode == "ALTER":
        raise errors.invalid_object(written(statement.name))
    if existing is not None and statement.mode == "CREATE":
        raise errors.name_taken(name, 3)
    if statement.check_option:
        raise NotSupported("WITH CHECK OPTION")
    for option in statement.options:
        if option.upper() not in ("SCHEMABINDING", "VIEW_METADATA"):
            raise NotSupported(f"CREATE VIEW ... WITH {option}")
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
        ddl.modified(existing)
    compile_view(ddl, existing, statement)
    ddl.touch()
    revive(ddl)


def drop(ddl: Ddl, name: nodes.Name, if_exists: bool) -> None:
    """:raises SqlServerError: 3701, 3705 not a view."""
    number, kind = ddl.find_object(name, "V", "U")
    if number is None or (kind == "U" and if_exists):
        if if_exists:
            return
        raise errors.cannot_drop("view", written(name))
    if kind == "U":
        raise SqlServerError(3705, used="VIEW", name=written(name), kind="table", right="TABLE")
    detach(ddl, number)
    ddl.run(f"drop view if exists u.v{number}")
    ddl.value("select ms.forget_table($1)", number)
    ddl.touch()
