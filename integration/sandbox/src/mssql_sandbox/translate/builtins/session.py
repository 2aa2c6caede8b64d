"""Session functions and ``@@`` variables: parameters that the runtime fills in.

The translator writes ``$n`` for each and adds the key (``@@rowcount``, ``scope_identity()``)
to ``Plan.parameters``; ``runtime/specials.py`` has the value.
"""

from ...sqltypes import BIGINT, INT, SMALLINT, TINYINT, SqlType, decimal, nvarchar, varbinary

_SYSNAME = nvarchar(128)

# name -> type. https://learn.microsoft.com/sql/t-sql/functions/system-functions-transact-sql
GLOBAL_VARIABLES: dict[str, SqlType] = {
    "@@rowcount": INT,
    "@@trancount": INT,
    "@@error": INT,
    "@@identity": decimal(38, 0),
    "@@spid": SMALLINT,
    "@@nestlevel": INT,
    "@@fetch_status": INT,
    "@@cursor_rows": INT,
    "@@version": nvarchar(300),
    "@@servername": _SYSNAME,
    "@@servicename": _SYSNAME,
    "@@language": _SYSNAME,
    "@@langid": SMALLINT,
    "@@datefirst": TINYINT,
    "@@lock_timeout": INT,
    "@@max_precision": TINYINT,
    "@@microsoftversion": INT,
    "@@options": INT,
    "@@textsize": INT,
    "@@max_connections": INT,
}

# Variables that the sandbox lacks: server counters, cursors, row versions.
OTHER_VARIABLES = frozenset(
    """@@connections @@cpu_busy @@idle @@io_busy @@pack_received @@pack_sent @@packet_errors @@procid
    @@remserver @@timeticks @@total_errors @@total_read @@total_write""".split()
)

# name -> (type, argument count). All are constant during a statement.
SESSION_FUNCTIONS: dict[str, SqlType] = {
    "scope_identity": decimal(38, 0),
    "xact_state": SMALLINT,
    "error_number": INT,
    "error_message": nvarchar(4000),
    "error_severity": INT,
    "error_state": INT,
    "error_line": INT,
    "error_procedure": _SYSNAME,
    "rowcount_big": BIGINT,
    "app_name": _SYSNAME,
    "host_name": _SYSNAME,
    "suser_sname": _SYSNAME,
    "suser_name": _SYSNAME,
    "original_login": _SYSNAME,
    "user_name": _SYSNAME,
    "current_user": _SYSNAME,
    "session_user": _SYSNAME,
    "system_user": _SYSNAME,
    "user": _SYSNAME,
    "context_info": varbinary(128),
    "current_transaction_id": BIGINT,
}
