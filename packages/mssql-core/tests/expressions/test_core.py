"""Values, conditional values, remainders, durations, EXISTS."""

import datetime

import pytest
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateTimeField,
    DecimalField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Mod
from orm import since
from ormtests.models import Author, Book

authors = Author.objects.order_by()
books = Book.objects.order_by()
HOUR = datetime.timedelta(hours=1)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (CharField(max_length=5), "CAST(NULL AS nvarchar(5))"),
        (BooleanField(), "CAST(NULL AS bit)"),
        (DecimalField(), "CAST(NULL AS numeric(1, 0))"),
        (DurationField(), "CAST(NULL AS bigint)"),
        (DateTimeField(), "CAST(NULL AS datetimeoffset)"),
    ],
)
def test_null_has_the_type_of_its_field(compiled, field, expected):
    assert compiled.expression(authors.annotate(x=Value(None, output_field=field))) == expected


class EmptyIsNull(CharField):
    def get_prep_value(self, value):
        return super().get_prep_value(value) or None


def test_a_value_of_which_its_field_makes_null_has_a_type_too(compiled):
    field = EmptyIsNull(max_length=5)
    assert compiled.expression(authors.annotate(x=Value("", output_field=field))) == "CAST(NULL AS nvarchar(5))"
    case = Case(When(pk=1, then=Value("", output_field=field)), When(pk=2, then=Value("", output_field=field)))
    assert compiled.expression(authors.annotate(x=case)).count("THEN CAST(NULL AS nvarchar(5))") == 2


def test_a_value_is_a_parameter(compiled):
    sql, params = compiled(authors.annotate(x=Value(7)).values("x"))
    assert sql.startswith("SELECT %s AS [x]") and params == [7]


def test_a_case_of_nothing_but_nulls_has_a_type(compiled):
    """Error 8133: at least one result of a CASE has to have one."""
    nulls = Case(When(age=1, then=Value(None)), default=Value(None), output_field=IntegerField())
    sql = compiled.expression(authors.annotate(x=nulls))
    assert sql == "CASE WHEN [ormtests_author].[age] = %s THEN NULL ELSE CAST(NULL AS int) END"


def test_a_case_whose_other_results_are_never_taken_has_a_type_too(compiled):
    """Django leaves conditions out that are never true, with what they would have given."""
    never = Case(When(pk__in=[], then=F("age")))
    typed = "CAST(NULL AS int)"
    # What has a field Django casts itself since 6.1.
    assert compiled.expression(authors.annotate(x=never)) in (typed, "CAST(%s AS int)" % typed)
    null = Case(When(pk__in=[], then=F("age")), When(age=1, then=Value(None)))
    sql = compiled.expression(authors.annotate(x=null))
    assert sql == "CASE WHEN [ormtests_author].[age] = %s THEN NULL ELSE CAST(NULL AS int) END"
    # Error 8117: an aggregate takes no NULL without a type.
    sql = compiled.sql(authors.values("name").annotate(x=Max(never)))
    assert "MAX(%s) AS [x]" % typed in sql.replace("CAST(%s AS int)" % typed, typed)


def test_a_case_with_another_result_keeps_its_nulls(compiled):
    sql = compiled.expression(authors.annotate(x=Case(When(age=1, then=Value(2)), default=Value(None))))
    assert sql == "CASE WHEN [ormtests_author].[age] = %s THEN %s ELSE NULL END"


@pytest.mark.parametrize("expression", [F("rating") % 2, F("author__age") % F("rating"), Mod("rating", Value(2.0))])
def test_a_remainder_of_floats_is_computed(compiled, expression):
    """float has no % (error 8117)."""
    sql = compiled.expression(books.annotate(x=ExpressionWrapper(expression, output_field=FloatField())))
    assert "% " not in sql and "ROUND(CAST(" in sql and ", 0, 1)" in sql


def test_a_remainder_of_integers_has_an_operator(compiled):
    sql = compiled.expression(authors.annotate(x=F("age") % 3))
    assert sql == "([ormtests_author].[age] %% %s)"


# ---- durations ------------------------------------------------------------------------


def test_a_duration_times_a_number_is_a_number(compiled):
    sql = compiled.expression(books.annotate(x=ExpressionWrapper(F("length") * 2, output_field=DurationField())))
    assert sql == "(([ormtests_book].[length]) * (%s))"


def test_durations_are_added_to_each_other_as_numbers(compiled):
    sql = compiled.expression(books.annotate(x=F("length") + Value(HOUR)))
    assert sql == "([ormtests_book].[length] + %s)"


def test_a_duration_before_its_moment(compiled):
    expression = ExpressionWrapper(Value(HOUR) + F("published"), output_field=DateTimeField())
    sql, params = compiled(books.annotate(x=expression).values("x"))
    assert "DATEADD(second, %s, [ormtests_book].[published])" in sql and params == [3600]


def test_a_date_plus_a_duration_is_a_moment(compiled):
    expression = ExpressionWrapper(F("born") + HOUR, output_field=DateTimeField())
    sql = compiled.expression(authors.annotate(x=expression))
    assert sql == "DATEADD(second, %s, CAST([ormtests_author].[born] AS datetime2))"


def test_no_duration_at_all_leaves_the_moment(compiled):
    expression = ExpressionWrapper(F("published") + datetime.timedelta(), output_field=DateTimeField())
    assert compiled.expression(books.annotate(x=expression)) == "[ormtests_book].[published]"


# ---- conditions -----------------------------------------------------------------------


@since(4, 2)
def test_the_negation_of_a_bit_is_a_value(compiled):
    negation = ~ExpressionWrapper(Coalesce("active", False), output_field=BooleanField())
    sql = compiled.expression(authors.annotate(x=negation))
    assert sql.startswith("~CAST(COALESCE([ormtests_author].[active], ") and sql.endswith(" AS bit)")


def test_a_limit_says_nothing_about_whether_there_is_a_row(compiled):
    first = Book.objects.filter(author=OuterRef("pk")).order_by("title")[:1]
    sql = compiled.where(authors.filter(Exists(first)))
    assert "ORDER BY" not in sql and "OFFSET" not in sql


def test_an_offset_does(compiled):
    second = Book.objects.filter(author=OuterRef("pk")).order_by("title")[1:2]
    assert "OFFSET %s ROWS FETCH NEXT %s ROWS ONLY" in compiled.where(authors.filter(Exists(second)))


def test_exists_among_conditions(compiled):
    condition = Exists(Book.objects.filter(author=OuterRef("pk"))) | Q(age=1)
    assert compiled.where(authors.filter(condition)).startswith("(EXISTS(SELECT ")
