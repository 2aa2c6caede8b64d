"""A scripted server for the tests of the wire layer; run as a program, it serves until stdin closes.

It understands a handful of statements by their text and knows no SQL.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import uuid
from decimal import Decimal

from mssql_sandbox import sqltypes as t
from mssql_sandbox.errors import SqlServerError
from mssql_sandbox.interface import (
    Columns,
    Done,
    EnvChange,
    Error,
    Info,
    Login,
    Parameter,
    ResultColumn,
    ReturnStatus,
    ReturnValue,
    Rows,
)
from mssql_sandbox.sqltypes import MAX, SqlType

PASSWORD = "Wire-test-1"
TOKEN = "a token"
DAY = 864_000_000_000


def ticks(days: int, hours: int = 0, minutes: int = 0, seconds: int = 0, fraction: int = 0) -> int:
    return days * DAY + ((hours * 60 + minutes) * 60 + seconds) * 10_000_000 + fraction


TODAY = 739_000  # 2024-04-26
LAST = 3_652_058

# name, type, values: typical, least or empty, greatest
TYPES = [
    ("bit", t.BIT, [1, 0, 1]),
    ("tinyint", t.TINYINT, [7, 0, 255]),
    ("smallint", t.SMALLINT, [-7, -(2**15), 2**15 - 1]),
    ("int", t.INT, [42, -(2**31), 2**31 - 1]),
    ("bigint", t.BIGINT, [4_000_000_000, -(2**63), 2**63 - 1]),
    ("real", t.REAL, [0.5, -3.4028234663852886e38, 3.4028234663852886e38]),
    ("float", t.FLOAT, [0.1, -1.7976931348623157e308, 5e-324]),
    ("decimal5", t.decimal(5, 2), [Decimal("1.50"), Decimal("-999.99"), Decimal("999.99")]),
    ("decimal38", t.decimal(38, 10), [Decimal("0.0000000001"), Decimal("-" + "9" * 28 + "." + "9" * 10), Decimal(0)]),
    ("money", t.MONEY, [Decimal("1.2345"), Decimal("-922337203685477.5808"), Decimal("922337203685477.5807")]),
    ("smallmoney", t.SMALLMONEY, [Decimal("1.2345"), Decimal("-214748.3648"), Decimal("214748.3647")]),
    ("date", t.DATE, [TODAY, 0, LAST]),
    ("time7", t.TIME, [ticks(0, 1, 2, 3, 1_234_560), 0, DAY - 10]),
    ("time0", SqlType("time", scale=0), [ticks(0, 1, 2, 3), 0, ticks(0, 23, 59, 59)]),
    ("datetime2_7", t.DATETIME2, [ticks(TODAY, 1, 2, 3, 1_234_560), 0, ticks(LAST, 23, 59, 59, 9_999_990)]),
    ("datetime2_3", SqlType("datetime2", scale=3), [ticks(TODAY, 1, 2, 3, 1_230_000), 0, ticks(LAST, 23)]),
    ("datetime", t.DATETIME, [ticks(TODAY, 1, 2, 3, 1_233_333), ticks(639_905), ticks(LAST, 23, 59, 59, 9_966_667)]),
    ("smalldatetime", t.SMALLDATETIME, [ticks(TODAY, 1, 2), ticks(693_595), ticks(759_130, 23, 59)]),
    ("datetimeoffset", t.DATETIMEOFFSET, [(ticks(TODAY, 1, 2, 3, 1_234_560), 90), (ticks(1), -840), (ticks(LAST), 0)]),
    ("uniqueidentifier", t.UNIQUEIDENTIFIER, [uuid.UUID(int=2**100 + 7), uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)]),
    ("char10", SqlType("char", length=10, collation=t.DEFAULT_COLLATION), ["abc", "", "0123456789"]),
    ("varchar20", t.varchar(20), ["caf\u00e9", "", "\u20ac" * 20]),
    ("varchar_utf8", t.varchar(40, "Latin1_General_100_CI_AS_SC_UTF8"), ["\u4e2d\u6587", "", "x" * 40]),
    ("nchar10", SqlType("nchar", length=10, collation=t.DEFAULT_COLLATION), ["\u4e2d", "", "0123456789"]),
    ("nvarchar20", t.nvarchar(20), ["\u4e2d\u6587 \U0001f600", "", "y" * 20]),
    ("nvarchar_max", t.nvarchar(MAX), ["long " * 2000, "", "\U0001f600" * 3000]),
    ("varchar_max", t.varchar(MAX), ["long " * 2000, "", "\u00e9" * 3000]),
    ("ntext", SqlType("ntext", collation=t.DEFAULT_COLLATION), ["\u4e2d" * 50, "", "z" * 9000]),
    ("text", SqlType("text", collation=t.DEFAULT_COLLATION), ["\u00e9" * 50, "", "z" * 9000]),
    ("binary4", SqlType("binary", length=4), [b"\1\2", b"", b"\xff" * 4]),
    ("varbinary8", t.varbinary(8), [b"\0\1", b"", b"\xff" * 8]),
    ("varbinary_max", t.varbinary(MAX), [bytes(range(256)) * 40, b"", b"\xff" * 9000]),
    ("image", SqlType("image"), [b"\1\2\3", b"", b"\xff" * 9000]),
    ("xml", SqlType("xml"), ["<a>\u4e2d</a>", "", "<b/>"]),
    ("json", SqlType("json"), ['{"a": 1}', "[]", "null"]),
]  # fmt: skip

COLUMNS = [ResultColumn(name, sqltype) for name, sqltype, _ in TYPES]
TYPE_ROWS = [[values[index] for _, _, values in TYPES] for index in range(3)] + [[None] * len(TYPES)]


class FakeSession:
    def __init__(self, spid: int, server: FakeServer, login: Login) -> None:
        self.spid = spid
        self.database = login.database or "master"
        self.in_transaction = False
        self.transaction_descriptor = 0
        self._server = server
        self._login = login
        self._stop = threading.Event()
        self._handles: dict[int, str] = {}
        self._next_handle = 1
        self._bulk: list = []

    # ---- interface -------------------------------------------------------------------

    def execute_batch(self, text):
        self._stop.clear()
        yield from self._statements(text, [])

    def execute_rpc(self, procedure, parameters):
        self._stop.clear()
        name = procedure.lower().rpartition(".")[2]
        handler = getattr(self, f"_rpc_{name}", None)
        if handler is None:
            yield Error(2812, f"Could not find stored procedure '{procedure}'.", 16, 62)
            return
        yield from handler(list(parameters))

    def transaction_request(self, request, name, isolation, begin_again):
        if request == "begin":
            yield from self._begin()
        elif request in ("commit", "rollback"):
            yield from self._end(request)
            if begin_again:
                yield from self._begin()
        yield Done()

    def bulk_load(self, columns, rows):
        self._bulk = [list(row) for row in rows]
        self._bulk_columns = list(columns)
        yield Done(len(self._bulk), 0xF0)

    def reset(self, keep_transaction):
        if self.in_transaction and not keep_transaction:
            yield from self._end("rollback")
        yield EnvChange("reset")

    def cancel(self):
        self._stop.set()

    def close(self):
        self._stop.set()
        self._server.sessions.discard(self)

    # ---- transactions ----------------------------------------------------------------

    def _begin(self):
        self.in_transaction = True
        self.transaction_descriptor = self._server.next_descriptor()
        yield EnvChange("begin", new=self.transaction_descriptor)

    def _end(self, kind):
        old, self.transaction_descriptor = self.transaction_descriptor, 0
        self.in_transaction = False
        yield EnvChange(kind, old=old)

    # ---- statements ------------------------------------------------------------------

    def _statements(self, text: str, parameters: list[Parameter]):
        for statement in text.split(";"):
            if statement.strip():
                yield from self._statement(statement.strip(), parameters)

    def _statement(self, text: str, parameters: list[Parameter]):
        """What the first pattern of the script that fits says."""
        for pattern, answer in _SCRIPT.items():
            if match := re.match(pattern, text, re.IGNORECASE | re.DOTALL):
                yield from answer(self, match, parameters)
                return
        yield Done()

    def _sleep(self, match, parameters):
        if not self._stop.wait(int(match[1])):
            yield Done()

    def _error(self, match, parameters):
        yield Error(int(match[1]), "The script says no.", int(match[2]))
        yield Done(error=True)

    def _print(self, match, parameters):
        yield Info(0, match[1])
        yield Done()

    def _all_types(self, match, parameters):
        yield Columns(COLUMNS)
        yield Rows(TYPE_ROWS)
        yield Done(len(TYPE_ROWS), 0xC1)

    def _variants(self, match, parameters):
        values = [1, 2**40, "\u4e2d", b"\1", Decimal("1.25"), 0.5, uuid.UUID(int=5), None]
        yield from self._table([("v", SqlType("sql_variant"))], [[value] for value in values])

    def _bulk_rows(self, match, parameters):
        yield from self._table([(column.name, column.type) for column in self._bulk_columns], self._bulk)

    def _login_facts(self, match, parameters):
        login = self._login
        facts = [login.user, login.database, login.application, login.host, str(login.read_only_intent)]
        yield from self._table([(f"c{i}", t.nvarchar(128)) for i in range(5)], [facts])

    def _defect(self, match, parameters):
        raise ZeroDivisionError("a defect")

    def _echo(self, match, parameters):
        columns = [(p.name or f"p{i}", p.type) for i, p in enumerate(parameters)]
        yield from self._table(columns, [[p.value for p in parameters]])

    def _begin_transaction(self, match, parameters):
        yield from self._begin()
        yield Done(command=0xD4)

    def _end_transaction(self, match, parameters):
        if self.in_transaction:
            yield from self._end(match[1].lower())
        yield Done(command=0xD5)

    def _table(self, columns, rows):
        yield Columns([ResultColumn(name, sqltype) for name, sqltype in columns])
        yield Rows(rows)
        yield Done(len(rows), 0xC1)

    def _many_rows(self, count: int):
        yield Columns([ResultColumn("i", t.INT), ResultColumn("s", t.nvarchar(100))])
        for start in range(0, count, 1000):
            if self._stop.is_set():
                return
            yield Rows([[i, f"row {i}"] for i in range(start, min(start + 1000, count))])
        yield Done(count, 0xC1)

    # ---- procedures --------------------------------------------------------------------

    def _rpc_sp_executesql(self, parameters):
        yield from self._statements(parameters[0].value, parameters[2:])
        yield ReturnStatus(0)

    def _rpc_sp_prepexec(self, parameters):
        handle = self._prepare(parameters[2].value)
        yield from self._statements(parameters[2].value, parameters[3:])
        yield ReturnStatus(0)
        yield ReturnValue("", 0, t.INT, handle)

    def _rpc_sp_prepare(self, parameters):
        handle = self._prepare(parameters[2].value)
        yield ReturnStatus(0)
        yield ReturnValue("", 0, t.INT, handle)

    def _prepare(self, text: str) -> int:
        handle, self._next_handle = self._next_handle, self._next_handle + 1
        self._handles[handle] = text
        return handle

    def _rpc_sp_execute(self, parameters):
        handle = parameters[0].value
        if handle not in self._handles:
            yield Error(8179, f"Could not find prepared statement with handle {handle}.")
            return
        yield from self._statements(self._handles[handle], parameters[1:])
        yield ReturnStatus(0)

    def _rpc_sp_unprepare(self, parameters):
        self._handles.pop(parameters[0].value, None)
        yield ReturnStatus(0)

    def _rpc_sp_describe_undeclared_parameters(self, parameters):
        yield Error(11503, "The parameters of the script are not described.")
        yield ReturnStatus(0)

    def _rpc_sp_datatype_info_100(self, parameters):
        columns = [("TYPE_NAME", t.nvarchar(128)), ("DATA_TYPE", t.SMALLINT), ("PRECISION", t.INT)]
        rows = {12: ["varchar", 12, 8000], -9: ["nvarchar", -9, 4000], -3: ["varbinary", -3, 8000]}
        row = rows.get(parameters[0].value, ["datetime2", 93, 27])
        yield from self._table(columns, [row])
        yield ReturnStatus(0)

    def _rpc_give_back(self, parameters):
        yield ReturnStatus(7)
        for ordinal, parameter in enumerate(parameters):
            if parameter.output:
                yield ReturnValue(parameter.name, ordinal, parameter.type, parameter.value)


# Pattern of a whole batch -> what answers it; the first that fits counts.
_SCRIPT = {
    r"rows (\d+)$": lambda session, match, _: session._many_rows(int(match[1])),
    r"sleep (\d+)$": FakeSession._sleep,
    r"error (\d+) (\d+)$": FakeSession._error,
    r"print (.*)$": FakeSession._print,
    r"long (\d+)$": lambda session, match, _: session._table([("v", t.nvarchar(MAX))], [["\u4e2d" * int(match[1])]]),
    r"(insert|update|delete)\b(?! bulk)": lambda *_: [Done(3, 0xC3)],
    r"select 1\Z": lambda session, *_: session._table([("", t.INT)], [[1]]),
    r"select all types\Z": FakeSession._all_types,
    r"select nothing\Z": lambda session, *_: session._table([("a", t.INT), ("b", t.nvarchar(10))], []),
    r"select variants\Z": FakeSession._variants,
    r"select overflow\Z": lambda session, *_: session._table([("v", t.TINYINT)], [[1], [256]]),
    r"select bulk\Z": FakeSession._bulk_rows,
    r"select sessions\Z": lambda session, *_: session._table([("n", t.INT)], [[len(session._server.sessions)]]),
    r"select login\Z": FakeSession._login_facts,
    r"raise\Z": FakeSession._defect,
    r".*@p|echo": FakeSession._echo,
    r"begin tran": FakeSession._begin_transaction,
    r"(commit|rollback)": FakeSession._end_transaction,
}


class FakeServer:
    federation = None

    version = (16, 0, 4185, 3)
    name = "FAKE"

    def __init__(self) -> None:
        self.sessions: set[FakeSession] = set()
        self._lock = threading.Lock()
        self._spid = 50
        self._descriptor = 0

    def next_descriptor(self) -> int:
        with self._lock:
            self._descriptor += 1
            return self._descriptor

    def login(self, login: Login):
        if login.access_token is not None:
            accepted = login.access_token == TOKEN
        else:
            accepted = login.user == "sa" and login.password == PASSWORD
        if not accepted:
            raise SqlServerError(18456, user=login.user, reason="")
        database = login.database or "master"
        if database == "missing":
            raise SqlServerError(4060, database=database)
        with self._lock:
            self._spid += 1
            session = FakeSession(self._spid, self, login)
            self.sessions.add(session)
        events = [
            EnvChange("database", database, "master"),
            Info(5701, f"Changed database context to '{database}'.", 10, 2),
            EnvChange("language", "us_english", ""),
            Info(5703, "Changed language setting to us_english.", 10, 1),
        ]
        return session, events


def main() -> None:
    from mssql_sandbox.wire.server import Listener

    listener = Listener(FakeServer(), journal=sys.argv[1])
    print(json.dumps({"port": listener.port, "certificate": listener.certificate}), flush=True)
    sys.stdin.read()
    listener.close()


if __name__ == "__main__":
    main()
