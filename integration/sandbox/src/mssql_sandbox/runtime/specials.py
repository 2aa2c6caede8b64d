"""Values of session functions and ``@@`` variables (see builtins/session.py)."""

from decimal import Decimal
from typing import Any, Callable

from ..errors import NotSupported
from .scope import Scope
from .settings import OPTION_BITS


def _options(session: Any, scope: Scope) -> int:
    return sum(bit for name, bit in OPTION_BITS.items() if session.settings.switches.get(name))


def _scope_identity(session: Any, scope: Scope) -> Decimal | None:
    return None if scope.identity is None else Decimal(scope.identity)


def _caught(attribute: str) -> Callable[[Any, Scope], Any]:
    def value(session: Any, scope: Scope) -> Any:
        return getattr(session.caught[-1], attribute) if session.caught else None

    return value


def _error_procedure(session: Any, scope: Scope) -> str | None:
    """https://learn.microsoft.com/sql/t-sql/functions/error-procedure-transact-sql: with its schema since 2017."""
    error = session.caught[-1] if session.caught else None
    if error is None or not error.procedure:
        return None
    if session.version.major < 14 or session.version.is_cloud_database:
        return str(error.procedure)
    if not error.schema:
        raise NotSupported("ERROR_PROCEDURE of an error in a trigger")
    return f"{error.schema}.{error.procedure}"


def _login(session: Any, scope: Scope) -> str:
    return session.login.user or "token"


def _user(session: Any, scope: Scope) -> str:
    return "dbo"


def _cursor_rows(session: Any, scope: Scope) -> int:
    if session.cursor_rows is None:
        raise NotSupported("@@CURSOR_ROWS of a cursor which is not STATIC")
    return int(session.cursor_rows)


def cursor_status(session: Any, scope: Scope, key: str) -> int:
    """CURSOR_STATUS: 1 open, 0 open without rows, -1 closed, -2 no cursor in the variable, -3 no such cursor.

    :param key: ``local:name``, ``global:name`` or ``variable:@name``.
    """
    kind, _, name = key.partition(":")
    if kind == "variable":
        variables = scope.cursors.variables
        if name not in variables:
            return -3
        variable = variables[name]
        return -2 if variable is None else variable.status
    place = scope.cursors if kind == "local" else session.cursors
    cursor = place.named.get(name)
    return -3 if cursor is None else cursor.status


SPECIALS: dict[str, Callable[[Any, Scope], Any]] = {
    "@@rowcount": lambda session, scope: session.rowcount,
    "@@trancount": lambda session, scope: session.transactions.count,
    "@@error": lambda session, scope: session.last_error,
    "@@identity": lambda session, scope: None if session.identity is None else Decimal(session.identity),
    "@@spid": lambda session, scope: session.spid,
    "@@nestlevel": lambda session, scope: scope.level,
    "@@fetch_status": lambda session, scope: session.fetch_status,
    "@@cursor_rows": _cursor_rows,
    "@@version": lambda session, scope: session.version.banner,
    "@@servername": lambda session, scope: session.server.name,
    "@@servicename": lambda session, scope: "MSSQLSERVER",
    "@@language": lambda session, scope: session.settings.language,
    "@@langid": lambda session, scope: 0,
    "@@datefirst": lambda session, scope: session.settings.datefirst,
    "@@lock_timeout": lambda session, scope: session.settings.lock_timeout,
    "@@max_precision": lambda session, scope: 38,
    "@@microsoftversion": lambda session, scope: (
        session.server.version[0] << 24 | session.server.version[1] << 16 | session.server.version[2]
    ),
    "@@options": _options,
    "@@textsize": lambda session, scope: session.settings.textsize,
    "@@max_connections": lambda session, scope: 32767,
    "scope_identity": _scope_identity,
    "xact_state": lambda session, scope: session.transactions.state,
    "error_number": _caught("number"),
    "error_message": _caught("message"),
    "error_severity": _caught("severity"),
    "error_state": _caught("state"),
    "error_line": _caught("line"),
    "error_procedure": _error_procedure,
    "rowcount_big": lambda session, scope: session.rowcount,
    "app_name": lambda session, scope: session.login.application,
    "host_name": lambda session, scope: session.login.host,
    "suser_sname": _login,
    "suser_name": _login,
    "original_login": _login,
    "system_user": _login,
    "user_name": _user,
    "current_user": _user,
    "session_user": _user,
    "user": _user,
    "context_info": lambda session, scope: None,
    "current_transaction_id": lambda session, scope: session.transactions.descriptor,
}
