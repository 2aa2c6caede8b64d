"""DONE rules: what a client counts on when it reads a response."""

from __future__ import annotations

import struct
from types import SimpleNamespace

import pytest

from mssql_sandbox import sqltypes as t
from mssql_sandbox.errors import SqlServerError
from mssql_sandbox.interface import (
    Columns,
    Done,
    EnvChange,
    Error,
    Info,
    ResultColumn,
    ReturnStatus,
    ReturnValue,
    Rows,
)
from mssql_sandbox.wire import tokens
from mssql_sandbox.wire.response import Response

MORE, ERROR, IN_TRANSACTION, COUNT, ATTENTION, BATCH, SERVER_ERROR = 1, 2, 4, 0x10, 0x20, 0x80, 0x100
TABLE = [Columns([ResultColumn("a", t.INT)]), Rows([[1], [2]])]


def parse(buffer):
    """(token, status, count) of the DONE tokens, and the names of the others, in order."""
    data, position, names = bytes(buffer), 0, []
    while position < len(data):
        token = data[position]
        position += 1
        if token in (0xFD, 0xFE, 0xFF):
            status, _, count = struct.unpack_from("<HHQ", data, position)
            names.append(({0xFD: "done", 0xFE: "doneproc", 0xFF: "doneinproc"}[token], status, count))
            position += 12
        elif token in (0xA9, 0xAA, 0xAB, 0xE3):
            names.append({0xA9: "order", 0xAA: "error", 0xAB: "info", 0xE3: "envchange"}[token])
            position += 2 + struct.unpack_from("<H", data, position)[0]
        elif token == 0x79:
            names.append("returnstatus")
            position += 4
        elif token == 0x81:
            names.append("columns")
            position += 2 + 4 + 2 + 2 + 1 + 2
        elif token == 0xD1:
            names.append("row")
            position += 5
        elif token == 0xAC:
            names.append("returnvalue")
            position += 2 + 1 + 2 * len("@h") + 1 + 4 + 2 + 2 + 5
        else:
            raise AssertionError(f"token {token:#x} at {position}")
    return names


class Play:
    def __init__(self, in_transaction=False):
        self.cancelled = False
        self.session = SimpleNamespace(in_transaction=in_transaction)
        self.response = Response(self.session, "S", lambda buffer: None, lambda: self.cancelled)

    def batch(self, *events):
        self.response.batch(iter(events))
        return parse(self.response.finish())

    def rpc(self, *calls):
        for index, events in enumerate(calls):
            self.response.rpc(iter(events), index == len(calls) - 1)
        return parse(self.response.finish())


def test_batch_without_results_ends_with_one_done():
    assert Play().batch() == [("done", 0, 0)]
    assert Play().batch(Done(), Done(command=0xD4), Done()) == [("done", 0, 0)]


def test_each_count_has_its_done_and_only_the_last_has_no_more():
    assert Play().batch(Done(3, 0xC3), Done(0, 0xC5)) == [("done", COUNT | MORE, 3), ("done", COUNT, 0)]


def test_statements_without_count_are_folded_into_the_last_done():
    assert Play().batch(Done(3, 0xC3), Done()) == [("done", COUNT, 3)]


def test_result_set():
    assert Play().batch(*TABLE, Done(2, 0xC1)) == ["columns", "row", "row", ("done", COUNT, 2)]


def test_result_set_under_nocount_ends_with_a_done_without_count():
    events = Play().batch(*TABLE, Done(command=0xC1), *TABLE, Done())
    assert events == ["columns", "row", "row", ("done", MORE, 0), "columns", "row", "row", ("done", 0, 0)]


def test_nothing_follows_the_final_done():
    assert Play().batch(Done(3), Info(0, "x")) == [("done", COUNT | MORE, 3), "info", ("done", 0, 0)]
    assert Play().batch(Done(3), EnvChange("commit", old=5)) == [
        ("done", COUNT | MORE, 3), "envchange", ("done", 0, 0)
    ]  # fmt: skip


def test_error_marks_its_done():
    events = Play().batch(Error(547, "no"), Info(3621, "terminated"), Done(error=True), Done(1))
    assert events == ["error", "info", ("done", ERROR | MORE, 0), ("done", COUNT, 1)]
    assert Play().batch(Done(3), Error(547, "no")) == [("done", COUNT | MORE, 3), "error", ("done", ERROR, 0)]


def test_error_after_rows():
    assert Play().batch(*TABLE, Error(8134, "zero"), Done(error=True)) == [
        "columns", "row", "row", "error", ("done", ERROR, 0)
    ]  # fmt: skip


def test_open_transaction_is_told():
    assert Play(in_transaction=True).batch(Done(1)) == [("done", COUNT | IN_TRANSACTION, 1)]


def test_rpc():
    events = Play().rpc([*TABLE, Done(2, 0xC1), ReturnStatus(0), ReturnValue("@h", 0, t.INT, 7)])
    assert events == [
        "columns", "row", "row", ("doneinproc", COUNT | MORE, 2), "returnstatus", "returnvalue", ("doneproc", 0, 0)
    ]  # fmt: skip


def test_rpc_without_results():
    assert Play().rpc([Done(), ReturnStatus(0)]) == ["returnstatus", ("doneproc", 0, 0)]


def test_rpc_error():
    assert Play().rpc([Error(8134, "zero"), Done(error=True), ReturnStatus(-6)]) == [
        "error", ("doneinproc", ERROR | MORE, 0), "returnstatus", ("doneproc", 0, 0)
    ]  # fmt: skip
    assert Play().rpc([Error(2812, "unknown")]) == ["error", ("doneproc", ERROR, 0)]


def test_rpc_that_forgets_the_done_of_its_rows():
    assert Play().rpc([*TABLE]) == ["columns", "row", "row", ("doneinproc", MORE, 0), ("doneproc", 0, 0)]


def test_several_rpc_in_one_message():
    call = [Done(1, 0xC3), ReturnStatus(0)]
    assert Play().rpc(call, call) == [
        ("doneinproc", COUNT | MORE, 1), "returnstatus", ("doneproc", MORE | BATCH, 0),
        ("doneinproc", COUNT | MORE, 1), "returnstatus", ("doneproc", 0, 0),
    ]  # fmt: skip


def test_procedure_inside_a_batch_has_its_doneproc():
    assert Play().batch(Done(1), ReturnStatus(0)) == [
        ("done", COUNT | MORE, 1), "returnstatus", ("doneproc", 0, 0)
    ]  # fmt: skip


def test_severity_20_ends_the_response():
    play = Play()
    events = play.batch(Error(50000, "end", 20), Done(5))
    assert events == ["error", ("done", ERROR | SERVER_ERROR, 0)]
    assert play.response.fatal


def test_attention_is_acknowledged_last_and_rows_stop():
    play = Play()

    def events():
        yield from TABLE
        play.cancelled = True
        yield Rows([[3]])
        yield Error(0, "cancelled")
        yield EnvChange("rollback", old=5)
        yield Done(3)

    play.response.batch(events())
    assert parse(play.response.finish_attention()) == [
        "columns", "row", "row", "envchange", ("done", MORE, 0), ("done", ATTENTION, 0)
    ]  # fmt: skip


def test_errors_raised_by_the_session():
    def events():
        yield Done(1)
        raise SqlServerError(208, name="x")

    assert Play().batch(*[]) == [("done", 0, 0)]
    play = Play()
    play.response.batch(events())
    assert parse(play.response.finish()) == [("done", COUNT | MORE, 1), "error", ("done", ERROR, 0)]


def test_defects_become_errors_and_are_traced(capsys):
    play = Play()
    play.response.batch(iter([Rows([[1]])]))
    assert parse(play.response.finish()) == ["error", ("done", ERROR, 0)]
    assert "rows without columns" in capsys.readouterr().err


def test_a_generator_is_closed_when_its_row_cannot_be_sent(capsys):
    closed = []

    def events():
        try:
            yield Columns([ResultColumn("a", t.INT)])
            yield Rows([[2**40]])
        finally:
            closed.append(True)

    play = Play()
    play.response.batch(events())
    assert closed
    assert parse(play.response.finish())[-2:] == ["error", ("done", ERROR, 0)]


def test_reset_comes_first_and_once():
    play = Play()
    play.response.reset(iter([EnvChange("rollback", old=1), EnvChange("reset"), Done()]))
    assert play.batch(Done(1)) == ["envchange", "envchange", ("done", COUNT, 1)]
    play = Play()
    play.response.reset(iter([]))
    assert play.batch() == ["envchange", ("done", 0, 0)]


@pytest.mark.parametrize("kind", ["database", "language", "begin", "commit", "rollback", "reset", "collation"])
def test_every_environment_change(kind):
    values = {"begin": (5, None), "commit": (None, 5), "rollback": (None, 5), "reset": (None, None)}
    new, old = values.get(kind, (t.DEFAULT_COLLATION, None))
    assert Play().batch(EnvChange(kind, new, old)) == ["envchange", ("done", 0, 0)]


def test_severity_10_reaches_the_client_as_0():
    severities = [tokens.message(tokens.INFO, 1945, "", severity, 1, 1, "S")[8] for severity in (0, 9, 10, 11)]
    assert severities == [0, 9, 0, 11]
    assert tokens.message(tokens.INFO, 1945, "", 9, 1, 1, "S")[3:9] == struct.pack("<iBB", 1945, 1, 9)
