import datetime
import json
from decimal import Decimal

import pytest
from django.apps.registry import Apps
from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from ormtests.models import Author, Book

from mssql_core.compiler.value_lists import MAX_PARAMETERS
from mssql_core.fields import LegacyDateTimeField

authors = Author.objects.order_by()


def condition(compiled, **lookup):
    sql, params = compiled(authors.filter(**lookup).values("id"), "2016")
    return sql.split(" WHERE ", 1)[1], params


def test_a_short_list_is_parameters(compiled):
    sql, params = condition(compiled, id__in=[1, 2, 3])
    assert sql == "[ormtests_author].[id] IN (%s, %s, %s)" and params == [1, 2, 3]


def test_lists_have_few_lengths(compiled):
    """So that the server keeps few plans."""
    lengths = {len(condition(compiled, id__in=range(size))[1]) for size in range(9, 65)}
    assert lengths == {16, 32, 64}


def test_padding_repeats_a_value(compiled):
    _, params = condition(compiled, id__in=range(10))
    assert params == [*range(10), *[9] * 6]


def test_a_long_list_is_one_parameter(compiled):
    sql, params = condition(compiled, id__in=range(5000))
    assert (
        sql
        == "[ormtests_author].[id] IN (SELECT [__v] FROM OPENJSON(%s) WITH ([__v] bigint '$') WHERE [__v] IS NOT NULL)"
    )
    assert json.loads(params[0]) == list(range(5000))


def test_below_level_130_a_list_is_parameters_as_long_as_there_is_room(compiled):
    sql, params = compiled(authors.filter(id__in=range(2000)), "2016", compatibility_level=120)
    assert len(params) == 2000


def test_below_level_130_longer_lists_are_bytes(compiled):
    sql, params = compiled(authors.filter(id__in=range(2001)), "2016", compatibility_level=120)
    data, places, count = params
    assert "CAST(CAST(SUBSTRING([__b].[__v], " in sql and count == 2001
    assert data.decode("utf-16-le") == "".join(map(str, range(2001)))
    assert places[:8] == b"\0\0\0\1\0\0\0\2" and len(places) == 8 * 2001


def test_several_lists_share_the_limit(compiled):
    query = Q()
    for start in range(0, 6000, 100):
        query |= Q(id__in=range(start, start + 60))
    _, params = compiled(authors.filter(query))
    assert len(params) <= MAX_PARAMETERS


def test_none_and_repetitions_are_left_out(compiled):
    assert condition(compiled, id__in=[1, None, 1])[1] == [1]


def test_text_is_not_cut_to_the_columns_length(compiled):
    names = ["x" * 60 + str(number) for number in range(70)]
    sql, params = condition(compiled, name__in=names)
    assert (
        "nvarchar(4000)" in sql
        and [bytes.fromhex(value).decode("utf-16-le") for value in json.loads(params[0])] == names
    )


def test_collation_of_the_field(compiled):
    """Columns of OPENJSON have the database's, which would be in conflict (error 468)."""
    from ormtests.models import Collated

    sql, _ = compiled(Collated.objects.filter(name__in=[str(number) for number in range(100)]))
    assert (
        "(SELECT [__v] FROM OPENJSON(%s) WITH ([__v] nvarchar(4000) COLLATE Latin1_General_100_BIN2 '$') WHERE [__v] IS NOT NULL)"
        in sql
    )


def test_bytes_travel_as_hexadecimal_digits(compiled):
    sql, params = compiled(Book.objects.filter(cover__in=[bytes([number]) for number in range(100)]))
    assert (
        "(SELECT CONVERT(varbinary(max), [__v], 2) FROM OPENJSON(%s) WITH ([__v] nvarchar(max) '$') WHERE [__v] IS NOT NULL)"
        in sql
    )
    assert json.loads(params[0])[10] == "0a"


def test_text_of_a_column_whose_collation_is_not_named(compiled):
    """Out of bytes it takes the column's collation; a text of OPENJSON has one, which may be another (error 468)."""
    sql, _ = condition(compiled, name__in=[str(number) for number in range(100)])
    assert "(SELECT CAST(CONVERT(varbinary(max), [__v], 2) AS nvarchar(4000)) FROM OPENJSON(%s) WITH" in sql


@pytest.mark.parametrize(
    "query",
    [
        ~Q(id__in=range(1500)),
        Q(id__in=range(1500)) | Q(age=1),
        ~(Q(id__in=range(1500)) & Q(age=1)),
    ],
)
def test_where_a_list_would_be_read_for_each_row_it_is_parameters(compiled, query):
    sql, params = compiled(authors.filter(query))
    assert "OPENJSON" not in sql and len(params) in (2000, 2001)


def test_in_a_case_too(compiled):
    case = Case(When(id__in=range(100), then=Value(1)), default=Value(0), output_field=IntegerField())
    sql, params = compiled(authors.annotate(x=case).values("x"))
    assert "OPENJSON" not in sql and len(params) == 130


def test_beyond_2000_values_it_is_one_parameter_there_too(compiled):
    sql, params = compiled(authors.exclude(id__in=range(2001)))
    assert "WHERE [__v] IS NOT NULL" in sql and len(params) == 1


def test_decimals_of_too_many_digits_for_one_type_are_two_lists(compiled):
    """numeric ends at 38 digits (error 8115)."""
    values = [Decimal(1) / 3, Decimal("9" * 20), *map(Decimal, range(100))]
    sql, params = compiled(Book.objects.filter(price__in=values).order_by())
    assert sql.count("OPENJSON") == 2 and "numeric(38, 28)" in sql and "numeric(38, 0)" in sql and len(params) == 2


def test_decimals_have_the_type_of_their_column(compiled):
    sql, params = compiled(Book.objects.filter(price__in=[Decimal(number) / 4 for number in range(100)]).order_by())
    assert "WITH ([__v] numeric(8, 2) '$')" in sql


def test_decimals_are_not_rounded_to_find_them(compiled):
    values = [Decimal("0.105"), *map(Decimal, range(100))]
    sql, params = compiled(Book.objects.filter(price__in=values).order_by())
    assert "WITH ([__v] numeric(38, 3) '$')" in sql and '"0.105"' in params[0]


def test_moments_in_a_long_list_lose_their_offset_as_those_that_are_stored(compiled):
    """CAST of a datetimeoffset to datetime would take the wall clock of any offset."""

    class Legacy(models.Model):
        at = LegacyDateTimeField()

        class Meta:
            app_label, apps = "lists", Apps()

    zone = datetime.timezone(datetime.timedelta(hours=1))
    values = [datetime.datetime(2026, 1, day % 28 + 1, day % 24, tzinfo=zone) for day in range(100)]
    sql, params = compiled(Legacy.objects.filter(at__in=values))
    assert "CAST([__v] AS datetime) FROM OPENJSON(%s) WITH ([__v] datetime2 '$')" in sql
    assert json.loads(params[0])[0] == "2025-12-31T23:00:00.000000"
