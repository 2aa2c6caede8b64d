"""T-SQL transactions on top of PostgreSQL's.

A failed statement does not end a T-SQL transaction, so each statement inside
one runs after a PostgreSQL savepoint, which one simple query moves forward.
"""

import itertools
from contextlib import contextmanager
from typing import Any, Iterator

from ..errors import NotSupported, SqlServerError
from ..interface import EnvChange, Event
from . import locking

_descriptors = itertools.count(0x1000000001)

_tickets = itertools.count(1)
_STATEMENT = "statement_guard"


class Transactions:
    """The transaction state of one session.

    :param connection: psycopg connection in autocommit mode.
    """

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.count = 0
        self.doomed = False
        self.descriptor = 0
        self.isolation = "READ COMMITTED"
        self.snapshot_too_late = False
        self.notes: list[Any] = []  # of runtime/locking.py
        self.ticket = 0  # for others to wait for; 0 while the engine has no transaction
        self._noted = 0  # number of notes at the statement's start
        self._engine_open = False
        self._guarded = False
        self._unmoved = False  # nothing lasting was done since the guard was set
        self._savepoints: list[tuple[str, str]] = []
        self._savepoint_ids = itertools.count(1)
        self.before_begin: list[Any] = []  # callables of the catalogue overlay, while the engine has no transaction
        self.after_commit: list[Any] = []
        self.after_rollback: list[Any] = []

    @property
    def state(self) -> int:
        """XACT_STATE(): 1 active, -1 doomed, 0 none."""
        if not self.count:
            return 0
        return -1 if self.doomed else 1

    # ---- T-SQL statements

    def begin(self) -> list[Event]:
        self.count += 1
        if self.count > 1:
            return []
        self.descriptor = next(_descriptors)
        return [EnvChange("begin", new=self.descriptor)]

    def commit(self) -> list[Event]:
        """:raises SqlServerError: 3902 without a transaction, 3930 in a doomed one."""
        if not self.count:
            raise SqlServerError(3902)
        if self.doomed:
            raise SqlServerError(3930)
        if self.count > 1:
            self.count -= 1
            return []
        if self._engine_open:
            self.connection.execute("COMMIT")
        return self._finish("commit", self.after_commit)

    def rollback(self) -> list[Event]:
        """Roll the whole transaction back. :raises SqlServerError: 3903 without one."""
        if not self.count:
            raise SqlServerError(3903)
        if self._engine_open:
            self.connection.execute("ROLLBACK")
        return self._finish("rollback", self.after_rollback)

    def save(self, name: str) -> None:
        """:raises SqlServerError: 628 without a transaction."""
        if not self.count:
            raise SqlServerError(628)
        engine_name = f"save_{next(self._savepoint_ids)}"
        self._open_engine()
        self._drop_guard()
        self.connection.execute(f"SAVEPOINT {engine_name}")
        self._savepoints.append((name, engine_name))

    def rollback_to(self, name: str) -> None:
        """:raises SqlServerError: 6401 when no savepoint has the name, 3931 in a doomed transaction."""
        if not self.count:
            raise SqlServerError(3903)
        for position in range(len(self._savepoints) - 1, -1, -1):
            if self._savepoints[position][0] == name:
                break
        else:
            raise SqlServerError(6401, name=name)
        if self.doomed:
            raise SqlServerError(3931)
        self.connection.execute(f"ROLLBACK TO SAVEPOINT {self._savepoints[position][1]}")
        self._guarded = self._unmoved = False
        del self._savepoints[position + 1 :]
        for action in self.after_rollback:
            action()

    def set_isolation(self, level: str) -> None:
        """SET TRANSACTION ISOLATION LEVEL; if SNAPSHOT comes too late, the next access fails (3951)."""
        if level == "SNAPSHOT" and self.count:
            self.snapshot_too_late |= self.isolation != "SNAPSHOT"
            self.isolation = level
            return
        self.snapshot_too_late = False
        if self._engine_open and (level == "SNAPSHOT") != (self.isolation == "SNAPSHOT"):
            raise NotSupported(f"SET TRANSACTION ISOLATION LEVEL {level} after the transaction has done work")
        self.isolation = level

    # ---- around statements

    def before_statement(self) -> None:
        """Set the guard that a failed statement returns to."""
        if not self.count:
            return
        if not self._engine_open:
            self._open_engine(f"; SAVEPOINT {_STATEMENT}")
        elif self._guarded and self._unmoved:
            pass
        elif self._guarded:
            self.connection.execute(f"RELEASE SAVEPOINT {_STATEMENT}; SAVEPOINT {_STATEMENT}")
        else:
            self.connection.execute(f"SAVEPOINT {_STATEMENT}")
        self._guarded, self._unmoved, self._noted = True, False, len(self.notes)

    def release(self) -> None:
        """Release the locks of a reader's statement at READ COMMITTED."""
        if self._engine_open and self._guarded and self.isolation in ("READ COMMITTED", "READ UNCOMMITTED"):
            self.connection.execute(f"ROLLBACK TO SAVEPOINT {_STATEMENT}")
            self._unmoved = True

    def settle(self) -> None:
        """Note a lasting change outside a statement, after which the guard has to move."""
        self._unmoved = False

    def undo_statement(self) -> None:
        """Return to the guard after an error."""
        if self._engine_open and self._guarded:
            self.connection.execute(f"ROLLBACK TO SAVEPOINT {_STATEMENT}")
            del self.notes[self._noted :]
            self._run(self.after_rollback)

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Several engine statements as one T-SQL statement (DDL, INSERT with several steps)."""
        if self.count:
            yield
            return
        self.connection.execute(self._begin())
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            self._over()
            self._run(self.after_rollback)
            raise
        self.connection.execute("COMMIT")
        self._over()
        self._run(self.after_commit)

    # ---- internals

    def _open_engine(self, then: str = "") -> None:
        if not self._engine_open:
            self._run(self.before_begin)
            self.connection.execute(self._begin() + then)
            self._engine_open = True

    def _begin(self) -> str:
        """Begin in the engine: READ COMMITTED for all levels but SNAPSHOT; see runtime/isolation.py."""
        self.ticket = next(_tickets)
        level = "REPEATABLE READ" if self.isolation == "SNAPSHOT" else "READ COMMITTED"
        return f"BEGIN ISOLATION LEVEL {level}; {locking.ticket_sql(self.ticket)}"

    def _over(self) -> None:
        self.ticket = self._noted = 0
        self.notes.clear()

    def _drop_guard(self) -> None:
        if self._guarded:
            self.connection.execute(f"RELEASE SAVEPOINT {_STATEMENT}")
            self._guarded = self._unmoved = False

    def _finish(self, kind: str, actions: list[Any]) -> list[Event]:
        descriptor, self.descriptor = self.descriptor, 0
        self.count = 0
        self.doomed = self._engine_open = self._guarded = self._unmoved = self.snapshot_too_late = False
        self._savepoints.clear()
        self._over()
        self._run(actions)
        return [EnvChange(kind, old=descriptor)]

    @staticmethod
    def _run(actions: list[Any]) -> None:
        for action in actions:
            action()
