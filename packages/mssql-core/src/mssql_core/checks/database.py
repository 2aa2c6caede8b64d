"""Options of the database, the connection and the server that affect Django code."""

import re
from typing import Dict, Iterator, List

from django.db import Error

from ..connection.drivers.odbc_library import how_to_install
from ..plugin import Capability, Edition
from ..plugin.django_types import Connection
from ..plugin.types import Finding
from .findings import ERROR, ProjectTables, fetched, finding, listed

_ISOLATION = "explanation/transactions"
_SNAPSHOT = "SELECT snapshot_isolation_state FROM sys.databases WHERE name = DB_NAME()"
_ENCRYPTED = "SELECT encrypt_option, net_transport FROM sys.dm_exec_connections WHERE session_id = @@SPID"
# As SQL_DRIVER_VER has it, 18.06.0001; and the first version 18 with the updates of April 2024 (CVE-2024-28929 and others).
_VERSION = re.compile(r"\b(1\d)\.(\d+)\.(\d+)")
_PATCHED = (18, 3, 3)
_COLLATIONS = (
    "SELECT SCHEMA_NAME(t.schema_id), t.name, c.name, c.collation_name FROM sys.columns AS c "
    "JOIN sys.tables AS t ON t.object_id = c.object_id WHERE t.is_ms_shipped = 0 AND c.collation_name IS NOT NULL "
    "ORDER BY 1, 2, c.column_id"
)


def isolation(connection: Connection) -> Iterator[Finding]:
    """READ_COMMITTED_SNAPSHOT, and SNAPSHOT where the alias asks for it."""
    if not connection.server.read_committed_snapshot:
        yield finding(
            "READ_COMMITTED_SNAPSHOT is off: readers wait for writers.",
            "ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON; it waits until no other session uses the database. "
            "(WITH ROLLBACK IMMEDIATE does not wait: it ends the others' transactions, and their work is lost.)",
            _ISOLATION,
        )
    if connection.options_read().options.get("isolation_level") == "SNAPSHOT":
        ((state,),) = fetched(connection, _SNAPSHOT)
        if not state:
            yield finding(
                "OPTIONS['isolation_level'] is SNAPSHOT, which the database does not allow: each access is error 3952.",
                "ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON",
                _ISOLATION,
                ERROR,
            )


def compatibility_level(connection: Connection) -> Iterator[Finding]:
    """A compatibility level that lacks features mssql-core uses."""
    server = connection.server
    if server.has(Capability.OPENJSON):
        return
    yield finding(
        "The compatibility level is %d: OPENJSON is missing, so long lists of values are slower."
        % server.compatibility_level,
        "ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = 130, or the server's own level",
        "reference/limitations",
    )


def collations(connection: Connection) -> Iterator[Finding]:
    """Columns whose collation differs from the database's, and whose models do not name it."""
    tables, usual = ProjectTables(connection), connection.server.collation
    others: Dict[str, List[str]] = {}
    for schema, table, column, collation in tables.of(fetched(connection, _COLLATIONS)):
        fields = {field.column.casefold(): field for field in tables.model(schema, table)._meta.local_concrete_fields}
        field = fields.get(column.casefold())
        if field is not None and collation.casefold() != usual.casefold() and not getattr(field, "db_collation", None):
            others.setdefault(collation, []).append(str(field))
    for collation, names in others.items():
        yield finding(
            "The columns of %s have the collation %s; the database's is %s. Compared with others they are error 468."
            % (listed(names), collation, usual),
            "Say it in the model (db_collation=%r), or give the columns the database's." % collation,
            "differences",
        )


def limits(connection: Connection) -> Iterator[Finding]:
    """Limits of the edition."""
    if connection.server.edition is Edition.EXPRESS:
        # https://learn.microsoft.com/sql/sql-server/editions-and-components-of-sql-server-2022 ("Scale limits")
        yield finding(
            "The edition is Express: a database has at most 10 GB (50 GB from SQL Server 2025), and little memory.",
            "Watch its size; another edition before it is full.",
            "reference/limitations",
        )
    if connection.server.edition is Edition.EDGE:
        # https://learn.microsoft.com/azure/azure-sql-edge/overview
        yield finding(
            "The edition is Azure SQL Edge, which Microsoft retired in September 2025.",
            "Another edition: SQL Server Express, or Azure SQL.",
            "reference/versions",
        )


def encryption(connection: Connection) -> Iterator[Finding]:
    """Keywords that switch off the driver's own encryption."""
    keywords = {
        name.casefold(): str(value).casefold() for name, value in connection.get_connection_params().keywords.items()
    }
    if keywords.get("encrypt") in ("no", "optional"):
        yield finding(
            "Encrypt = %s: what goes over the wire may be read." % keywords["encrypt"],
            "Remove it; the driver encrypts by itself.",
            "settings",
        )
    if keywords.get("trustservercertificate") == "yes":
        yield finding(
            "TrustServerCertificate = yes: the server's certificate is not checked.",
            "Install the certificate's authority, and remove it.",
            "settings",
        )


def encryption_in_use(connection: Connection) -> str:
    """The connection's encryption by the server's own account, or by the keywords where the login may not ask.

    https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/sys-dm-exec-connections-transact-sql
    """
    try:
        ((option, transport),) = fetched(connection, _ENCRYPTED)
    except (Error, ValueError):
        keywords = connection.get_connection_params().keywords
        answer = next(
            (value for name, value in keywords.items() if name.casefold() == "encrypt"), "as the driver does by itself"
        )
        return "%s (asking the server needs VIEW SERVER STATE)" % answer
    return "%s, %s" % ("on" if option == "TRUE" else "off", transport)


def driver(connection: Connection) -> Iterator[Finding]:
    """An ODBC driver that is out of support, or lacks security updates.

    https://learn.microsoft.com/sql/connect/odbc/windows/release-notes-odbc-sql-server-windows
    """
    name = connection.driver.version(connection.connection)
    version = _VERSION.search(name)
    numbers = tuple(map(int, version.groups())) if version else _PATCHED
    if numbers[0] < _PATCHED[0] or "msodbcsql17" in name.lower() or "msodbcsql-17" in name.lower():
        yield finding("The ODBC driver is %s." % name, "Driver 18: %s" % how_to_install(), "settings")
    elif numbers < _PATCHED:
        yield finding(
            "The ODBC driver is %s: updates of security came with %s." % (name, ".".join(map(str, _PATCHED))),
            "A newer one: %s" % how_to_install(),
            "settings",
        )
