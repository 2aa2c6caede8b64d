"""sp_helptext, sp_helpindex, sp_databases, sp_who and other procedures that only report."""

from typing import Iterator

from ...ddl.rename import split_name
from ...errors import NotSupported, SqlServerError
from ...interface import Event, Info, ReturnStatus
from ...sqltypes import INT, nvarchar
from ..settings import USER_OPTIONS
from .binding import Call, declared


def helptext(call: Call) -> Iterator[Event]:
    """sp_helptext: one row per line, including the line break. :raises SqlServerError: 15009, 15197."""
    (name, _column) = call.bind("objname", "columnname", required=1)
    number = _object(call, name)
    rows = call.query("select definition from ms.modules where object_id = $1", number)
    if not rows:
        raise SqlServerError(15197, name=name)
    yield from call.result(declared("Text nvarchar(255)"), [(line,) for line in rows[0][0].splitlines(keepends=True)])


def helpindex(call: Call) -> Iterator[Event]:
    """sp_helpindex."""
    (name,) = call.bind("objname", required=1)
    number = _object(call, name)
    rows = call.query(
        "select i.name, case i.type when 1 then 'clustered' else 'nonclustered' end ||"
        " case when i.is_unique = 1 then ', unique' else '' end ||"
        " case when i.is_primary_key = 1 then ', primary key' when i.is_unique_constraint = 1 then ', unique key'"
        " else '' end || ' located on PRIMARY',"
        " string_agg(c.name || case x.is_descending_key when 1 then '(-)' else '' end, ', ' order by x.key_ordinal)"
        " from ms.indexes i join ms.index_columns x using (object_id, index_id)"
        " join ms.columns c on c.object_id = i.object_id and c.column_id = x.column_id"
        " where i.object_id = $1 and x.key_ordinal > 0 group by i.index_id, 1, 2 order by 1",
        number,
    )
    columns = declared("index_name, index_description varchar(210), index_keys nvarchar(2078)")
    yield from call.result(columns, rows)


def databases(call: Call) -> Iterator[Event]:
    """sp_databases."""
    columns = declared("DATABASE_NAME, DATABASE_SIZE int, REMARKS varchar(254)")
    names = sorted(database.name for database in call.session.server.databases.all())
    yield from call.result(columns, [(name, 8192, None) for name in names])


def who(call: Call) -> Iterator[Event]:
    """sp_who."""
    columns = declared(
        """spid smallint, ecid smallint, status nvarchar(30), loginame, hostname, blk varchar(5), dbname,
        cmd nvarchar(26), request_id int"""
    )
    rows = [
        (spid, 0, "sleeping", session.login.user, session.login.host, "0", session.database, "AWAITING COMMAND", 0)
        for spid, session in sorted(call.session.server.sessions.items())
    ]
    yield from call.result(columns, rows)


def configure(call: Call) -> Iterator[Event]:
    """sp_configure; only the option ``user options`` can be set.

    https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-configure-transact-sql

    :raises SqlServerError: 15123 for an unknown option, 15129 for a value out of range.
    """
    name, value = call.bind("configname", "configvalue")
    server = call.session.server
    if server.version_info.is_cloud_database:
        raise NotSupported("sp_configure in a cloud database, which has no server options")
    if value is None:
        yield from _configurations(call, name)
        return
    if name.casefold() != "user options":
        raise NotSupported(f"sp_configure of the option {name}")
    if not 0 <= int(value) <= 32767:
        raise SqlServerError(15129, value=value, name=name)
    if int(value) & ~USER_OPTIONS:
        raise NotSupported(f"user options {int(value) & ~USER_OPTIONS}")
    yield Info.of(15457, name="user options", old=server.configured_options, new=int(value))
    server.set_user_options(int(value), server.user_options)
    yield ReturnStatus(0)


def _configurations(call: Call, name: str | None) -> Iterator[Event]:
    rows = call.query(
        "select name, ms.variant_value(minimum)::int, ms.variant_value(maximum)::int, ms.variant_value(value)::int,"
        " ms.variant_value(value_in_use)::int from sys.configurations"
        " where name = lower($1) or $1::text is null and is_advanced = 0 order by name", name,
    )  # fmt: skip
    if name is not None and not rows:
        raise SqlServerError(15123, name=name)
    columns = [("name", nvarchar(35)), *((n, INT) for n in ("minimum", "maximum", "config_value", "run_value"))]
    yield from call.result(columns, rows)


def nothing(call: Call) -> Iterator[Event]:
    """Procedures without a visible effect: statistics and cache maintenance."""
    yield ReturnStatus(0)


def _object(call: Call, name: str) -> int:
    parts = split_name(name)
    rows = call.query(
        "select object_id from ms.objects o join ms.schemas s using (schema_id)"
        " where ms.key(s.name) = ms.key($1) and ms.key(o.name) = ms.key($2)",
        parts[-2] if len(parts) > 1 and parts[-2] else "dbo", parts[-1],
    )  # fmt: skip
    if not rows:
        raise SqlServerError(15009, name=name, database=call.session.database)
    return int(rows[0][0])


PROCEDURES = {
    "sp_helptext": helptext,
    "sp_helpindex": helpindex,
    "sp_databases": databases,
    "sp_who": who,
    "sp_configure": configure,
    "sp_updatestats": nothing,
    "sp_recompile": nothing,
}
