"""CREATE, DROP SCHEMA and ALTER SCHEMA ... TRANSFER."""

from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from . import errors
from .binding import detach
from .compiling import revive
from .context import Ddl, written


def create(ddl: Ddl, statement: nodes.CreateSchema) -> None:
    """:raises SqlServerError: 2714 (followed by 2759) when the name is taken."""
    if statement.authorization is not None and statement.authorization.casefold() != "dbo":
        raise NotSupported(f"CREATE SCHEMA ... AUTHORIZATION {statement.authorization}")
    if ddl.catalog.schema_exists(statement.name):
        raise errors.name_taken(statement.name).followed_by(SqlServerError(2759))
    ddl.write(
        "insert into ms.schemas (schema_id, name) select coalesce(max(schema_id), 4) + 1, $1 from ms.schemas"
        " where schema_id < 16384",
        statement.name,
    )
    ddl.touch()


def drop(ddl: Ddl, name: nodes.Name, if_exists: bool) -> None:
    """:raises SqlServerError: 15151 unknown, 15150 built in, 3729 not empty."""
    leaf = name.parts[-1]
    number = ddl.value("select schema_id from ms.schemas where ms.key(name) = ms.key($1)", leaf)
    if number is None:
        if if_exists:
            return
        raise SqlServerError(15151, action="drop", kind="schema", name=leaf)
    if number <= 4:
        raise SqlServerError(15150, kind="schema", name=leaf)
    user = ddl.value("select name from ms.objects where schema_id = $1 order by object_id limit 1", number)
    if user:
        raise SqlServerError(3729, action="drop schema", name=leaf, user=user)
    ddl.write("delete from ms.schemas where schema_id = $1", number)
    ddl.write("delete from ms.extended_properties where class = 3 and major_id = $1", number)
    ddl.touch()


def transfer(ddl: Ddl, statement: nodes.AlterSchemaTransfer) -> None:
    """Move an object with its constraints. :raises SqlServerError: 15151, 15530 name taken in the new schema."""
    target = ddl.value("select schema_id from ms.schemas where ms.key(name) = ms.key($1)", statement.schema)
    if target is None:
        raise SqlServerError(15151, action="alter", kind="schema", name=statement.schema)
    leaf = statement.object.parts[-1]
    number, _type = ddl.find_object(statement.object, "U", "V", "P", "FN", "IF", "TF", "SO", "SN")
    if number is None:
        raise SqlServerError(15151, action="find", kind="object", name=written(statement.object))
    if ddl.value(
        "select 1 from ms.objects where schema_id = $1 and ms.key(name) = ms.key($2) and object_id <> $3",
        target, leaf, number,
    ):  # fmt: skip
        raise SqlServerError(15530, name=leaf)
    detach(ddl, number)
    ddl.write(
        "update ms.objects set schema_id = $2, modify_date = ms.catalog_now()"
        " where object_id = $1 or parent_object_id = $1",
        number, target,
    )  # fmt: skip
    ddl.touch()
    revive(ddl)
