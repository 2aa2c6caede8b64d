"""What isolation levels and locking hints do to a statement that reads.

The engine's readers never wait (MVCC). Where a server's reader would meet an uncommitted change, its table is looked
at before the statement runs, so the grain is the table:

============================================  ==============================================================
READ COMMITTED, READ_COMMITTED_SNAPSHOT ON    the last committed rows, without waiting
READ COMMITTED, READ_COMMITTED_SNAPSHOT OFF   waits for the table's writers, holds nothing afterwards
READ UNCOMMITTED, NOLOCK                      the rows; refused by name while another session has changed the table
READCOMMITTEDLOCK, REPEATABLEREAD             waits for the table's writers
REPEATABLE READ, SERIALIZABLE                 wait for the table's writers
SNAPSHOT                                      the rows as the transaction began; 3952 where it is not allowed
============================================  ==============================================================

https://learn.microsoft.com/sql/t-sql/statements/set-transaction-isolation-level-transact-sql,
https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
"""

from __future__ import annotations

import re
from typing import Any, Iterable

from .. import translate
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes

_TABLES = re.compile(r"\bu\.[tv]\d+\b")
_NOT_UNDER_SNAPSHOT = (
    nodes.AlterTableAdd, nodes.AlterTableDrop, nodes.AlterColumn, nodes.AlterTableCheck, nodes.AlterTableTrigger,
    nodes.AlterTableSwitch, nodes.CreateIndex, nodes.AlterIndex, nodes.Dbcc,
)  # fmt: skip
_LOCKS_ROWS = re.compile(r"\bFOR (?:UPDATE|SHARE) OF\b")


def before_reading(session: Any, plan: translate.Plan) -> None:
    """Wait for writers, or refuse, as the level and the hints of a statement ask.

    :raises SqlServerError: 3951, 3952 under SNAPSHOT.
    :raises NotSupported: for a dirty read of changes.
    """
    level = session.transactions.isolation
    if level == "SNAPSHOT":
        _check_snapshot(session, plan)
    if not any(other is not session and other.transactions.engine_open for other in session.server.open_sessions()):
        return
    tables = set(_TABLES.findall(plan.sql)) if plan.kind in ("select", "assign", "into") else set()
    dirty = tables if level == "READ UNCOMMITTED" else plan.dirty
    if dirty and _changed(session, dirty):
        raise NotSupported("READ UNCOMMITTED or NOLOCK of a table that another session has changed and not committed")
    waiting = set(plan.waiting)
    if level in ("REPEATABLE READ", "SERIALIZABLE") or level == "READ COMMITTED" and not session.row_versions:
        waiting |= tables - set(plan.dirty)
    if waiting and _changed(session, waiting):
        _wait(session, waiting)


def releases(plan: translate.Plan) -> bool:
    """Whether a reader at READ COMMITTED holds nothing when its statement is over."""
    return plan.kind in ("select", "assign") and not plan.before and not _LOCKS_ROWS.search(plan.sql)


def refuse_ddl(statement: nodes.Statement) -> None:
    """DDL inside a snapshot transaction.

    https://learn.microsoft.com/sql/relational-databases/errors-events/mssqlserver-3961-database-engine-error and SET
    TRANSACTION ISOLATION LEVEL, remarks

    :raises SqlServerError: 3964.
    """
    if isinstance(statement, _NOT_UNDER_SNAPSHOT) or isinstance(statement, nodes.Drop) and statement.kind == "INDEX":
        raise SqlServerError(3964)


def _check_snapshot(session: Any, plan: translate.Plan) -> None:
    if not _TABLES.search(plan.sql):
        return
    if session.transactions.snapshot_too_late:
        raise SqlServerError(3951, database=session.database)
    if not session.server.databases.find(session.database).snapshot:
        raise SqlServerError(3952, database=session.database)


def _changed(session: Any, tables: Iterable[str]) -> bool:
    """Whether other transactions hold the lock of writers on any of the tables; of views on any table."""
    named = None if any(table.startswith("u.v") for table in tables) else list(tables)
    return session.query(
        "select exists (select from pg_locks l where l.locktype = 'relation' and l.mode = 'RowExclusiveLock' and l.granted"
        " and l.pid <> pg_backend_pid() and l.database = (select oid from pg_database where datname = current_database())"
        " and case when $1::text[] is null then l.relation in (select oid from pg_class where relnamespace = 'u'::regnamespace)"
        " else l.relation = any ($1::regclass[]::oid[]) end)",
        (named,),
    )[0][0]


def _wait(session: Any, tables: Iterable[str]) -> None:
    lock = f"LOCK TABLE {', '.join(sorted(tables))} IN SHARE MODE"
    if session.transactions.engine_open:
        session.connection.execute(
            f"SAVEPOINT reading; {lock}; ROLLBACK TO SAVEPOINT reading; RELEASE SAVEPOINT reading"
        )
    else:
        with session.transactions.atomic():
            session.connection.execute(lock)


def lock_ranges(session: Any, plan: translate.Plan, values: Iterable[Any]) -> None:
    """HOLDLOCK of a change that searches by parameters: sessions with a value in common wait for one another.

    A server locks the ranges of keys that are searched. Here each value stands for its range, in one order for all, so
    that sessions with other values go on.
    """
    hashes = sorted(
        {hash(value.casefold().rstrip() if isinstance(value, str) else value) & 0x7FFFFFFF for value in values}
    )
    for table in plan.ranges:
        session.query(
            "select count(pg_advisory_xact_lock($1, h)) from (select unnest($2::int[]) as h order by 1) ordered",
            (int(re.sub(r"\D", "", table)) & 0x7FFFFFFF, hashes),
        )
