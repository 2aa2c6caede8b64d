import pytest
from django.db import NotSupportedError
from django.db.models import (
    Avg,
    BigIntegerField,
    Count,
    DecimalField,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    StdDev,
    Subquery,
    Sum,
    Value,
    Variance,
    aggregates,
)
from django.db.models.functions import Cast, Coalesce, Length
from orm import sent, since
from ormtests.models import Author, Book

from mssql_core.expressions.aggregates import _places_of_average

AGE = "[ormtests_author].[age]"
_needs = {
    name: pytest.mark.skipif(not hasattr(aggregates, name), reason="This Django has no %s." % name)
    for name in ("AnyValue", "BitAnd", "StringAgg")
}


def needs(name):
    """Decorator syntax of Python 3.8 takes no subscript."""
    return _needs[name]


def author(compiled, aggregate, **arguments):
    return compiled.expression(Author.objects.order_by().values("name").annotate(x=aggregate), **arguments)


def book(compiled, aggregate):
    return compiled.expression(Book.objects.order_by().values("title").annotate(x=aggregate))


def test_counts_do_not_overflow(compiled):
    assert author(compiled, Count("id")) == "COUNT_BIG([ormtests_author].[id])"
    assert author(compiled, Count("age", distinct=True)) == "COUNT_BIG(DISTINCT %s)" % AGE


def test_sums_of_integers_do_not_overflow(compiled):
    assert author(compiled, Sum("age")) == "SUM(CAST(%s AS bigint))" % AGE


def test_sums_of_booleans(compiled):
    assert author(compiled, Sum("active")) == "SUM(CAST([ormtests_author].[active] AS bigint))"


def test_averages_of_integers_have_a_fraction(compiled):
    assert author(compiled, Avg("age")) == "AVG(CAST(%s AS float))" % AGE


def test_averages_of_decimals_stay_decimal(compiled):
    """Of a column with more places than it has, and than six, at which the server cuts."""
    assert book(compiled, Avg("price")) == "AVG(CAST([ormtests_book].[price] AS numeric(38, 12)))"
    assert book(compiled, Avg(F("price") * 2)).startswith("AVG(([ormtests_book].[price] * ")


@pytest.mark.parametrize(
    "queryset",
    [Book.objects.all()[:5], Book.objects.distinct(), Book.objects.annotate(n=Count("author__id")).filter(n__gt=0)],
)
def test_averages_over_a_statement_inside_have_as_many_places(queryset):
    ((sql, _),) = sent(lambda: queryset.aggregate(x=Avg("price")), answers=[(" subquery", [(1,)])])
    assert sql.startswith("SELECT AVG(CAST([__col1] AS numeric(38, 12))) FROM (SELECT ")


@pytest.mark.parametrize(
    "digits, places, more", [(12, 0, 10), (20, 12, 20), (28, 2, None), (22, 1, 7), (23, 1, None), (38, 10, None)]
)
def test_the_places_of_averages_leave_room_for_the_sum(digits, places, more):
    field = DecimalField(max_digits=digits, decimal_places=places)
    assert _places_of_average(field) == more
    assert _places_of_average(IntegerField()) is None


def test_averages_of_durations(compiled):
    assert book(compiled, Avg("length")) == "AVG(CAST([ormtests_book].[length] AS float))"


def test_filter(compiled):
    sql = author(compiled, Sum("age", filter=Q(active=True)))
    assert sql == (
        "SUM(CAST(CASE WHEN [ormtests_author].[active] = 1 THEN %s ELSE CAST(NULL AS int) END AS bigint))" % AGE
    )


@since(4, 0)
def test_default(compiled):
    assert author(compiled, Max("age", default=5)) == "COALESCE(MAX(%s), %%s)" % AGE


def test_extremes_of_booleans(compiled):
    """bit has none (error 8117)."""
    assert author(compiled, Min("active")) == "MIN(CAST([ormtests_author].[active] AS tinyint))"


def test_statistics(compiled):
    assert author(compiled, StdDev("age")) == "STDEVP(%s)" % AGE
    assert author(compiled, StdDev("age", sample=True)) == "STDEV(%s)" % AGE
    assert author(compiled, Variance("age")) == "VARP(%s)" % AGE
    assert author(compiled, Variance("age", sample=True)) == "VAR(%s)" % AGE


@needs("AnyValue")
def test_any_value(compiled):
    assert author(compiled, aggregates.AnyValue("age")) == "MIN(%s)" % AGE


@needs("BitAnd")
def test_bits(compiled):
    sql = author(compiled, aggregates.BitAnd("age"))
    assert sql.startswith("(MIN({0} & 1) + MIN({0} & 2) + ".format(AGE))
    assert sql.endswith(
        " + CAST(-2147483648 AS bigint) * MIN(CASE WHEN {0} < 0 THEN 1 WHEN {0} >= 0 THEN 0 END))".format(AGE)
    )
    assert "MAX(%s & 4)" % AGE in author(compiled, aggregates.BitOr("age"))
    assert "4 * (SUM((%s & 4) / 4) %%%% 2)" % AGE in author(compiled, aggregates.BitXor("age"))


@needs("BitAnd")
def test_bits_of_an_expression_name_it_once(compiled):
    sql = author(compiled, aggregates.BitOr(F("age") + 1))
    assert sql.startswith("(MAX([__hoisted].[__k1] & 1) + ")


@needs("StringAgg")
def test_text(compiled):
    sql = author(compiled, aggregates.StringAgg("name", Value(", "), order_by="-age"))
    assert (
        sql == "STRING_AGG(CAST([ormtests_author].[name] AS nvarchar(max)), %%s) WITHIN GROUP (ORDER BY %s DESC)" % AGE
    )


@needs("StringAgg")
@pytest.mark.parametrize(
    ("aggregate", "version", "reason"),
    [
        (lambda: aggregates.StringAgg("name", Value(",")), "2016", "from version 2017"),
        (lambda: aggregates.StringAgg("name", Length("name")), "2022", "must be a constant"),
        (lambda: aggregates.StringAgg("name", Value(","), distinct=True), "2022", "distinct"),
    ],
)
def test_what_string_agg_cannot(compiled, aggregate, version, reason):
    with pytest.raises(NotSupportedError, match=reason):
        author(compiled, aggregate(), version=version)


@pytest.mark.parametrize(("aggregate", "db_type"), [(Avg, "float"), (Sum, "bigint")])
def test_keys_from_a_subquery_are_integers(compiled, aggregate, db_type):
    """Their average was cut, and their sum an int that overflows."""
    editors = Subquery(Book.objects.order_by().filter(author=OuterRef("pk")).values("editor")[:1])
    sql = author(compiled, aggregate(editors))
    assert sql == "%s(CAST([__hoisted].[__k1] AS %s))" % (aggregate.function, db_type)


def test_a_filter_of_mixed_types(compiled):
    """A count needs no type, so Django asks for none."""
    age = Coalesce(F("age"), Cast("id", BigIntegerField()))
    sql = author(compiled, Count(age, filter=Q(name="x")))
    assert sql.startswith("COUNT_BIG(CASE WHEN ") and sql.endswith(" ELSE NULL END)")
