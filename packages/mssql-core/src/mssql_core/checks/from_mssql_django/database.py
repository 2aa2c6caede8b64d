"""Objects that mssql-django left in a database, and that mssql-core does not use."""

from typing import Iterator

from ...plugin import Capability
from ...plugin.django_types import Connection
from ...plugin.types import Finding
from ..findings import fetched, finding
from .settings import PAGE

_FUNCTION = (
    "SELECT o.type FROM sys.objects AS o WHERE o.object_id = OBJECT_ID(N'dbo.REGEXP_LIKE') AND o.type IN ('FN', 'FS')"
)
_CLR = (
    "SELECT CAST(name AS nvarchar(70)), CAST(value_in_use AS int) FROM sys.configurations "
    "WHERE name IN (N'clr enabled', N'clr strict security')"
)


def regex(connection: Connection) -> Iterator[Finding]:
    """The CLR function of install_regex_clr, and the server option that the command switched off."""
    named = connection.options_read().options.get("regex_function")
    is_native = connection.server.has(Capability.REGEXP)
    if not fetched(connection, _FUNCTION):
        if not is_native and not named:
            yield finding(
                "The server has no REGEXP_LIKE, and the database no function for it: of the patterns of regex and iregex "
                "those work that LIKE can say.",
                "Nothing, where the project has none; else OPTIONS['regex_function'] and a function.",
                "settings",
            )
        return
    if not named and not is_native:
        yield finding(
            "The database has dbo.REGEXP_LIKE, which mssql-django calls for regex and iregex.",
            "OPTIONS['regex_function'] = 'dbo.REGEXP_LIKE'",
            "settings",
        )
    elif is_native:
        yield finding(
            "The database has dbo.REGEXP_LIKE, and the server one of its own, which is used%s."
            % (" where 'regex_function' does not name the other" if named else ""),
            "Drop the function and its assembly, with the option, when mssql-django no longer uses the database.",
            "settings",
        )
    yield from _clr(connection)


def _clr(connection: Connection) -> Iterator[Finding]:
    """https://learn.microsoft.com/sql/database-engine/configure-windows/clr-strict-security"""
    values = dict(fetched(connection, _CLR))
    if values.get("clr enabled") and values.get("clr strict security") == 0:
        yield finding(
            "'clr strict security' is off for the whole server, as mssql-django's install_regex_clr leaves it.",
            "When no assembly needs it any more: EXEC sp_configure 'show advanced options', 1; RECONFIGURE; "
            "EXEC sp_configure 'clr strict security', 1; RECONFIGURE",
            PAGE,
        )
