"""Operands of one operation."""

import pytest

from mssql_sandbox.errors import SqlServerError
from mssql_sandbox.sqltypes import INT, NULL_TYPE, SqlType, decimal, varchar
from mssql_sandbox.translate.bound import COLUMN, EXPLICIT, LITERAL, Bound
from mssql_sandbox.translate.operands import comparable, convert, same_collation, unified

ONE, OTHER = "Latin1_General_CI_AS", "Latin1_General_CS_AS"


def text(sql, collation, coercibility):
    return Bound(sql, varchar(5, collation), True, coercibility)


def test_the_stronger_collation_wins():
    operands = [text("a", ONE, COLUMN), text("b", OTHER, EXPLICIT), Bound("1", INT)]
    assert [operand.type.collation for operand in same_collation(operands, "add")] == [OTHER, OTHER, None]


@pytest.mark.parametrize("coercibility", [COLUMN, EXPLICIT])
def test_equally_strong_collations_clash(coercibility):
    with pytest.raises(SqlServerError, match="468"):
        same_collation([text("a", ONE, coercibility), text("b", OTHER, coercibility)], "equal to")


def test_branches_have_one_type_and_an_int_literal_counts_its_digits():
    literal = Bound("7", INT, False, LITERAL, 7, True)
    type_, converted, _ = unified([literal, Bound("d", decimal(5, 2))], "CASE")
    assert type_ == decimal(5, 2) and converted[1] == "d"
    null = Bound("NULL", NULL_TYPE, True, LITERAL, None, True)
    assert unified([null, null], "CASE")[0] == INT


def test_numbers_are_compared_as_they_are_and_times_not_with_dates():
    assert comparable([Bound("i", INT), Bound("d", decimal(5, 2))], "equal to") == ["i", "d"]
    with pytest.raises(SqlServerError, match="402"):
        comparable([Bound("a", SqlType("time", scale=7)), Bound("b", SqlType("datetime2", scale=7))], "equal to")
    with pytest.raises(SqlServerError, match="13636"):
        comparable([Bound("a", SqlType("json")), Bound("b", SqlType("json"))], "equal to")


def test_a_conversion_keeps_what_has_the_type_already():
    assert convert(Bound("i", INT), INT) == "i"
