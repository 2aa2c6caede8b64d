import pytest
from django.db import NotSupportedError
from django.db.models import F, RowRange, Window
from django.db.models.functions import Coalesce, NthValue
from orm import since
from ormtests.models import Author


def nth(expression="age", n=2, **window):
    window.setdefault("order_by", F("id").asc())
    return Window(NthValue(expression, n), **window)


@since(5, 2)
def test_rows_are_numbered_inside_and_the_value_is_found_outside(compiled):
    authors = Author.objects.order_by("name").annotate(x=nth(partition_by="name")).values("name", "x")
    assert compiled.sql(authors) == (
        "SELECT [name], MAX(CASE WHEN [__number1] = 2 THEN [x] END) OVER "
        "(PARTITION BY [__partition1] ORDER BY [__rank1]) AS [x] FROM ("
        "SELECT [ormtests_author].[name] AS [name], [ormtests_author].[age] AS [x], "
        "ROW_NUMBER() OVER (PARTITION BY [ormtests_author].[name] ORDER BY [ormtests_author].[id] ASC) AS [__number1], "
        "RANK() OVER (PARTITION BY [ormtests_author].[name] ORDER BY [ormtests_author].[id] ASC) AS [__rank1], "
        "DENSE_RANK() OVER (ORDER BY [ormtests_author].[name]) AS [__partition1] "
        "FROM [ormtests_author]) AS [numbered] ORDER BY [name] ASC"
    )


def test_a_frame_of_rows_goes_by_numbers(compiled):
    authors = Author.objects.order_by().annotate(x=nth(frame=RowRange(end=1))).values("x")
    assert "OVER (ORDER BY [__number1] ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING) AS [x]" in compiled.sql(
        authors
    )


def test_limits_and_distinct_belong_outside(compiled):
    authors = Author.objects.annotate(x=nth()).order_by("-x").values("x").distinct()[1:3]
    assert compiled.sql(authors).startswith("SELECT DISTINCT MAX(")
    assert compiled.sql(authors).endswith("AS [numbered] ORDER BY [x] DESC OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY")


@since(4, 2)
def test_rows_are_filtered_by_it(compiled):
    assert "WHERE [x] > %s" in compiled.sql(Author.objects.annotate(x=nth()).filter(x__gt=1))


def test_inside_another_expression_it_is_refused(compiled):
    annotated = Author.objects.annotate(x=nth())
    for authors in (annotated.annotate(y=Coalesce("x", 0)), annotated.order_by(F("x") + 1)):
        with pytest.raises(NotSupportedError, match="annotated as it is"):
            compiled.sql(authors)


def test_a_later_frame_is_refused(compiled):
    with pytest.raises(NotSupportedError, match=r"start=None"):
        compiled.sql(Author.objects.annotate(x=nth(frame=RowRange(start=-1, end=0))))
