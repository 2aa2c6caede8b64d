"""Triggers: run once per statement that changes their table, AFTER or INSTEAD OF it.

The engine's statement triggers copy the changed rows (``ms.capture``,
engine/sql/catalog_1_tables.sql) and note the event; the T-SQL bodies run
here, with ``inserted`` and ``deleted`` as the copies.
"""

import itertools
from dataclasses import replace
from typing import Any, Iterator

from psycopg.pq import TransactionStatus

from ..catalog.model import Table
from ..ddl.modules import check_instead
from ..errors import NotSupported, SqlServerError
from ..interface import Done, Event
from ..syntax import nodes
from .parsed import Parsed
from .scope import MAX_NESTING, ReturnFromScope, Scope

CHANGES = ("insert", "update", "delete", "merge")
_copies = itertools.count(1)


def run_with_triggers(interpreter: Any, change: Any) -> Iterator[Event]:
    """Run a data change and the triggers that it fires as one statement.

    :param change: a function that runs the change and returns its events.
    :raises SqlServerError: 3609 when a trigger ended the transaction.
    """
    session = interpreter.session
    transactions = session.transactions
    own = not transactions.count
    if own:
        # A trigger always runs in a transaction: at least the statement's.
        transactions.begin()
    try:
        transactions.before_statement()
        events = change()
        count, identity = session.rowcount, interpreter.scope.identity
        for table_id, event, instead in _take_fired(session):
            if instead:
                count = session.query(f"select count(*) from pg_temp.g{table_id}_{event.lower()}_{_changed(event)}")[0][
                    0
                ]
                events = [replace(e, count=count) if isinstance(e, Done) and e.count is not None else e for e in events]
                yield from _fire_instead(interpreter, table_id, event)
            else:
                yield from _fire(interpreter, table_id, event)
        session.rowcount, interpreter.scope.identity = count, identity
    except BaseException:
        if own and transactions.count:
            transactions.rollback()
        raise
    if own:
        transactions.commit()
    yield from events


def _changed(event: str) -> str:
    return "d" if event == "DELETE" else "i"


def _take_fired(session: Any) -> list[tuple[int, str, bool]]:
    """(table id, INSERT | UPDATE | DELETE, INSTEAD OF) in the order noted by the engine."""
    noted = session.query("select current_setting('ms.fired', true), set_config('ms.fired', '', false)")[0][0] or ""
    parts = (part.split(":") for part in noted.split(",") if part)
    return [(int(part[0]), part[1], len(part) > 2) for part in parts]


def _fire_instead(interpreter: Any, table_id: int, event: str) -> Iterator[Event]:
    """Run an INSTEAD OF trigger; its own changes of the table do not fire it again."""
    session = interpreter.session
    table = session.catalog.table_by_id(table_id)
    check_instead(table, event)
    required = [c.physical for c in table.columns if not c.nullable]
    if event != "DELETE" and required:
        missing = " or ".join(f"{column} is null" for column in required)
        if session.query(f"select exists (select from pg_temp.g{table_id}_{event.lower()}_i where {missing})")[0][0]:
            raise NotSupported("NULL for a NOT NULL column of a table with an INSTEAD OF trigger")
    before = session.query("select coalesce(current_setting('ms.instead_running', true), '')")[0][0]
    session.query("select set_config('ms.instead_running', $1, false)", (f"{before or ','}{table_id}:{event},",))
    try:
        yield from _fire(interpreter, table_id, event, instead=True)
    finally:
        if session.connection.info.transaction_status != TransactionStatus.INERROR:
            session.query("select set_config('ms.instead_running', $1, false)", (before,))


def _fire(interpreter: Any, table_id: int, event: str, *, instead: bool = False) -> Iterator[Event]:
    session = interpreter.session
    rows = session.query(
        "select t.object_id, o.name, m.definition from ms.triggers t join ms.objects o using (object_id)"
        " join ms.modules m using (object_id) where t.parent_object_id = $1 and t.is_disabled = 0"
        " and $2 = any(t.events) and t.is_instead_of = $3 order by t.object_id",
        (table_id, event, int(instead)),
    )
    rows = [row for row in rows if row[0] not in session.running_triggers]  # RECURSIVE_TRIGGERS is OFF
    if len(rows) > 1 and instead:
        raise NotSupported("several INSTEAD OF triggers for one event")
    table = session.catalog.table_by_id(table_id)
    number = next(_copies)
    captured = {name: f"g{table_id}_{event.lower()}_{name[0]}" for name in ("inserted", "deleted")}
    for name, copied in captured.items():
        session.connection.execute(f"alter table pg_temp.{copied} rename to {copied}{number}")
        captured[name] = f"{copied}{number}"
    try:
        for trigger_id, name, definition in rows:
            yield from _run(interpreter, trigger_id, name, definition, table, captured)
    finally:
        if session.transactions.count:
            session.connection.execute(f"drop table if exists {', '.join('pg_temp.' + c for c in captured.values())}")


def _run(
    interpreter: Any, trigger_id: int, name: str, definition: str, table: Table, captured: dict[str, str]
) -> Iterator[Event]:
    session = interpreter.session
    module = session.parse_module(definition)
    scope = Scope(parent=interpreter.scope, level=interpreter.scope.level + 1, procedure=name)
    if scope.level > MAX_NESTING:
        raise SqlServerError(217)
    session.running_triggers.append(trigger_id)
    level = session.transactions.count
    plain = tuple(replace(column, identity=None, computed=None) for column in table.columns)
    with session.catalog.standing_for(
        {kind: replace(table, kind="temp", physical=f"pg_temp.{copied}", columns=plain, indexes=(), triggers=(), instead=(),
                       by_name={})
         for kind, copied in captured.items()}
    ):  # fmt: skip
        try:
            with session.lending_settings(QUOTED_IDENTIFIER=True, XACT_ABORT=True):  # the latter is the default there
                yield from session.interpreter(scope, Parsed(nodes.Batch(module.body), False)).run(module.body)
        except ReturnFromScope:
            pass
        finally:
            session.running_triggers.pop()
            for created in scope.created:
                session.catalog.drop_temporary(created)
    if session.transactions.doomed:
        raise SqlServerError(3616)
    if session.transactions.count < level:
        raise SqlServerError(3609)
