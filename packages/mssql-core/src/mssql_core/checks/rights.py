"""Permissions that the project needs and the login lacks."""

from typing import Dict, Iterator, List

from django.db.migrations.executor import MigrationExecutor

from ..plugin.django_types import Connection
from ..plugin.types import Finding
from .findings import ERROR, ProjectTables, fetched, finding, listed

_PAGE = "reference/rights"
_USED = ("SELECT", "INSERT", "UPDATE", "DELETE")
_ALTER = "ALTER"
_QUERY = (
    "SELECT SCHEMA_NAME(t.schema_id), t.name, %s FROM sys.tables AS t WHERE t.is_ms_shipped = 0 ORDER BY 1, 2"
    % ", ".join(
        "HAS_PERMS_BY_NAME(QUOTENAME(SCHEMA_NAME(t.schema_id)) + N'.' + QUOTENAME(t.name), N'OBJECT', N'%s')" % right
        for right in (*_USED, _ALTER)
    )
)
_CREATE_TABLE = "SELECT HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'CREATE TABLE')"


def rights(connection: Connection) -> Iterator[Finding]:
    """Missing rights on the models' tables; on unmanaged models' only SELECT.

    https://learn.microsoft.com/sql/t-sql/functions/has-perms-by-name-transact-sql
    """
    tables = ProjectTables(connection)
    missing: Dict[str, List[str]] = {right: [] for right in (*_USED, _ALTER)}
    for schema, name, *granted in tables.of(fetched(connection, _QUERY)):
        is_managed = tables.model(schema, name)._meta.managed
        for right, has in zip(missing, granted):
            if not has and (is_managed or right == "SELECT"):
                missing[right].append("%s.%s" % (schema, name))
    for right in _USED:
        if missing[right]:
            text = "The login may not %s: %s." % (right, listed(missing[right]))
            remedy = "GRANT %s ON OBJECT::... TO its user, or add the user to db_datareader and db_datawriter." % right
            yield finding(text, remedy, _PAGE, ERROR)
    if missing[_ALTER]:
        yield finding(
            "The login may not ALTER: %s. Objects with keys of their own cannot be created (SET IDENTITY_INSERT), nor "
            "loaddata and flush be used." % listed(missing[_ALTER]),
            # https://learn.microsoft.com/sql/t-sql/database-console-commands/dbcc-checkident-transact-sql#permissions
            "Nothing, if the application does none of it; else GRANT ALTER ON OBJECT::... TO its user, and for loaddata "
            "and flush, which run DBCC CHECKIDENT, add the user to db_ddladmin.",
            _PAGE,
        )


def migrating(connection: Connection) -> Iterator[Finding]:
    """Unapplied migrations, where the login may not create tables."""
    if all(granted != 0 for (granted,) in fetched(connection, _CREATE_TABLE)):
        return
    executor = MigrationExecutor(connection)
    waiting = [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if waiting:
        yield finding(
            "The login may not CREATE TABLE, and migrations wait: %s." % listed(waiting),
            "Run migrate with a login of db_ddladmin, or add this one's user to it.",
            _PAGE,
        )
