"""Constants of filters and of computed columns; the server is asked by integration/tests/test_moments_in_definitions.py."""

import pytest

from mssql_core.schema.moments import folded, with_styles


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("2020-01-02T03:04:05", "datetime", "2020-01-02T03:04:05.000"),
        ("2020-01-02T03:04:05.001666", "datetime", "2020-01-02T03:04:05.000"),
        ("2020-01-02T03:04:05.001667", "datetime", "2020-01-02T03:04:05.003"),
        ("2020-01-02T03:04:05.005000", "datetime", "2020-01-02T03:04:05.007"),
        ("2020-01-02T03:04:05.008333", "datetime", "2020-01-02T03:04:05.007"),
        ("2020-12-31T23:59:59.998334", "datetime", "2021-01-01T00:00:00.000"),
        ("2020-01-02T03:04:29.998", "smalldatetime", "2020-01-02T03:04:00.000"),
        ("2020-01-02T03:04:29.999", "smalldatetime", "2020-01-02T03:05:00.000"),
    ],
)
def test_a_moment_is_rounded_as_the_server_rounds_it(text, kind, expected):
    nested = "[a] > CAST(CAST(N'%s' AS datetime2) AS %s) OR [b] = 1"
    assert folded(nested % (text, kind)) == "[a] > CAST(N'%s' AS %s) OR [b] = 1" % (expected, kind)


def test_an_offset_is_left_out_as_by_the_server():
    sql = "CAST(CAST(N'2020-01-02T03:04:05-08:00' AS datetimeoffset) AS datetime)"
    assert folded(sql) == "CAST(N'2020-01-02T03:04:05.000' AS datetime)"


@pytest.mark.parametrize(
    "sql",
    [
        "[a] = N'CAST(CAST(N''2020-01-02T03:04:05'' AS datetime2) AS datetime)'",
        "CAST(CAST(N'9999-12-31T23:59:59.999999' AS datetime2) AS datetime)",
        "CAST([a] AS datetime)",
        "CAST(N'2020-01-02T03:04:05' AS nvarchar(30))",
    ],
)
def test_anything_else_stays(sql):
    assert folded(sql) == sql


@pytest.mark.parametrize(
    ("constant", "expected"),
    [
        ("CAST(N'2020-01-02' AS date)", "CAST(CONVERT(datetime2, N'2020-01-02T00:00:00', 126) AS date)"),
        ("CAST(N'03:04:05.678' AS time)", "CAST(CONVERT(datetime2, N'1900-01-01T03:04:05.678', 126) AS time)"),
        ("CAST(N'2020-01-02T03:04:05' AS datetime2)", "CONVERT(datetime2, N'2020-01-02T03:04:05', 126)"),
        (
            "CAST(N'2020-01-02T03:04:05+00:00' AS datetimeoffset)",
            "CONVERT(datetimeoffset, N'2020-01-02T03:04:05+00:00', 127)",
        ),
        (
            "CAST(CAST(N'2020-01-02T03:04:05' AS datetime2) AS smalldatetime)",
            "CONVERT(smalldatetime, N'2020-01-02T03:04:00.000', 126)",
        ),
        ("N'CAST(N''2020-01-02'' AS date)'", "N'CAST(N''2020-01-02'' AS date)'"),
    ],
)
def test_a_computed_column_takes_texts_with_their_style(constant, expected):
    assert with_styles("[a] > %s" % constant) == "[a] > %s" % expected
