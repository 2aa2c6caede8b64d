"""Errors after rows: before a run-time error the client has got the columns, and of a query the rows up to it.

A server sends COLMETADATA when the statement starts, rows as they are read, and the error where it occurs:
MS-TDS 2.2.7 (tabular results), https://learn.microsoft.com/sql/t-sql/language-elements/try-catch-transact-sql. The
engine returns whole results; after an error the query runs again, row by row up to it.
"""

from typing import Any, Iterator

import psycopg

from .. import translate
from ..interface import Columns, Done, Event, Rows
from ..types.typenames import rows_decoder
from . import pgerrors

_CHUNK = 500


def before(fault: psycopg.Error, plan: translate.Plan, arguments: list[Any], session: Any) -> Iterator[Event]:
    """The events that the client sees before an error.

    :param arguments: the plan's, in the engine's form.
    """
    if not plan.columns or plan.kind not in ("select", "insert", "update", "delete", "merge"):
        return
    if session.connection.closed or pgerrors.is_refusal(fault):
        return
    yield Columns(plan.columns)
    count = 0
    if plan.kind == "select" and not plan.before and pgerrors.is_of_data(fault):
        session.transactions.undo_statement()
        for event in _rows(plan, arguments, session):
            count += len(event.rows)
            yield event
    if session.tries:
        # End the partial result set; CATCH follows.
        yield Done(count, error=True)


def _rows(plan: translate.Plan, arguments: list[Any], session: Any) -> Iterator[Rows]:
    decode = rows_decoder([column.type for column in plan.columns])
    chunk: list[tuple[Any, ...]] = []
    limit = session.settings.rowcount
    # A sort would raise the error before the first row; an index returns the rows in order, one by one.
    session.connection.execute("SET enable_sort = off")
    try:
        for number, row in enumerate(session.cursor.stream(plan.sql, arguments)):
            chunk.append(row)
            if len(chunk) == _CHUNK:
                yield Rows(decode(chunk))
                chunk = []
            if number + 1 == limit:
                break
    except psycopg.Error:
        pass
    session.transactions.undo_statement()
    session.connection.execute("RESET enable_sort")
    if chunk:
        yield Rows(decode(chunk))
