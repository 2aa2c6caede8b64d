"""JSON functions on text and on the json type.

https://learn.microsoft.com/sql/t-sql/functions/json-functions-transact-sql
"""

from __future__ import annotations

import pytest

from mssql_sandbox.errors import SqlServerError


@pytest.mark.parametrize(
    "expression, number",
    [
        ("JSON_VALUE('{\"a\":1}', 'strict $.b')", 13608),
        ("JSON_VALUE('{\"a\":{}}', 'strict $.a')", 13623),
        ("JSON_QUERY('{\"a\":1}', 'strict $.a')", 13624),
        ("JSON_MODIFY('{\"a\":1}', 'strict $.b', 2)", 13608),
        ("JSON_VALUE('{\"a\":1', '$.a')", 13609),
        ("JSON_VALUE('1', '$')", 13609),
        ("JSON_MODIFY('null', '$.a', 1)", 13609),
        ("value FROM OPENJSON('\"a\"')", 13609),
        ("JSON_VALUE('{\"a\":1}', 'a')", 13607),
        ("JSON_VALUE('{\"a\":1}', '$..a')", 13607),
        ("JSON_VALUE(1, '$.a')", 8116),
        ("value FROM OPENJSON('x')", 13609),
        ("value FROM OPENJSON('{\"a\":1}', 'strict $.b')", 13608),
        ('a FROM OPENJSON(\'[{"a":"x"}]\') WITH (a int)', 245),
    ],
)
def test_faults(sql, expression, number):
    assert sql.number(expression) == number


def test_fault_tells_the_position(sql):
    assert sql.message("JSON_VALUE('{\"a\": nope}', '$.a')") == (
        "JSON text is not properly formatted. Unexpected character 'n' is found at position 6."
    )


def test_long_values_do_not_fit_json_value(sql):
    document = "'{\"a\":\"' + REPLICATE(CAST('x' AS varchar(max)), 4001) + '\"}'"
    assert sql.value(f"JSON_VALUE({document}, '$.a')") is None
    assert sql.number(f"JSON_VALUE({document}, 'strict $.a')") == 13625


def test_openjson(sql):
    text = '{"a":1,"b":"x","c":null,"d":true,"e":[1, 2],"f":{"g":1}}'
    assert sql.rows(f"SELECT [key], value, type FROM OPENJSON('{text}')")[0] == [
        ("a", "1", 2), ("b", "x", 1), ("c", None, 0), ("d", "true", 3), ("e", "[1, 2]", 4), ("f", '{"g":1}', 5),
    ]  # fmt: skip
    assert sql.rows("SELECT [key], value FROM OPENJSON('{\"a\":[5,6]}', '$.a')")[0] == [("0", "5"), ("1", "6")]
    assert sql.rows("SELECT value FROM OPENJSON(NULL)")[0] == []


def test_openjson_with_columns(sql):
    text = '[{"a":1,"b":"x","c":{"d":1}},{"a":2}]'
    query = f"SELECT a, b, c FROM OPENJSON('{text}') WITH (a int, b nvarchar(10) '$.b', c nvarchar(max) AS JSON)"
    assert sql.rows(query)[0] == [(1, "x", '{"d":1}'), (2, None, None)]
    assert sql.rows("SELECT a FROM OPENJSON('[1,2]') WITH (a int '$')")[0] == [(1,), (2,)]


def test_openjson_columns_of_binary_and_short_strings(sql):
    assert sql.value('a FROM OPENJSON(\'[{"a":"YWJj"}]\') WITH (a varbinary(10))') == b"abc"
    assert sql.number('a FROM OPENJSON(\'[{"a":"abc"}]\') WITH (a nvarchar(2))') == 50999


def test_json_type(sql):
    assert sql.number("CAST('{}' AS json)", "2022") == 243
    assert sql.type("CAST('{}' AS json)", "2025") == "json"
    assert sql.number("CAST('{' AS json)", "2025") == 13609
    assert sql.number("CAST('1' AS json)", "2025") == 13609
    assert sql.value("JSON_VALUE(CAST('{\"a\": 1}' AS json), '$.a' RETURNING int)", "2025") == 1


def test_arrival(sql):
    assert sql.number("JSON_PATH_EXISTS('{}', '$.a')", "2019") == 195
    assert sql.number("ISJSON('1', VALUE)", "2019") == 174


@pytest.mark.parametrize(
    "text, expected",
    [
        ('{ "b" : [ 1 , 2.50 ],\t"a":null}', '{"b":[1,2.50],"a":null}'),
        ('{"a":1,"a":2,"b":{"x":1,"x":[]}}', '{"a":1,"b":{"x":1}}'),
        ('["a\\/b","\\u00e9","\\ud83e\\udd21","\\u0001"]', '["a/b","é","🤡","\\u0001"]'),
        ("[-0.0,-0,1e2,1.5e-10]", "[0.0,0,100.0000000000,0.0000000001]"),
        ("[1e27]", "[1000000000000000013287555072.0000000000]"),
        ("[-1.5E0]", "[-1.5000000000]"),
        ("[12345678901234567890123456789012345678]", "[12345678901234567890123456789012345678]"),
    ],
)
def test_the_json_type_rewrites_text(sql, text, expected):
    assert sql.value(f"CAST(CAST(N'{text}' AS json) AS nvarchar(max))", "2025") == expected


def test_the_json_type_has_a_range_of_numbers(sql):
    assert sql.number("CAST('[1e40]' AS json)", "2025") == 1007


def test_scalars_of_openjson_columns_by_position(client):
    question = (
        'SELECT a, b, c FROM OPENJSON(N\'[[1, "x", null], {"0": 5}, [2, [3], {"k": 4}], 7]\')'
        " WITH (a int '$[0]', b nvarchar(9) '$[1]', c nvarchar(9) '$[2]')"
    )
    assert client.run(question) == [(1, "x", None), (None, None, None), (2, None, None), (None, None, None)]
    assert client.run("SELECT v FROM OPENJSON(N'[1, \"2\", null, [3]]') WITH (v int '$')") == [
        (1,), (2,), (None,), (None,)
    ]  # fmt: skip


def test_a_column_of_openjson_has_the_collation_it_names(sql):
    query = "SELECT COUNT(*) FROM OPENJSON(N'[\"a\", \"A\"]') WITH (v nvarchar(10){} '$') WHERE v = N'a'"
    assert sql.rows(query.format(""))[0] == [(2,)]
    assert sql.rows(query.format(" COLLATE Latin1_General_CS_AS"))[0] == [(1,)]


@pytest.mark.parametrize("escape, refusal", [("\\ud800", "half a surrogate pair"), ("\\u0000", "U[+]0000")])
def test_what_the_engine_s_text_does_not_hold_is_refused_by_name(sql, escape, refusal):
    for document in (f'{{"{escape}":1,"b":2}}', f'{{"a":"{escape}","b":2}}', f'{{"a":{{"{escape}":1}}}}'):
        assert sql.value(f"ISJSON(N'{document}')") == 1
        for question in (f"value FROM OPENJSON(N'{document}')", f"JSON_VALUE(N'{document}', '$.b')"):
            with pytest.raises(SqlServerError, match=refusal) as refused:
                sql.value(question)
            assert refused.value.number == 50999
        for cast in ("CAST", "TRY_CAST"):
            with pytest.raises(SqlServerError, match=refusal):
                sql.value(f"CAST({cast}(N'{document}' AS json) AS nvarchar(max))", "2025")


def test_a_name_beyond_the_type_of_openjson_s_key_is_refused(sql):
    """[key] is nvarchar(4000): https://learn.microsoft.com/sql/t-sql/functions/openjson-transact-sql"""
    document = "N'{\"' + REPLICATE(CAST(N'x' AS nvarchar(max)), %d) + N'\":1}'"
    assert sql.value(f"LEN([key]) FROM OPENJSON({document % 4000})") == 4000
    with pytest.raises(SqlServerError, match="OPENJSON's key of 4000"):
        sql.value(f"LEN([key]) FROM OPENJSON({document % 4001})")
    assert sql.value(f"value FROM OPENJSON({document % 4001})") == "1"


@pytest.mark.parametrize("opening, closing", [("[", "]"), ('{"a":', "}")])
def test_the_json_type_has_128_levels(sql, opening, closing):
    def length(levels):
        text = opening * levels + "1" + closing * levels
        return sql.value(f"LEN(CAST(CAST('{text}' AS json) AS nvarchar(max)))", "2025")

    assert length(128) == 128 * len(opening + closing) + 1
    with pytest.raises(SqlServerError, match="128 levels"):
        length(129)


def test_the_json_type_has_65535_items(sql):
    """https://learn.microsoft.com/sql/t-sql/data-types/json-data-type, "Size limit for items in one object/array"."""
    text = "'[1' + REPLICATE(CAST(',1' AS varchar(max)), %d) + ']'"
    assert sql.value(f"LEN(CAST(CAST({text % 65534} AS json) AS nvarchar(max)))", "2025") == 2 * 65535 + 1
    for cast in ("CAST", "TRY_CAST"):
        assert sql.number(f"{cast}({text % 65535} AS json)", "2025") == 13647
    members = "'{' + (SELECT STRING_AGG(CAST(CONCAT('\"', value, '\":1') AS varchar(max)), ',') FROM GENERATE_SERIES(1, 65536)) + '}'"
    assert sql.number(f"CAST({members} AS json)", "2025") == 13647
