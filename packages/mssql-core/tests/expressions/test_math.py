import pytest
from django.db.models import F, Value
from django.db.models.functions import (
    Abs,
    ATan2,
    Ceil,
    Degrees,
    Ln,
    Log,
    Mod,
    Pi,
    Power,
    Radians,
    Random,
    Round,
    Sign,
    Sqrt,
)
from ormtests.models import Author, Book

authors, books = Author.objects.order_by(), Book.objects.order_by()
AGE = "[ormtests_author].[age]"


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (Abs("age"), "ABS({0})"),
        (ATan2("age", "id"), "ATN2({0}, [ormtests_author].[id])"),
        (Ceil("age"), "CEILING({0})"),
        (Degrees("age"), "DEGREES(CAST({0} AS float))"),
        (Ln("age"), "LOG({0})"),
        (Log(2, "age"), "LOG(CAST({0} AS float), CAST(%s AS float))"),
        (Mod("age", 3), "({0} %% %s)"),
        (Pi(), "PI()"),
        (Power("age", 2), "POWER(CAST({0} AS float), %s)"),
        (Radians("age"), "RADIANS(CAST({0} AS float))"),
        (Random(), "RAND(CHECKSUM(NEWID()))"),
        (Round("age"), "ROUND({0}, %s)"),
        (Sign("age"), "SIGN({0})"),
        (Sqrt("age"), "SQRT({0})"),
    ],
)
def test_functions(compiled, function, expected):
    assert compiled.expression(authors.annotate(x=function)) == expected.format(AGE)


def test_parameters_keep_their_order(compiled):
    _, params = compiled(authors.annotate(x=Log(2, Value(8.5))).values("x"))
    assert params == [8.5, 2]


def test_remainders_have_the_dividends_sign(compiled):
    """As fmod() and every other database: a - b * trunc(a / b)."""
    sql, params = compiled(books.annotate(x=Mod(F("rating"), Value(-3.5))).values("x"))
    rating = "CAST([ormtests_book].[rating] AS float)"
    assert "({0} - CAST(%s AS float) * ROUND({0} / CAST(%s AS float), 0, 1))".format(rating) in sql
    assert params == [-3.5, -3.5]


def test_rounding_has_room_for_a_digit_more(compiled):
    """ROUND keeps the precision, in which 9.9 has no 10 (error 8115)."""
    sql = compiled.expression(books.annotate(x=Round("price", precision=1)))
    assert sql == "ROUND(CAST([ormtests_book].[price] AS numeric(38, 2)), %s)"
