"""Floats among texts; the digits are those of integration/tests/test_floats_as_text.py."""

import django
import pytest
from django.db.models import Avg, CharField, CheckConstraint, F, IntegerField, Q, TextField, Value
from django.db.models.functions import (
    SHA256,
    Cast,
    Concat,
    Left,
    Length,
    Lower,
    LPad,
    LTrim,
    Ord,
    Repeat,
    Replace,
    Reverse,
    Right,
    RPad,
    RTrim,
    StrIndex,
    Substr,
    Trim,
    Upper,
)
from django.db.models.functions.text import ConcatPair
from ormtests.models import Author, Book

from mssql_core.expressions.float_text import is_float
from mssql_core.operations.floats import exact_text, shortest_text
from mssql_core.testing import fake_connection

books = Book.objects.order_by()
TEXT = shortest_text("[ormtests_book].[rating]")


@pytest.mark.parametrize(
    "function",
    [
        Cast("rating", CharField(max_length=40)),
        Cast("rating", TextField()),
        Concat("title", "rating", output_field=TextField()),
        Concat("rating", Value("%"), output_field=TextField()),
        Left("rating", 3),
        Length("rating"),
        Lower("rating"),
        LPad("title", 9, F("rating")),
        LPad("rating", 9),
        LTrim("rating"),
        Ord("rating"),
        Repeat("rating", 2),
        Replace("rating", Value("."), Value(",")),
        Replace("title", Value("x"), "rating"),
        Reverse("rating"),
        Right("rating", 3),
        RPad("rating", 9),
        RTrim("rating"),
        SHA256("rating"),
        StrIndex("title", "rating"),
        Substr("rating", 2),
        Substr("rating", 2, 3),
        Trim("rating"),
        Upper("rating"),
    ],
)
def test_functions_of_text(compiled, function):
    function.output_field = IntegerField() if isinstance(function, (Length, Ord, StrIndex)) else TextField()
    assert TEXT in compiled.expression(books.annotate(x=function))


@pytest.mark.parametrize("function", [Cast("rating", IntegerField()), Cast("title", CharField()), Upper("title")])
def test_the_rest_is_left_alone(compiled, function):
    assert "TRY_CAST" not in compiled.expression(books.annotate(x=function))


@pytest.mark.parametrize(
    "lookup", ["contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "iexact"]
)
def test_lookups_of_text(compiled, lookup):
    assert compiled.where(books.filter(**{"rating__%s" % lookup: "5.5"})).startswith(TEXT)
    assert TEXT in compiled.where(books.filter(**{"title__%s" % lookup: F("rating")}))


@pytest.mark.parametrize("version", ["2022", "2025"])
def test_regular_expressions(compiled, version):
    assert TEXT in compiled.where(books.filter(rating__regex="^1[.]5$"), version)


def test_an_aggregate_has_all_digits(compiled):
    """It cannot stand in a subquery."""
    sql = compiled.sql(books.values("author").annotate(x=Cast(Avg("rating"), CharField())))
    assert exact_text("AVG(CAST([ormtests_book].[rating] AS float))") in sql and "TRY_CAST" not in sql


def test_a_definition_has_all_digits(compiled):
    """CHECK constraints, indexes and computed columns take no subquery (error 1046)."""
    name = "condition" if django.VERSION >= (5, 1) else "check"
    constraint = CheckConstraint(name="has_a_one", **{name: Q(rating__contains="1")})
    with fake_connection().schema_editor(collect_sql=True, atomic=False) as editor:
        sql = str(constraint.create_sql(Book, editor))
    assert exact_text("[rating]") in sql and "SELECT" not in sql
    compiled.statement(sql)


@pytest.mark.parametrize(("value", "sent"), [(3, "3"), (True, "True"), (1.5, "1.5"), ("x", "x")])
def test_iexact_compares_text(compiled, value, sent):
    """A number would make one of the column (error 245), and "03" equal to 3."""
    assert compiled(Author.objects.order_by().filter(name__iexact=value).values("id"))[1] == [sent]


def test_iexact_with_a_number_of_the_row(compiled):
    sql = compiled.where(Author.objects.order_by().filter(name__iexact=F("age")))
    assert sql.startswith("[ormtests_author].[name] = ") and "CAST([ormtests_author].[age] AS nvarchar(64))" in sql


def test_texts_of_mixed_types_are_no_floats(connection):
    """Before Django 4.2 nothing says what the parts of a Concat of a CharField and a TextField make."""
    mixed = ConcatPair(Value("a", CharField()), Value("b", TextField()))
    mixed = ConcatPair(Value("a", CharField()), mixed)
    assert not is_float(mixed)
