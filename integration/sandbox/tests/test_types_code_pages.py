"""Code pages: what a value of char and varchar takes, and that no value is wider than its column."""

from __future__ import annotations

import pytest

from mssql_sandbox.errors import NotSupported
from mssql_sandbox.interface import Columns, EnvChange
from mssql_sandbox.sqltypes import DEFAULT_COLLATION, SqlType
from mssql_sandbox.types.code_pages import encoding, is_multibyte, length_of
from mssql_sandbox.wire.encode import encoded

SC = "Latin1_General_100_CI_AS_SC"


@pytest.mark.parametrize(
    "text, collation, length",
    [
        ("añ", None, 2),
        ("😀", None, 2),
        ("中文", "Chinese_PRC_CI_AS", 4),
        ("中文", "Chinese_Taiwan_Stroke_CI_AS", 4),
        ("éa", f"{SC}_UTF8", 3),
        ("ж", "Cyrillic_General_CI_AS", 1),
    ],
)
def test_lengths_count_bytes(text, collation, length):
    assert length_of(text, collation) == length


def test_code_pages_without_an_encoding_are_refused_by_name():
    with pytest.raises(NotSupported, match="437"):
        encoding(SqlType("varchar", length=1, collation="SQL_Latin1_General_CP437_CI_AS"))
    assert not is_multibyte(SqlType("nvarchar", length=1, collation="Japanese_CI_AS"))


@pytest.mark.parametrize(
    "expression",
    [
        f"LEFT(N'😀a' COLLATE {SC}, 1)",
        f"RIGHT(N'a😀' COLLATE {SC}, 1)",
        f"SUBSTRING(N'😀😀' COLLATE {SC}, 1, 1)",
        f"CAST(N'éé' COLLATE {SC}_UTF8 AS char(10))",
        f"LEFT(CAST(N'éé' COLLATE {SC}_UTF8 AS char(10)), 1)",
        f"CAST(N'éé' COLLATE {SC}_UTF8 AS char(4)) + 'x'",
        f"'é' COLLATE {SC}_UTF8",
        f"REPLICATE(CAST(N'é' COLLATE {SC}_UTF8 AS varchar(2)), 7000)",
        f"CONCAT(REPLICATE(CAST(N'é' COLLATE {SC}_UTF8 AS varchar(2)), 4000), 'x')",
        "CAST(N'😀' AS nchar(2))",
        "REPLICATE(N'😀', 4000) + N'x'",
        "'😀'",
        "SUBSTRING(CAST('hello' AS text), 1, 5)",
        "SUBSTRING(CAST(N'hello' AS ntext), 2, 5)",
        "SUBSTRING(CAST(0x0102 AS image), 1, 5)",
        "CAST(CAST(N'中' COLLATE Chinese_PRC_CI_AS AS varchar(2)) AS char(3))",
        "STUFF(CAST(N'中文' COLLATE Chinese_PRC_CI_AS AS varchar(4)), 1, 1, '字')",
    ],
)
def test_no_value_is_wider_than_its_column(client, expression):
    events = client.events(f"SELECT {expression}")
    columns = next(event.columns for event in events if isinstance(event, Columns))
    (value,) = client.rows(events)[0]
    encoded(columns[0].type, value)


def test_a_database_of_another_code_page_keeps_its_characters(server):
    from ddl_support import Client

    server.databases.create("china", "Chinese_PRC_CI_AS")
    client = Client(server, "china")
    client.run("CREATE TABLE t (a varchar(4), b char(5))")
    client.run("INSERT INTO t VALUES ('中文', '国')")
    assert client.run("SELECT a, DATALENGTH(a), DATALENGTH(b) FROM t WHERE a = '中文' AND b = N'国'") == [
        ("中文", 4, 5)
    ]
    assert client.errors("INSERT INTO t (a) VALUES ('中文字')") == [2628]
    assert [event.new for event in client.events("USE shop; USE china") if isinstance(event, EnvChange)] == [
        "shop", DEFAULT_COLLATION, "china", "Chinese_PRC_CI_AS",
    ]  # fmt: skip
    client.session.close()


def test_null_of_another_code_page_is_null(client):
    client.run("CREATE TABLE nulls (a varchar(9) COLLATE Polish_CI_AS); INSERT nulls VALUES ('x')")
    client.run("UPDATE nulls SET a = CASE WHEN a = 'y' THEN N'z' ELSE NULL END")
    assert client.run("SELECT a FROM nulls") == [(None,)]
