"""What isolation levels and locking hints do to a statement that reads.

The engine's readers never wait (MVCC). Where a server's reader would meet an uncommitted change, the sandbox looks
before the statement runs: a reader at READ COMMITTED waits for rows of its result that others have changed, and for
tables into which they have inserted; at the levels above it waits for every writer of its tables.

============================================  ==============================================================
READ COMMITTED, READ_COMMITTED_SNAPSHOT ON    the last committed rows, without waiting
READ COMMITTED, READ_COMMITTED_SNAPSHOT OFF   waits for writers, holds nothing afterwards
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

import psycopg

from .. import translate
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes

_TABLES = re.compile(r"\bu\.[tv]\d+\b")
_NOT_UNDER_SNAPSHOT = (
    nodes.AlterTableAdd, nodes.AlterTableDrop, nodes.AlterColumn, nodes.AlterTableCheck, nodes.AlterTableTrigger,
    nodes.AlterTableSwitch, nodes.CreateIndex, nodes.AlterIndex, nodes.Dbcc,
)  # fmt: skip
_LOCKS_ROWS = re.compile(r"\bFOR (?:UPDATE|SHARE) OF\b")


def before_reading(session: Any, plan: translate.Plan, arguments: list[Any] | None = None) -> None:
    """Wait for writers, or refuse, as the level and the hints of a statement ask.

    :param arguments: of a query, in the engine's form; None for an expression, which waits for whole tables.
    :raises SqlServerError: 3951, 3952 under SNAPSHOT.
    :raises NotSupported: for a dirty read of changes.
    """
    level = session.transactions.isolation
    if level == "SNAPSHOT":
        _check_snapshot(session, plan)
    others = [
        other.transactions
        for other in session.server.open_sessions()
        if other is not session and other.transactions.engine_open
    ]
    if not others:
        return
    read = set(tables(plan.sql)) if plan.kind in ("select", "assign", "into") else set()
    dirty = read if level == "READ UNCOMMITTED" else plan.dirty
    if dirty and _changed(session, dirty):
        raise NotSupported("READ UNCOMMITTED or NOLOCK of a table that another session has changed and not committed")
    waiting = set(plan.waiting)
    if level in ("REPEATABLE READ", "SERIALIZABLE") or level == "READ COMMITTED" and not session.row_versions:
        waiting |= read - set(plan.dirty)
    # Their rows are locked, skipped or refused (1222) by the engine as it reads them.
    waiting -= set(plan.unwaited)
    if not waiting or not _changed(session, waiting):
        return
    if waiting & set(plan.nowait):
        raise NotSupported("NOWAIT without UPDLOCK or XLOCK on a table that another session has changed")
    by_rows = arguments is not None and level == "READ COMMITTED" and plan.kind == "select"
    with session.transactions.atomic():
        if by_rows and not waiting & set().union(*(other.inserted for other in others)):
            _wait_for_rows(session, plan, arguments, waiting)
        else:
            _wait_for_tables(session, waiting)


def tables(sql: str) -> list[str]:
    """Tables and views of the database that a statement for the engine names."""
    return _TABLES.findall(sql)


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
    if not tables(plan.sql):
        return
    if session.transactions.snapshot_too_late:
        raise SqlServerError(3951, database=session.database)
    if not session.server.databases.find(session.database).snapshot:
        raise SqlServerError(3952, database=session.database)


def _changed(session: Any, asked: Iterable[str]) -> bool:
    """Whether other transactions hold the lock of writers on any of the tables; of views on any table."""
    named = None if any(table.startswith("u.v") for table in asked) else list(asked)
    return session.query(
        "select exists (select from pg_locks l where l.locktype = 'relation' and l.mode = 'RowExclusiveLock' and l.granted"
        " and l.pid <> pg_backend_pid() and l.database = (select oid from pg_database where datname = current_database())"
        " and case when $1::text[] is null then l.relation in (select oid from pg_class where relnamespace = 'u'::regnamespace)"
        " else l.relation = any ($1::regclass[]::oid[]) end)",
        (named,),
    )[0][0]


def _wait_for_rows(session: Any, plan: translate.Plan, arguments: list[Any], waiting: Iterable[str]) -> None:
    connection = session.connection
    connection.execute("SAVEPOINT reading")
    try:
        session.cursor.execute(f"{plan.sql} FOR SHARE", arguments)
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected, psycopg.errors.QueryCanceled):
        raise
    except psycopg.Error as fault:
        whole = isinstance(fault, psycopg.errors.FeatureNotSupported)  # GROUP BY, DISTINCT, UNION ...
    else:
        whole = False
    connection.execute("ROLLBACK TO SAVEPOINT reading; RELEASE SAVEPOINT reading")
    if whole:
        _wait_for_tables(session, waiting)


def _wait_for_tables(session: Any, waiting: Iterable[str]) -> None:
    lock = f"LOCK TABLE {', '.join(sorted(waiting))} IN SHARE MODE"
    session.connection.execute(f"SAVEPOINT reading; {lock}; ROLLBACK TO SAVEPOINT reading; RELEASE SAVEPOINT reading")


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
