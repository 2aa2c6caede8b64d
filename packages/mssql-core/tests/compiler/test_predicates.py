import pytest
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce, Random
from django.db.models.lookups import Exact, GreaterThan
from orm import since
from ormtests.models import Author, Book

authors = Author.objects.order_by()
OLDER = "CAST(CASE WHEN {0} THEN 1 WHEN NOT ({0}) THEN 0 END AS bit)".format("[ormtests_author].[age] > %s")
has_books = Exists(Book.objects.filter(author=OuterRef("pk")))


def test_a_condition_is_selected_as_a_value(compiled):
    wrapped = ExpressionWrapper(Q(age__gt=5), output_field=BooleanField())
    assert compiled.expression(authors.annotate(x=wrapped)) == OLDER


@since(4, 0)
def test_a_condition_needs_no_wrapper(compiled):
    assert compiled.expression(authors.annotate(x=Q(age__gt=5))) == OLDER


@since(4, 0)
@pytest.mark.parametrize(
    "condition",
    [
        Q(pk__gt=5), Q(pk=1) & ~Q(name="x"), Q(pk__in=[1, F("id")]), Q(age__isnull=True),
        Q(has_books), Q(pk__range=(1, Value(2))),
    ],
)  # fmt: skip
def test_a_condition_without_null_is_true_or_false(compiled, condition):
    sql = compiled.expression(authors.annotate(x=ExpressionWrapper(condition, output_field=BooleanField())))
    assert sql.startswith("CAST(CASE WHEN ") and sql.endswith(" THEN 1 ELSE 0 END AS bit)") and sql.count(" WHEN ") == 1


@since(4, 0)
def test_a_random_value_is_drawn_once(compiled):
    """A second one might be on the other side: the condition would be neither true nor false."""
    sql = compiled.expression(authors.annotate(x=GreaterThan(Random(), 0.5)))
    assert sql == "CAST(CASE WHEN RAND(CHECKSUM(NEWID())) > %s THEN 1 ELSE 0 END AS bit)"


@since(4, 0)
@pytest.mark.parametrize(
    "condition",
    [
        Q(pk__gt=F("age")), Q(pk=1) & ~Q(age=2), Q(pk__in=[1, F("age")]), Q(book__title="x"), Q(age__in=[1]),
        Q(pk__in=Book.objects.values("editor")), ~Q(age=1),
    ],
)  # fmt: skip
def test_a_condition_that_null_makes_unknown_is_null(compiled, condition):
    """In SQL, a comparison with NULL is neither true nor false."""
    wrapped = ExpressionWrapper(condition, output_field=BooleanField())
    for annotated in (authors.annotate(x=wrapped), authors.annotate(x=Cast(wrapped, IntegerField()))):
        sql = compiled.expression(annotated)
        test = sql[sql.index("CASE WHEN ") + len("CASE WHEN ") : sql.index(" THEN 1 WHEN NOT (")]
        assert " THEN 1 WHEN NOT (%s) THEN 0 END" % test in sql


def test_exists_is_selected_as_a_value(compiled):
    assert compiled.expression(authors.annotate(x=has_books)).startswith("CAST(CASE WHEN EXISTS(")


@pytest.mark.parametrize("condition", [Q(pk__in=[]), ~Q(pk__in=[])], ids=["never", "always"])
def test_what_needs_no_row_is_selected_as_a_value(compiled, condition):
    sql = compiled.sql(authors.annotate(x=ExpressionWrapper(condition, output_field=BooleanField())).values("x"))
    assert sql.count("CASE") <= 1 and "THEN 1 ELSE 0 END THEN" not in sql


@since(4, 0)
def test_conditions_of_a_set_operation_are_bits(compiled):
    """Beside a column with bits a CASE makes the column int, and its values numbers."""
    sql = compiled.sql(authors.values(x=F("active")).union(authors.values(x=Q(pk__gt=3))))
    assert " UNION (SELECT CAST(CASE WHEN [ormtests_author].[id] > %s THEN 1 ELSE 0 END AS bit) AS " in sql


def test_a_negation_is_selected_as_a_value(compiled):
    sql = compiled.expression(authors.annotate(x=~has_books))
    assert sql.startswith("CAST(CASE WHEN NOT EXISTS(") and sql.count("CASE") == 1


@since(4, 0)
def test_an_exact_lookup_of_a_condition(compiled):
    assert "CAST(CASE WHEN EXISTS(" in compiled.where(authors.filter(Exact(Coalesce(has_books, False), has_books)))


def test_a_condition_as_an_argument(compiled):
    sql = compiled.expression(authors.annotate(x=Coalesce(has_books, False)))
    assert sql.startswith("COALESCE(CAST(CASE WHEN EXISTS(") and sql.endswith(" AS bit), %s)")


def test_a_function_as_a_condition(compiled):
    where = compiled.where(authors.filter(Coalesce(has_books, Value(False))))
    assert where.endswith(", %s) = 1")


def test_a_column_as_a_condition(compiled):
    assert compiled.where(authors.filter(active=True)) == "[ormtests_author].[active] = 1"


def test_a_column_as_a_condition_of_case(compiled):
    sql = compiled.expression(authors.annotate(x=Case(When(active=True, then=1), default=0)))
    assert sql == "CASE WHEN [ormtests_author].[active] = 1 THEN %s ELSE %s END"


def test_an_expression_as_a_condition_of_case(compiled):
    wrapped = ExpressionWrapper(F("active"), output_field=BooleanField())
    sql = compiled.expression(authors.annotate(x=Case(When(wrapped, then=1), default=0)))
    assert "WHEN [ormtests_author].[active] = 1 THEN" in sql


def test_a_condition_as_a_result_of_case(compiled):
    sql = compiled.expression(authors.annotate(x=Case(When(age__gt=3, then=has_books), default=False)))
    assert sql.startswith("CASE WHEN [ormtests_author].[age] > %s THEN CAST(CASE WHEN EXISTS(")


def test_raw_sql_as_a_condition_of_case(compiled):
    """It is one as it stands."""
    raw = RawSQL("1 = 1", (), output_field=BooleanField())
    sql = compiled.expression(authors.annotate(x=Case(When(raw, then=1), default=0)))
    assert sql == "CASE WHEN (1 = 1) THEN %s ELSE %s END"


@pytest.mark.parametrize(("condition", "value"), [(Q(pk__in=[]), 0), (~Q(pk__in=[]), 1)], ids=["never", "always"])
def test_what_needs_no_row_is_a_value_among_others(compiled, condition, value):
    wrapped = ExpressionWrapper(condition, output_field=BooleanField())
    sql = compiled.expression(authors.annotate(x=Coalesce(wrapped, Value(False))))
    assert sql == "COALESCE(CAST(%d AS bit), %%s)" % value
    sql = compiled.expression(authors.annotate(x=Case(When(age=1, then=wrapped), default=False)))
    assert sql == "CASE WHEN [ormtests_author].[age] = %%s THEN CAST(%d AS bit) ELSE %%s END" % value


@since(4, 0)
def test_a_condition_compared_with_a_column(compiled):
    where = compiled.where(authors.filter(Exact(F("active"), has_books)))
    assert where.startswith("[ormtests_author].[active] = (CAST(CASE WHEN EXISTS(")


@since(4, 0)
def test_conditions_compared_with_each_other(compiled):
    where = compiled.where(authors.filter(Exact(GreaterThan(F("age"), 5), has_books)))
    # Parentheses around values are the older versions'.
    assert where.replace("(%s)", "%s").startswith(
        "CAST(CASE WHEN [ormtests_author].[age] > %s THEN 1 WHEN NOT ([ormtests_author].[age] > %s) THEN 0 END AS bit) = "
    )


def test_negation(compiled):
    assert compiled.where(authors.filter(~has_books)).startswith("NOT EXISTS(")


def test_annotated_condition_in_filter(compiled):
    where = compiled.where(authors.annotate(x=has_books).filter(x=True).values("id"))
    assert where.startswith("EXISTS(")


@since(4, 1)
def test_exclusive_or(compiled):
    where = compiled.where(authors.values("id").filter(Q(age=1) ^ Q(name="x")))
    assert where.startswith("(([ormtests_author].[age] = %s OR [ormtests_author].[name] = %s) AND %s = (CASE WHEN ")


def test_an_empty_condition_is_a_value_too(compiled):
    nothing = Exists(Book.objects.none())
    sql = compiled.expression(authors.annotate(x=Coalesce(nothing, True)))
    assert sql.replace("CASE WHEN 1=0 THEN 1 ELSE 0 END", "0").startswith("COALESCE(CAST(0 AS bit), ")


@pytest.mark.parametrize("aggregate", [Max, Count])
def test_aggregates_of_conditions(compiled, aggregate):
    sql = compiled.sql(authors.values("name").annotate(x=aggregate(Q(age__gt=5), output_field=BooleanField())))
    assert OLDER in sql


@since(4, 0)
def test_what_is_unknown_is_no_falsehood_where_it_is_asked_for(compiled):
    sql = compiled.expression(authors.annotate(x=Coalesce(GreaterThan(F("age"), 5), True)))
    older = "[ormtests_author].[age] > %s"
    # Parentheses around values are the older versions'.
    expected = "COALESCE(CAST(CASE WHEN {0} THEN 1 WHEN NOT ({0}) THEN 0 END AS bit), %s)".format(older)
    assert sql.replace("(%s)", "%s") == expected
