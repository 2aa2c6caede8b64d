import pytest
from django.db import NotSupportedError
from django.db.models import Case, F, OuterRef, Q, RowRange, Subquery, Sum, Value, ValueRange, When, Window
from django.db.models.functions import Coalesce, Concat, NthValue
from django.db.models.lookups import GreaterThan
from orm import since
from ormtests.models import Author, Book


def nth(expression="age", n=2, **window):
    window.setdefault("order_by", F("id").asc())
    return Window(NthValue(expression, n), **window)


VALUE_AT_2 = (
    "CASE WHEN 2 > [__number1] THEN LEAD([__value1], CASE WHEN 2 > [__number1] THEN 2 - [__number1] ELSE 0 END) {over} "
    "ELSE LAG([__value1], CASE WHEN 2 < [__number1] THEN [__number1] - (2) ELSE 0 END) {over} END"
)


WHOLE = "CASE WHEN 2 <= COUNT_BIG(*) OVER (ORDER BY [__rank1]) THEN %s END" % VALUE_AT_2.format(
    over="OVER (ORDER BY [__number1])"
)


@since(5, 2)
def test_parameters_of_both_statements_stay_in_order(compiled):
    authors = Author.objects.filter(age=3).annotate(x=nth()).annotate(y=F("x") + 5, z=F("x") + 7)
    sql, params = compiled(authors.order_by(F("x") + 6, F("x") + 8).values("y", "z")[2:4])
    assert sql.startswith("SELECT (%s + %%s) AS [y], (%s + %%s) AS [z] FROM (SELECT " % (WHOLE, WHOLE))
    assert sql.endswith(
        "] = %%s) AS [__numbered] ORDER BY (%s + %%s) ASC, (%s + %%s) ASC OFFSET %%s ROWS FETCH NEXT %%s ROWS ONLY"
        % (WHOLE, WHOLE)
    )
    # Those of y and z stand inside as well.
    assert params == [5, 7, 5, 7, 3, 6, 8, 2, 2]


def test_a_page_without_an_order(compiled):
    """OFFSET needs one, with DISTINCT by a selected column (145); without a page there is none."""
    authors = Author.objects.order_by().annotate(x=nth()).values("x")
    assert compiled.sql(authors[1:3]).endswith(" ORDER BY (SELECT NULL) OFFSET %s ROWS FETCH NEXT %s ROWS ONLY")
    assert compiled.sql(authors.distinct()[1:3]).endswith(" ORDER BY 1 OFFSET %s ROWS FETCH NEXT %s ROWS ONLY")
    assert compiled.sql(authors).endswith(") AS [__numbered]")


@since(5, 2)
def test_conditions_over_it_are_values(compiled):
    """T-SQL selects and sorts by no conditions."""
    authors = Author.objects.order_by().annotate(x=nth())
    truth = "CAST(CASE WHEN {0} > %s THEN 1 WHEN NOT ({0} > %s) THEN 0 END AS bit)".format(WHOLE)
    assert compiled.sql(authors.annotate(y=Q(x__gt=3)).values("y")).startswith("SELECT %s AS [y] FROM (" % truth)
    assert compiled.sql(authors.values("id").order_by(GreaterThan(F("x"), 3))).endswith(" ORDER BY %s ASC" % truth)


@since(5, 2)
def test_other_expressions_are_columns_inside(compiled):
    """Each once."""
    year = F("born__year")
    authors = Author.objects.order_by().annotate(x=nth()).annotate(y=Coalesce("x", year, F("age") + 1), z=F("x") + year)
    sql = compiled.sql(authors.values("y", "z"))
    assert sql.startswith(
        "SELECT COALESCE(%s, [__part4], [__part5]) AS [y], (%s + [__part4]) AS [z] FROM (" % (WHOLE, WHOLE)
    )
    assert sql.endswith(
        ", DATEPART(year, [ormtests_author].[born]) AS [__part4], ([ormtests_author].[age] + %s) AS [__part5] "
        "FROM [ormtests_author]) AS [__numbered]"
    )


@since(5, 2)
def test_several_windows(compiled):
    sql = compiled.sql(Author.objects.order_by().annotate(x=nth(), y=nth("name", 3)).values("x", "y"))
    other = WHOLE.replace("2 <", "3 <").replace("2 >", "3 >").replace("2 - ", "3 - ").replace("(2)", "(3)")
    for name in ("value", "number", "rank"):
        other = other.replace("[__%s1]" % name, "[__%s2]" % name)
    assert sql.startswith("SELECT %s AS [x], %s AS [y] FROM (" % (WHOLE, other))
    assert "[ormtests_author].[name] AS [__value2], ROW_NUMBER() OVER (" in sql


@since(5, 2)
def test_texts_with_it_may_be_long(compiled):
    """Of the column inside it is known what text it becomes: CONCAT ends at 4,000 characters."""
    authors = Author.objects.order_by().annotate(x=Concat(nth("name"), F("code"), Value("!"))).values("x")
    assert compiled.sql(authors).startswith("SELECT CONCAT(CAST(%s AS nvarchar(max)), [__part4]) AS [x] FROM (" % WHOLE)


@since(5, 2)
@pytest.mark.parametrize("partition", [None, ["name", "age"]])
def test_a_window_without_an_order_is_the_whole_partition(compiled, partition):
    authors = Author.objects.order_by().annotate(x=nth(order_by=None, partition_by=partition)).values("x")
    over = "OVER (PARTITION BY [__partition1] ORDER BY [__number1])" if partition else "OVER (ORDER BY [__number1])"
    assert compiled.sql(authors).startswith("SELECT %s AS [x] FROM (" % VALUE_AT_2.format(over=over))


def test_a_subquery_of_it_has_no_order(compiled):
    """Error 1033."""
    ages = Author.objects.annotate(x=nth()).order_by("x").values("x")
    assert compiled.sql(Author.objects.order_by().filter(age__in=ages).values("id")).endswith(") AS [__numbered])")


@since(5, 2)
def test_rows_are_numbered_inside_and_the_value_is_found_outside(compiled):
    authors = Author.objects.order_by("name").annotate(x=nth(partition_by="name")).values("name", "x")
    value = VALUE_AT_2.format(over="OVER (PARTITION BY [__partition1] ORDER BY [__number1])")
    assert compiled.sql(authors) == (
        "SELECT [name], CASE WHEN 2 <= COUNT_BIG(*) OVER (PARTITION BY [__partition1] ORDER BY [__rank1]) "
        "THEN " + value + " END AS [x] FROM ("
        "SELECT [ormtests_author].[name] AS [name], [ormtests_author].[age] AS [x], [ormtests_author].[age] AS [__value1], "
        "ROW_NUMBER() OVER (PARTITION BY [ormtests_author].[name] ORDER BY [ormtests_author].[id] ASC) AS [__number1], "
        "RANK() OVER (PARTITION BY [ormtests_author].[name] ORDER BY [ormtests_author].[id] ASC) AS [__rank1], "
        "DENSE_RANK() OVER (ORDER BY [ormtests_author].[name]) AS [__partition1] "
        "FROM [ormtests_author]) AS [__numbered] ORDER BY [name] ASC"
    )


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (RowRange(end=1), "SELECT CASE WHEN 2 <= [__number1] + 1 THEN " + VALUE_AT_2.format(over="OVER (ORDER BY [__number1])")),
        (RowRange(), "SELECT " + VALUE_AT_2.format(over="OVER (ORDER BY [__number1])") + " AS [x]"),
        (ValueRange(), "SELECT " + VALUE_AT_2.format(over="OVER (ORDER BY [__number1])") + " AS [x]"),
        (ValueRange(start=0), "SELECT CASE WHEN [__rank1] + 1 > [__number1] THEN LEAD("),
        (RowRange(start=-3), "SELECT CASE WHEN CASE WHEN [__number1] > 3 THEN [__number1] - 3 ELSE 1 END + 1 > [__number1] "),
        pytest.param(
            RowRange(start=1),
            "SELECT CASE WHEN CASE WHEN [__number1] > -1 THEN [__number1] - -1 ELSE 1 END + 1 > [__number1] ",
            marks=since(5, 1),
        ),
    ],
)  # fmt: skip
def test_the_row_is_that_of_the_frame(compiled, frame, expected):
    assert compiled.sql(Author.objects.order_by().annotate(x=nth(frame=frame)).values("x")).startswith(expected)


def test_limits_and_distinct_belong_outside(compiled):
    authors = Author.objects.annotate(x=nth()).order_by("-x").values("x").distinct()[1:3]
    assert compiled.sql(authors).startswith("SELECT DISTINCT CASE WHEN 2 <= COUNT_BIG(")
    assert compiled.sql(authors).endswith("AS [__numbered] ORDER BY [x] DESC OFFSET %s ROWS FETCH NEXT %s ROWS ONLY")


@since(4, 2)
def test_rows_are_filtered_by_it(compiled):
    assert "WHERE [x] > %s" in compiled.sql(Author.objects.annotate(x=nth()).filter(x__gt=1))
    assert "WHERE" in compiled.sql(Author.objects.annotate(x=nth()).filter(Q(x__gt=F("age") + 1) | Q(name="a")))


def test_expressions_of_it_are_computed_outside_from_columns_inside(compiled):
    authors = Author.objects.order_by("id").annotate(x=Coalesce(nth(), F("age"), Value(7))).values("x")
    sql = compiled.sql(authors)
    assert sql.startswith("SELECT COALESCE(CASE WHEN 2 <= ")
    assert ", [__value1], %s) AS [x] FROM (SELECT " in sql and "[ormtests_author].[age] AS [__value1]" in sql


def test_conditions_without_it_keep_three_values(compiled):
    case = Case(When(~Q(age__gt=3) & Q(x__gt=1), then=F("x")), default=Value(0))
    sql = compiled.sql(Author.objects.annotate(x=nth()).annotate(y=case).values("y"))
    inside = "CAST(CASE WHEN %s THEN 1 WHEN NOT (%s) THEN 0 END AS bit) AS [__part"
    assert inside.partition("%s")[0] in sql and "] = 1 AND " in sql.replace(")", "")


def test_rows_are_sorted_by_what_is_not_selected(compiled):
    annotated = Author.objects.annotate(x=nth())
    sql = compiled.sql(annotated.order_by(F("x") + 1, "age").values("name"))
    assert " FROM (SELECT " in sql and " ORDER BY (CASE WHEN 2 <= " in sql
    assert " ORDER BY CASE WHEN 2 <= " in compiled.sql(Author.objects.order_by(nth().desc()))


def test_subqueries_have_it(compiled):
    newest = Book.objects.filter(author=OuterRef("pk")).order_by("id").annotate(x=nth("price")).values("x")[:1]
    sql = compiled.sql(Author.objects.annotate(x=Subquery(newest)).values("x"))
    assert "(SELECT TOP" in sql or "OFFSET %s ROWS FETCH NEXT %s ROWS ONLY" in sql


def test_a_window_over_it_is_left_to_the_server(compiled):
    """A window in a window is error 4109 here, as it is an error on other databases."""
    annotated = Author.objects.annotate(x=nth())
    assert "SELECT SUM(CAST(CASE WHEN" in compiled.sql(annotated.annotate(y=Window(Sum("x"))).values("y"))


def test_where_it_cannot_be_it_is_refused(compiled):
    with pytest.raises(NotSupportedError, match=r"takes no distinct\(\*fields\)"):
        compiled.sql(Author.objects.annotate(x=nth()).distinct("name"))


@since(5, 2)
def test_of_conditions(compiled):
    authors = Author.objects.order_by().annotate(x=Window(NthValue(Q(pk__gt=3), 2), order_by="id"))
    sql = compiled.sql(authors.values("x"))
    assert "CAST(CASE WHEN [ormtests_author].[id] > %s THEN 1 ELSE 0 END AS bit) AS [__value1]" in sql
