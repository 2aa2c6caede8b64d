"""INSERT ... EXEC: the rows of all result sets of a procedure or text, inserted into a table.

https://learn.microsoft.com/sql/t-sql/statements/insert-transact-sql
"""

from dataclasses import replace
from typing import Any, Iterator, Sequence

import psycopg

from ..errors import NotSupported, SqlServerError
from ..interface import Columns, Done, Event, ResultColumn, ReturnStatus, Rows
from ..syntax import nodes
from .execute import COMMANDS, Execution
from .parsed import Parsed
from .pgerrors import LIBRARY_STATE, translate_error
from .scope import Scope

ResultSet = tuple[Sequence[ResultColumn], list[Any]]
# Errors of conversions from text that may be 8114 here.
_UNKNOWN = frozenset((235, 241, 242, 244, 248, 295, 8169))


class InsertStatements(Execution):
    def do_insert(self, statement: nodes.Insert) -> Iterator[Event]:
        if statement.execute is None:
            yield from self.do_query(statement)
        else:
            yield from self._insert_exec(statement, statement.execute)

    def _insert_exec(self, statement: nodes.Insert, execute: nodes.Execute) -> Iterator[Event]:
        """:raises SqlServerError: 483 OUTPUT, 8164 nested, 213 another number of columns."""
        session = self.session
        if statement.output:
            raise SqlServerError(483)
        if session.inserting is not None:
            raise SqlServerError(8164)
        self._check_target(statement)
        session.inserting = session.transactions.count
        writes = session.writes
        try:
            sets: list[ResultSet] = []
            for event in self.do_execute(execute):
                if isinstance(event, Columns):
                    sets.append((event.columns, []))
                elif isinstance(event, Rows):
                    sets[-1][1].extend(event.rows)
                elif not isinstance(event, (Done, ReturnStatus)):
                    yield event
        finally:
            session.inserting = None
        changed = session.writes != writes
        try:
            count = self._insert_sets(statement, sets)
        except (SqlServerError, psycopg.Error) as fault:
            if changed:  # the changes would have to be undone as well
                raise NotSupported("INSERT ... EXEC that fails after the procedure changed something") from None
            raise self._of_value(fault) from None
        session.rowcount = count
        yield Done(None if session.settings.nocount else count, COMMANDS["insert"])

    def _of_value(self, fault: Exception) -> Exception:
        """The error for a value of a result set, of which the compiler knew nothing: 8114 in place of 245.

        Source: probes of SQL Server 2025, RyanLamansky/sql-server-simulator dml.md (INSERT ... EXEC).
        """
        if not isinstance(fault, psycopg.Error) or fault.sqlstate != LIBRARY_STATE:
            return fault
        self.session.transactions.undo_statement()
        error = translate_error(fault, self.session.object_lookup(), "INSERT")
        if error.number in _UNKNOWN:
            return NotSupported("INSERT ... EXEC of a value that does not convert")
        if error.number != 245:
            return error
        return SqlServerError(8114, source=error.values["source"], target=error.values["target"])

    def _check_target(self, statement: nodes.Insert) -> None:
        name = statement.target.name
        table = self.session.catalog.table(name.parts[-2] if len(name.parts) > 1 else None, name.parts[-1])
        if table is not None and table.triggers:
            raise NotSupported("INSERT ... EXEC into a table with triggers")
        if statement.ctes or statement.top is not None:
            raise NotSupported("INSERT ... EXEC with WITH or TOP")

    def _insert_sets(self, statement: nodes.Insert, sets: list[ResultSet]) -> int:
        count = 0
        with self.session.transactions.atomic():
            for columns, rows in sets:
                names = [f"@v{number}" for number in range(len(columns))]
                insert = replace(statement, execute=None, rows=[[nodes.Variable(name) for name in names]])
                parsed = Parsed(nodes.Batch([insert]), False)
                for row in rows:
                    self._insert_row(insert, parsed, list(zip(names, columns, row)))
                count += len(rows)
        return count

    def _insert_row(self, insert: nodes.Insert, parsed: Parsed, values: list[tuple[Any, ...]]) -> None:
        scope = Scope(level=1)
        for name, column, value in values:
            scope.declare(name, column.type, value)
        interpreter = self.session.interpreter(scope, parsed)
        try:
            for _event in interpreter.do_query(insert):
                pass
        except SqlServerError as error:
            if error.number not in (109, 110, 213):
                raise
            raise SqlServerError(213, state=7) from None
        if scope.identity is not None:
            self.scope.identity = scope.identity
