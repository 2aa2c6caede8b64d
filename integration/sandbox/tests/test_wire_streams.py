"""The tokens of whole batches, from the text to the stream.

Sources: MS-TDS 2.2.7.6 to 2.2.7.8 (DONE, DONEINPROC, DONEPROC), 2.2.7.17 (ORDER), 2.2.7.18 (RETURNSTATUS).
"""

from __future__ import annotations

import pytest
from ddl_support import Client
from test_wire_response import parse

from mssql_sandbox.wire.response import Response

MORE, ERROR, COUNT = 1, 2, 0x10
ROW = ["columns", "row"]
INSIDE, AFTER, LAST = ("doneinproc", COUNT | MORE, 1), ("doneproc", MORE, 0), ("doneproc", 0, 0)
SETUP = (
    "CREATE TABLE #i (a int)",
    "CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 2)",
    "CREATE PROCEDURE p AS SELECT a FROM t; RETURN 7",
    "CREATE PROCEDURE outer_p AS EXEC p; UPDATE t SET a = 1",
    "CREATE PROCEDURE broken AS SELECT a FROM nosuch",
    "CREATE PROCEDURE quiet AS SET NOCOUNT ON; UPDATE t SET a = 1",
)
STREAMS = [
    ("EXEC p", [*ROW, INSIDE, "returnstatus", LAST]),
    ("EXEC p; SELECT a FROM t", [*ROW, INSIDE, "returnstatus", AFTER, *ROW, ("done", COUNT, 1)]),
    ("EXEC outer_p", [*ROW, INSIDE, INSIDE, "returnstatus", LAST]),
    ("EXEC quiet", ["returnstatus", LAST]),
    ("EXEC sp_executesql N'SELECT a FROM t'", [*ROW, INSIDE, "returnstatus", LAST]),
    ("EXEC broken", ["error", ("doneinproc", ERROR | MORE, 0), ("doneproc", ERROR, 0)]),
    ("EXEC nosuch", ["error", ("done", ERROR, 0)]),
    ("INSERT INTO #i EXEC p", [("done", COUNT, 1)]),
    ("SELECT a FROM t ORDER BY a", ["columns", "order", "row", ("done", COUNT, 1)]),
    ("SELECT a FROM t ORDER BY 1 DESC", ["columns", "order", "row", ("done", COUNT, 1)]),
    ("SELECT DISTINCT a FROM t ORDER BY a", ["columns", "order", "row", ("done", COUNT, 1)]),
    ("SELECT a FROM t UNION SELECT a FROM t ORDER BY a", ["columns", "order", "row", ("done", COUNT, 1)]),
    ("WITH c AS (SELECT a FROM t) SELECT a FROM c ORDER BY a", ["columns", "order", "row", ("done", COUNT, 1)]),
    ("SELECT a FROM t ORDER BY b", ["columns", "row", ("done", COUNT, 1)]),
    ("SELECT a FROM t", ["columns", "row", ("done", COUNT, 1)]),
    ("PRINT 'x'; SELECT a FROM t", ["info", ("done", MORE, 0), *ROW, ("done", COUNT, 1)]),
    ("RAISERROR('x', 10, 1)", ["info", ("done", 0, 0)]),
]


@pytest.fixture(scope="module")
def session(server):
    client = Client(server)
    for batch in SETUP:
        client.run(batch)
    yield client.session
    client.session.close()


@pytest.mark.parametrize("text, tokens", STREAMS, ids=[text for text, _ in STREAMS])
def test_a_batch_sends(session, text, tokens):
    response = Response(session, "S", lambda buffer: None, lambda: False)
    response.batch(session.execute_batch(text))
    assert parse(response.finish()) == tokens
