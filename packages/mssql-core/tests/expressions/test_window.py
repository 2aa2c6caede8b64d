import pytest
from django.db import NotSupportedError
from django.db.models import Avg, Count, F, Q, RowRange, Sum, ValueRange, Window
from django.db.models.functions import FirstValue, Lag, Ntile, Rank, RowNumber
from orm import sent, since
from ormtests.models import Author

authors = Author.objects.order_by()
AGE = "[ormtests_author].[age]"


def expression(compiled, *arguments, **options):
    return compiled.expression(authors.annotate(x=Window(*arguments, **options)))


def test_ranking_needs_an_order(compiled):
    """Without one it is error 4112."""
    assert expression(compiled, RowNumber()) == "ROW_NUMBER() OVER (ORDER BY (SELECT NULL))"


@since(4, 1)
def test_an_empty_order_is_none(compiled):
    assert expression(compiled, RowNumber(), order_by=[]) == "ROW_NUMBER() OVER (ORDER BY (SELECT NULL))"


def test_given_orders_stay(compiled):
    sql = expression(compiled, Rank(), partition_by="active", order_by=F("age").desc())
    assert sql == "RANK() OVER (PARTITION BY [ormtests_author].[active] ORDER BY %s DESC)" % AGE


def test_aggregates_need_none(compiled):
    assert expression(compiled, Avg("age")) == "AVG(CAST(%s AS float)) OVER ()" % AGE


def test_frames_need_an_order(compiled):
    sql = expression(compiled, Sum("age"), frame=RowRange(start=-2, end=0))
    assert sql.endswith("OVER (ORDER BY (SELECT NULL) ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)")


@since(4, 1)
def test_ranges_are_unbounded(compiled):
    """RANGE takes no distance (error 4194)."""
    with pytest.raises(NotSupportedError, match="UNBOUNDED"):
        expression(compiled, Sum("age"), order_by="age", frame=ValueRange(start=-2, end=0))


@since(4, 1)
def test_offsets(compiled):
    assert expression(compiled, Lag("age", 2), order_by="id").startswith("LAG(%s, %%s) OVER " % AGE)
    assert expression(compiled, Ntile(4), order_by="id").startswith("NTILE(%s) OVER ")
    assert expression(compiled, FirstValue("age")).endswith("OVER (ORDER BY (SELECT NULL))")


@since(4, 1)
def test_partitions_are_of_values(compiled):
    """A condition is none (errors 102 and 156)."""
    sql = expression(compiled, Avg("age"), partition_by=["name", Q(pk__gt=3)])
    older = "CAST(CASE WHEN [ormtests_author].[id] > %s THEN 1 ELSE 0 END AS bit)"
    assert sql == "AVG(CAST(%s AS float)) OVER (PARTITION BY [ormtests_author].[name], %s)" % (AGE, older)
    assert ("PARTITION BY %s ORDER BY (SELECT NULL))" % older) in expression(
        compiled, RowNumber(), partition_by=Q(pk__gt=3)
    )


@since(4, 2)
def test_counted_groups_name_the_columns_of_windows(compiled):
    """The key alone, by which Django groups there, does not decide a column for the server (error 8120)."""
    total = Window(Sum("age"), partition_by="name")
    counted = authors.annotate(total=total, books=Count("book"))
    ((sql, _),) = sent(counted.count, answers=[(" subquery", [(1,)])])
    assert " GROUP BY [ormtests_author].[id], [ormtests_author].[name], %s) " % AGE in sql
