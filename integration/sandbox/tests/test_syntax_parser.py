"""The tree keeps what the text says."""

import pytest

from mssql_sandbox.errors import SqlServerError
from mssql_sandbox.syntax import nodes
from mssql_sandbox.syntax.parser import parse_batch


def one(text):
    (statement,) = parse_batch(text).statements
    return statement


def test_statements_need_no_separator():
    kinds = [type(s).__name__ for s in parse_batch("SELECT 1 DECLARE @a int SET @a = 1 SELECT @a").statements]
    assert kinds == ["SelectStatement", "Declare", "SetVariable", "SelectStatement"]


def test_names_in_brackets_and_quotes_are_decoded():
    source = one('SELECT 1 FROM [a]]b]."c""d"').query.body.sources[0]
    assert source.name.parts == ("a]b", 'c"d')


def test_equals_in_the_select_list_is_an_alias_or_an_assignment():
    alias, assignment = one("SELECT x = 1, @y = 2").query.body.items
    assert alias.alias == "x" and assignment.assign == "@y"


def test_operators_bind_as_documented():
    expression = one("SELECT 1 + 2 * 3").query.body.items[0].expression
    assert expression.operator == "+" and expression.right.operator == "*"


def test_parentheses_around_predicates_and_expressions():
    where = one("SELECT 1 WHERE ((1 + 2) * 3 > 4 AND (1 = 1 OR NOT (2 = 3)))").query.body.where
    assert isinstance(where, nodes.And) and isinstance(where.operands[1], nodes.Or)


def test_a_subquery_may_begin_an_expression():
    expression = one("SELECT ((SELECT 1) * 2)").query.body.items[0].expression
    assert isinstance(expression, nodes.Binary) and isinstance(expression.left, nodes.ScalarSubquery)


def test_intersect_binds_tighter_than_union():
    body = one("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3").query.body
    assert body.operator == "UNION" and body.right.operator == "INTERSECT"


def test_savepoints_defaults_and_hints_are_kept():
    assert one("SAVE TRANSACTION s1").name == "s1"
    assert one("INSERT INTO t DEFAULT VALUES").rows is None
    assert one("SELECT 1 FROM t WITH (UPDLOCK, ROWLOCK)").query.body.sources[0].hints == ["UPDLOCK", "ROWLOCK"]


def test_lines_are_told():
    with pytest.raises(SqlServerError) as caught:
        parse_batch("SELECT 1\nSELECT FROM")
    assert (caught.value.number, caught.value.line) == (156, 2)


@pytest.mark.parametrize(
    "text, number",
    [
        ("SELECT 'open", 105),
        ("SELECT 1 /* open", 113),
        ("SELECT " + "x" * 129, 103),
        ("SELECT 1 AS []", 1038),
        ("MERGE t USING s ON 1 = 1 WHEN MATCHED THEN DELETE", 10713),
    ],
)
def test_faults_have_their_numbers(text, number):
    with pytest.raises(SqlServerError) as caught:
        parse_batch(text)
    assert caught.value.number == number


def test_deep_and_long_texts():
    parse_batch("SELECT " + "(" * 200 + "1" + ")" * 200)
    parse_batch("SELECT 1 WHERE " + " OR ".join(["1 = 2"] * 1000))
    parse_batch("SELECT 1 WHERE 1 IN (" + ", ".join(map(str, range(2000))) + ")")


def test_positions_do_not_count_in_comparisons():
    assert one("SELECT a + 1 FROM t") == one("SELECT a\n + 1\nFROM t")
