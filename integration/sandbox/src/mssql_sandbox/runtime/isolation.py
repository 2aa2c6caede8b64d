"""Isolation levels and locking hints of statements that read.

- READ COMMITTED, READ_COMMITTED_SNAPSHOT ON: the last committed rows, without waiting
- READ COMMITTED, READ_COMMITTED_SNAPSHOT OFF; READCOMMITTEDLOCK; UPDLOCK and XLOCK; UPDATE and DELETE: waits for
  transactions that changed what it reads; keeps no locks afterwards (UPDLOCK: of its rows)
- READ UNCOMMITTED, NOLOCK: the rows; refused by name if others have changed them
- REPEATABLE READ: waits too; nobody changes the rows until the end
- SERIALIZABLE, HOLDLOCK: the same; nor does anybody insert rows among them
- SNAPSHOT: the rows at the transaction's start; 3952 if not allowed

A statement reads the keys that it seeks, or else a whole table: :mod:`mssql_sandbox.translate.accesses`.

https://learn.microsoft.com/sql/t-sql/statements/set-transaction-isolation-level-transact-sql,
https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
"""

from typing import Any

from .. import translate
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from . import locking

_NOT_UNDER_SNAPSHOT = (
    nodes.AlterTableAdd, nodes.AlterTableDrop, nodes.AlterColumn, nodes.AlterTableCheck, nodes.AlterTableTrigger,
    nodes.AlterTableSwitch, nodes.CreateIndex, nodes.AlterIndex, nodes.Dbcc,
)  # fmt: skip
_UPDATE = frozenset(("UPDLOCK", "XLOCK", "TARGET"))
# The level of a hint overrides the session's.
_LEVEL_OF_HINT = {
    "HOLDLOCK": "SERIALIZABLE", "SERIALIZABLE": "SERIALIZABLE", "REPEATABLEREAD": "REPEATABLE READ",
    "READCOMMITTED": "READ COMMITTED", "READCOMMITTEDLOCK": "locking", "NOLOCK": "READ UNCOMMITTED",
    "READUNCOMMITTED": "READ UNCOMMITTED",
}  # fmt: skip


def before_reading(session: Any, plan: translate.Plan, arguments: list[Any]) -> None:
    """Wait for writers, note what is read, or refuse, by the level and the hints of a statement.

    :param arguments: the plan's, in the engine's form.
    :raises SqlServerError: 3951, 3952 under SNAPSHOT, 1222 under NOWAIT.
    :raises NotSupported: for a dirty read.
    """
    if session.transactions.isolation == "SNAPSHOT":
        _check_snapshot(session, plan)
    for access in plan.accesses:
        kind = _kind(session, access)
        if kind is not None:
            _read(session, plan, access, kind, arguments)


def _read(session: Any, plan: translate.Plan, access: translate.Access, kind: str, arguments: list[Any]) -> None:
    keep = kind in locking.KINDS and session.transactions.ticket > 0
    if not keep and not _others_work(session):
        return
    notes = locking.searched(session, access, kind, arguments)
    while (ticket := locking.holder(session, notes, keep)) is not None:
        if kind == locking.DIRTY:
            raise NotSupported("READ UNCOMMITTED or NOLOCK of rows that another session has changed and not committed")
        if "NOWAIT" in access.hints:
            raise SqlServerError(1222)
        locking.wait(session, ticket)


def _others_work(session: Any) -> bool:
    return any(other.transactions.notes for other in session.server.open_sessions() if other is not session)


def _kind(session: Any, access: translate.Access) -> str | None:
    """The kind of :class:`~.locking.Note` that an access needs against others' changes; None for none."""
    hints = access.hints
    level = next((_LEVEL_OF_HINT[hint] for hint in hints if hint in _LEVEL_OF_HINT), session.transactions.isolation)
    if "READPAST" in hints:
        return None  # the engine skips locked rows
    if "TABLOCKX" in hints or hints >= {"TABLOCK", "TARGET"}:
        return "X"
    if level == "SERIALIZABLE":
        return "X" if "XLOCK" in hints else "U" if hints & _UPDATE else "S"
    if "XLOCK" in hints:
        return "L"
    if level == "REPEATABLE READ":
        return "S" if "TABLOCK" in hints else "R"
    if level == "READ UNCOMMITTED" and not hints & _UPDATE:
        return locking.DIRTY
    if level == "SNAPSHOT":
        return None
    if level == "READ COMMITTED" and session.row_versions:
        # Optimized locking examines the last committed rows before it locks any:
        # https://learn.microsoft.com/sql/relational-databases/performance/optimized-locking
        if not hints & _UPDATE or "TARGET" in hints and session.server.version_info.is_cloud_database:
            return None
    return locking.READ


def holds(session: Any, plan: translate.Plan) -> bool:
    """Whether a statement outside a transaction needs one for its notes or against those of others."""
    if session.transactions.count or plan.images is None:
        return False
    return _others_work(session) or any(_holds(session, access) for access in plan.accesses)


def releases(session: Any, plan: translate.Plan) -> bool:
    """Whether a reader at READ COMMITTED holds no locks after its statement."""
    return (
        not plan.writes
        and not plan.before
        and not any(_holds(session, access) or access.hints & {"UPDLOCK", "READPAST"} for access in plan.accesses)
    )


def _holds(session: Any, access: translate.Access) -> bool:
    return (_kind(session, access) or "-") in locking.KINDS


def refuse_ddl(statement: nodes.Statement) -> None:
    """Refuse DDL inside a snapshot transaction.

    https://learn.microsoft.com/sql/relational-databases/errors-events/mssqlserver-3961-database-engine-error and SET
    TRANSACTION ISOLATION LEVEL, remarks

    :raises SqlServerError: 3964.
    """
    if isinstance(statement, _NOT_UNDER_SNAPSHOT) or isinstance(statement, nodes.Drop) and statement.kind == "INDEX":
        raise SqlServerError(3964)


def _check_snapshot(session: Any, plan: translate.Plan) -> None:
    if not plan.accesses and plan.images is None:
        return
    if session.transactions.snapshot_too_late:
        raise SqlServerError(3951, database=session.database)
    if not session.server.databases.find(session.database).snapshot:
        raise SqlServerError(3952, database=session.database)
