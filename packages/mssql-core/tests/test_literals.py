import datetime
import decimal
import uuid

import pytest

from mssql_core.literals import literal, string_literal, with_texts

UTC = datetime.timezone.utc
UUID = uuid.UUID("00010203-0405-0607-0809-0a0b0c0d0e0f")


@pytest.mark.parametrize(
    "value, expected",
    [
        (None, "NULL"),
        (True, "1"),
        (False, "0"),
        (42, "42"),
        (2**31, "CAST(2147483648 AS bigint)"),
        (-(2**63), "CAST(-9223372036854775808 AS bigint)"),
        (1.5, "1.5e0"),
        (1e300, "1e+300"),
        (decimal.Decimal("3.30"), "3.30"),
        (decimal.Decimal("1E+3"), "1000"),
        (decimal.Decimal(0.1), "0.10000000000000000555111512312578270212"),
        (decimal.Decimal(5e-324), "0.00000000000000000000000000000000000000"),
        ("", "N''"),
        ("it's é", "N'it''s é'"),
        ("a\\\nb", "(N'a\\' + N'\nb')"),
        ("a\uffff", "(N'a' + NCHAR(65535))"),
        ("\uffff", "NCHAR(65535)"),
        (b"\x00\xff", "0x00ff"),
        (memoryview(b"ab"), "0x6162"),
        (datetime.date(2020, 1, 2), "CAST(N'2020-01-02' AS date)"),
        (datetime.time(3, 4, 5, 6), "CAST(N'03:04:05.000006' AS time)"),
        (
            datetime.datetime(2020, 1, 2, 3, 4, 5, 6),
            "CAST(N'2020-01-02T03:04:05.000006' AS datetime2)",
        ),
        (
            datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
            "CAST(N'2020-01-02T03:04:05+00:00' AS datetimeoffset)",
        ),
        (datetime.timedelta(days=1), "CAST(86400000000 AS bigint)"),
        (UUID, "CAST(N'00010203-0405-0607-0809-0a0b0c0d0e0f' AS uniqueidentifier)"),
    ],
)
def test_a_literal_has_the_type_of_its_value(value, expected):
    assert literal(value) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), decimal.Decimal("NaN")])
def test_numbers_that_the_server_lacks_are_refused(value):
    with pytest.raises(ValueError, match="cannot be stored"):
        literal(value)


def test_an_unknown_type_is_named():
    with pytest.raises(ValueError, match="complex"):
        literal(1j)


def test_a_backslash_before_a_line_end_is_kept():
    assert string_literal("a\\\nb") == "(N'a\\' + N'\nb')"


def test_an_offset_with_seconds_is_turned_into_utc():
    zone = datetime.timezone(datetime.timedelta(minutes=19, seconds=32))
    sql = literal(datetime.datetime(1900, 1, 1, tzinfo=zone))
    assert sql == "CAST(N'1899-12-31T23:40:28+00:00' AS datetimeoffset)"


def test_a_long_sum_of_literals_is_not_cut():
    # nvarchar(n) + nvarchar(n) ends after 4,000 characters.
    sql = string_literal("a" * 3000 + "\\\n" + "b" * 3000)
    assert sql == "(CAST(N'%s\\' AS nvarchar(max)) + N'\n%s')" % ("a" * 3000, "b" * 3000)


def test_a_procedure_takes_texts_as_constants():
    assert with_texts("EXEC p %s, 5, %s", "it's", "b%s") == "EXEC p N'it''s', 5, N'b%s'"


def test_a_text_in_two_parts_is_an_argument_as_a_variable():
    # EXEC takes no expression (error 102).
    assert with_texts("EXEC p %s, 5, %s", "a\\\nb", "c") == (
        "EXEC sys.sp_executesql N'DECLARE @text_1 nvarchar(4000) = (N''a\\'' + N''\nb''); "
        "DECLARE @text_2 nvarchar(4000) = N''c''; EXEC p @text_1, 5, @text_2'"
    )


def test_a_statement_with_such_a_name_is_an_argument_too():
    sql = with_texts("EXEC sys.sp_executesql %s", "CREATE VIEW [a\\\nb] AS SELECT 1 AS n" + " " * 4000)
    assert "DECLARE @text_1 nvarchar(max) = (CAST(N''CREATE VIEW [a\\'' AS nvarchar(max)) + N''\nb]" in sql
    assert sql.endswith("EXEC sys.sp_executesql @text_1'")
