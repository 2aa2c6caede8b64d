"""Locks on keys and tables, besides the engine's locks on rows.

The engine's readers take no locks and see no uncommitted rows. So a transaction notes the keys that it has searched and
those of the rows that it has changed; a session that meets another's note waits for the end of that transaction. It
waits in the engine, for a lock that every transaction holds, so that LOCK_TIMEOUT and deadlock detection work.

Notes, of what, and who meets them:

- S, searched at SERIALIZABLE: O, N, X, L
- U, the same under UPDLOCK: O, N, X, L, U
- X, the same under XLOCK, or TABLOCKX: all
- R, read at REPEATABLE READ: O, X, L
- L, read under XLOCK: all but N
- O and N, the old and new keys of changed rows: all of these, and reads without a note

Key-range locks: https://learn.microsoft.com/sql/relational-databases/sql-server-transaction-locking-and-row-versioning-guide;
which conflict, and that ROLLBACK to a savepoint keeps them: probes, RyanLamansky/sql-server-simulator locking.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterable

from .. import translate

READ, DIRTY = "read", "dirty"
KINDS = "SUXRL"
_MEETS = {
    DIRTY: "ON", READ: "ONXL", "S": "ONXL", "R": "ONXL", "U": "ONXLU", "X": "ONXLUSR", "L": "ONXLUSR", "O": "SUXRL", "N": "SUX",
}  # fmt: skip
# Above this number of locks a server locks the table (lock escalation, same guide).
_ESCALATION = 5000
# A parameter of a statement; string literals may contain the same characters.
_ARGUMENT = re.compile(r"'[^']*'|\$(\d+)")
_CLASS = 91  # of the engine's advisory locks for transactions


@dataclass(frozen=True)
class Note:
    """Keys or a table that a transaction has searched or changed.

    :param keys: hashes of the values of ``columns``; None for the whole table.
    """

    table: str
    kind: str
    columns: tuple[str, ...] = ()
    keys: frozenset[tuple[Any, ...]] | None = None

    def meets(self, other: Note) -> bool:
        """Whether this note, which is requested, has to wait for the other, which is held."""
        if self.table != other.table or other.kind not in _MEETS[self.kind]:
            return False
        if not all(keys is None or keys for keys in (self.keys, other.keys)):
            return False
        common = [column for column in self.columns if column in other.columns]
        if self.keys is None or other.keys is None or not common:
            return True
        return not self._projected(common).isdisjoint(other._projected(common))

    def _projected(self, columns: list[str]) -> set[tuple[Any, ...]]:
        places = [self.columns.index(column) for column in columns]
        return {tuple(key[place] for place in places) for key in self.keys or ()}


class Blocked(Exception):
    """A change conflicts with a note: undo it, and repeat it when the other transaction has ended."""

    def __init__(self, ticket: int) -> None:
        super().__init__(ticket)
        self.ticket = ticket


def holder(session: Any, notes: Iterable[Note], keep: bool) -> int | None:
    """The ticket of the transaction to wait for, None if there is none.

    :param keep: keep the notes for the session's own transaction if there is no conflict.
    """
    with session.server.notes_lock:
        for other in session.server.open_sessions():
            if other is not session and other.database == session.database:
                if any(note.meets(held) for held in other.transactions.notes for note in notes):
                    return int(other.transactions.ticket)
        if keep:
            kept = session.transactions.notes
            kept.extend(notes)
            if len(kept) > _ESCALATION:
                kept[:] = dict.fromkeys(Note(note.table, note.kind) for note in kept)
    return None


def wait(session: Any, ticket: int) -> None:
    """Wait for the end of a transaction. :raises psycopg.Error: for a timeout, a deadlock, a cancellation."""
    session.query(f"select pg_advisory_lock_shared({_CLASS}, $1), pg_advisory_unlock_shared({_CLASS}, $1)", (ticket,))


def ticket_sql(ticket: int) -> str:
    """The first statement of a transaction, so that others can wait for it."""
    return f"SELECT pg_advisory_xact_lock({_CLASS}, {ticket})"


def note_changes(session: Any, images: translate.Images, cursor: Any) -> None:
    """Note the keys of the rows that a statement has changed.

    :param cursor: on the result of :attr:`~mssql_sandbox.translate.Plan.watched`, left at its beginning.
    :raises Blocked: if another transaction has searched them.
    """
    table, columns = images[:2]
    if cursor.rowcount < 1:
        return
    if cursor.rowcount > _ESCALATION:
        notes = [Note(table, kind) for kind in "ON"]
    else:
        rows = cursor.fetchall()
        cursor.scroll(0, mode="absolute")
        notes = [
            Note(table, kind, columns, frozenset(tuple(row[n]) for row in rows if row[n] is not None))
            for kind, n in (("O", -2), ("N", -1))
        ]
    blocking = holder(session, notes, keep=True)
    if blocking is not None:
        raise Blocked(blocking)


def searched(session: Any, access: translate.Access, kind: str, arguments: list[Any]) -> list[Note]:
    """Notes of what a statement searches; for a view those of its tables.

    :param arguments: the statement's.
    """
    if access.columns:
        numbers = sorted({int(number) for number in _ARGUMENT.findall(access.keys) if number})
        sql = _ARGUMENT.sub(lambda m: f"${numbers.index(int(m[1])) + 1}" if m[1] else m[0], access.keys)
        rows = session.query(sql, [arguments[number - 1] for number in numbers])
        return [
            Note(access.table, kind, access.columns, frozenset(tuple(row[0]) for row in rows if None not in row[0]))
        ]
    if not access.table.startswith("u.v"):
        return [Note(access.table, kind)]
    tables = session.query(
        "with recursive read(id) as (select $1::regclass::oid union select d.refobjid from read join pg_rewrite w on"
        " w.ev_class = read.id join pg_depend d on d.objid = w.oid and d.refclassid = 'pg_class'::regclass)"
        " select id::regclass::text from read",
        (access.table,),
    )
    return [Note(name, kind) for (name,) in tables]
