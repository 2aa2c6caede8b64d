"""CREATE, ALTER and DROP DATABASE."""

import re
from typing import Any

from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from .context import Ddl
from .expressions import check_collation

_RECOVERY = {"FULL": 1, "BULK_LOGGED": 2, "SIMPLE": 3}
# Settings without an effect in the sandbox.
_HARMLESS_SET = re.compile(
    r"(AUTO_CLOSE|AUTO_SHRINK|AUTO_CREATE_STATISTICS|AUTO_UPDATE_STATISTICS|AUTO_UPDATE_STATISTICS_ASYNC|QUERY_STORE"
    r"|DELAYED_DURABILITY|PAGE_VERIFY|TRUSTWORTHY|DB_CHAINING)\b"
)

_SERVICE_OPTIONS = {
    "EDITION": r"N?'(Basic|Standard|Premium|GeneralPurpose|BusinessCritical|Hyperscale)'",
    "SERVICE_OBJECTIVE": r"N?'(Basic|S\d+|P\d+|(GP|BC|HS)(_S)?_\w+_\d+)'|ELASTIC_POOL\s*\(\s*NAME\s*=.+\)",
    "MAXSIZE": r"\d+ ?(MB|GB)",
}


def create(ddl: Ddl, statement: nodes.CreateDatabase) -> None:
    """:raises SqlServerError: 226 in a transaction, 1801 name taken, 448 unknown collation."""
    _refuse_transaction(ddl, "CREATE DATABASE")
    version = ddl.session.version
    if version.engine_edition == 12:
        raise NotSupported("CREATE DATABASE in Fabric, where databases are made by its portal or REST")
    if version.is_cloud_database and ddl.database.casefold() != "master":
        raise NotSupported("CREATE DATABASE in Azure SQL Database outside of master")
    if not version.is_cloud_database and (statement.options or statement.copy_of):
        raise SqlServerError(102, near="AS" if statement.copy_of else "(")
    _check_service_options(statement)
    databases = _databases(ddl)
    if statement.copy_of is not None:
        databases.copy(statement.copy_of.rpartition(".")[2], statement.name)
        return
    if statement.collation is not None:
        check_collation(statement.collation, ddl.version)
    databases.create(statement.name, statement.collation)


def _check_service_options(statement: nodes.CreateDatabase) -> None:
    """Accept the options of Azure SQL Database that are known to be valid.

    https://learn.microsoft.com/sql/t-sql/statements/create-database-transact-sql?view=azuresqldb-current
    """
    for name, value in statement.options.items():
        known = _SERVICE_OPTIONS.get(name)
        if known is None or not re.fullmatch(known, value.strip(), re.I):
            raise NotSupported(f"CREATE DATABASE ... ({name} = {value})")


def drop(ddl: Ddl, names: list[nodes.Name], if_exists: bool) -> None:
    """:raises SqlServerError: 226, 3701 unknown, 3702 in use, 3708 a system database."""
    _refuse_transaction(ddl, "DROP DATABASE")
    for name in names:
        leaf = name.parts[-1]
        if if_exists and _databases(ddl).find(leaf) is None:
            continue
        if leaf.casefold() == ddl.database.casefold():
            raise SqlServerError(3702, name=leaf)
        _databases(ddl).drop(leaf)


def alter(ddl: Ddl, statement: nodes.AlterDatabase) -> None:
    """:raises SqlServerError: 226, 5011 unknown, 15048 compatibility level, 1801 new name taken."""
    _refuse_transaction(ddl, "ALTER DATABASE")
    name = statement.name or ddl.database
    databases = _databases(ddl)
    if databases.find(name) is None:
        raise SqlServerError(5011, name=name)
    clause = " ".join(statement.clause.split())
    upper = clause.upper()
    if match := re.fullmatch(r"MODIFY NAME ?= ?(.+)", clause, re.I):
        new_name = _unquoted(match[1])
        databases.change(name, name=new_name)
        ddl.info(5021, kind="database", name=new_name)
    elif match := re.fullmatch(r"COLLATE (\w+)", clause, re.I):
        raise NotSupported("ALTER DATABASE ... COLLATE")
    elif upper.startswith("SET "):
        _set(ddl, name, upper[4:], statement)
    elif upper.startswith("MODIFY (") and ddl.session.version.is_cloud_database:
        return
    else:
        raise NotSupported(f"ALTER DATABASE ... {clause}")


def _set(ddl: Ddl, name: str, text: str, statement: nodes.AlterDatabase) -> None:
    databases = _databases(ddl)
    text, _, termination = text.partition(" WITH ")
    if not re.fullmatch(r"(ROLLBACK (IMMEDIATE|AFTER \d+( SECONDS)?)|NO_WAIT)?", termination):
        raise NotSupported(f"ALTER DATABASE ... WITH {termination}")
    if termination.startswith("ROLLBACK"):
        ddl.session.server.end_sessions(name, ddl.session)
    access = ("MULTI_USER", "SINGLE_USER", "RESTRICTED_USER")
    if text in access:
        databases.change(name, user_access=access.index(text))
    elif match := re.fullmatch(r"ALLOW_SNAPSHOT_ISOLATION (ON|OFF)", text):
        databases.change(name, snapshot=int(match[1] == "ON"))
    elif match := re.fullmatch(r"READ_COMMITTED_SNAPSHOT (ON|OFF)", text):
        if any(s is not ddl.session and s.database == name for s in ddl.session.server.open_sessions()):
            raise NotSupported("SET READ_COMMITTED_SNAPSHOT while other sessions use the database: it waits for them")
        databases.change(name, read_committed_snapshot=int(match[1] == "ON"))
    elif match := re.fullmatch(r"COMPATIBILITY_LEVEL ?= ?(\d+)", text):
        level = int(match[1])
        levels = range(100, ddl.version * 10 + 1, 10)
        if level not in levels:
            # The message lists levels up to 160.
            raise SqlServerError(15048, levels=", ".join(str(known) for known in levels if known <= 160))
        databases.change(name, compatibility=level)
    elif match := re.fullmatch(r"RECOVERY (FULL|BULK_LOGGED|SIMPLE)", text):
        databases.change(name, recovery=_RECOVERY[match[1]])
    elif text != "READ_WRITE" and not _HARMLESS_SET.match(text):
        raise NotSupported(f"ALTER DATABASE ... SET {text}")


def _databases(ddl: Ddl) -> Any:
    return ddl.session.server.databases


def _refuse_transaction(ddl: Ddl, statement: str) -> None:
    if ddl.session.transactions.count:
        raise SqlServerError(226, statement=statement)


def _unquoted(text: str) -> str:
    text = text.strip()
    if text.startswith("["):
        return text[1:-1].replace("]]", "]")
    if text.startswith('"'):
        return text[1:-1].replace('""', '"')
    return text
