"""CREATE and DROP SYNONYM.

https://learn.microsoft.com/sql/t-sql/statements/create-synonym-transact-sql
"""

from ..catalog.store import DEFAULT_SCHEMA
from ..errors import NotSupported
from ..syntax import nodes
from . import errors
from .compiling import revive
from .context import Ddl, written
from .normalise import bracket


def create(ddl: Ddl, statement: nodes.CreateSynonym) -> None:
    """The base object need not exist until it is used. :raises SqlServerError: 2714 name taken, 2760 schema."""
    if ddl.session.version.is_warehouse:
        raise NotSupported("a synonym in a warehouse")
    schema, name = ddl.split(statement.name)
    base = statement.base.parts
    if len(base) > 2 and base[:-2] != ("",) * (len(base) - 2) and base[-3].casefold() != ddl.database.casefold():
        raise NotSupported(f"a synonym for an object of another database ({'.'.join(base)})", statement.line)
    if base[-1].startswith("#") or name.startswith("#"):
        raise NotSupported("a synonym of a temp table")
    number = ddl.new_object(name, ddl.schema_id(schema), "SN", state=3)
    ddl.insert(
        "synonyms", object_id=number, base_object_name=".".join(bracket(part) if part else "" for part in base),
        base_schema=base[-2] if len(base) > 1 and base[-2] else DEFAULT_SCHEMA, base_name=base[-1],
    )  # fmt: skip
    ddl.touch()
    revive(ddl)


def drop(ddl: Ddl, name: nodes.Name, if_exists: bool) -> None:
    """:raises SqlServerError: 3701 no such synonym."""
    number, _type = ddl.find_object(name, "SN")
    if number is None:
        if if_exists:
            return
        raise errors.cannot_drop("synonym", written(name))
    ddl.delete_object(number, "synonyms")
    ddl.touch()
