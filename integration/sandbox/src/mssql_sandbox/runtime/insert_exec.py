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
from .scope import Scope

ResultSet = tuple[Sequence[ResultColumn], list[Any]]


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
        except (SqlServerError, psycopg.Error):
            if changed:  # the changes would have to be undone as well
                raise NotSupported("INSERT ... EXEC that fails after the procedure changed something") from None
            raise
        session.rowcount = count
        yield Done(None if session.settings.nocount else count, COMMANDS["insert"])

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
            if error.number not in (109, 110):
                raise
            raise SqlServerError(213, state=7) from None
        if scope.identity is not None:
            self.scope.identity = scope.identity
