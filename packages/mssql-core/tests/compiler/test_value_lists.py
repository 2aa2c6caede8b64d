import datetime
import decimal
import json
import uuid

import pytest
from django.db import DataError
from django.db.models import Q
from ormtests.models import Author, Book

from mssql_core.compiler.value_lists import MAX_PARAMETERS, column_type, json_array

authors = Author.objects.order_by()


def condition(compiled, **lookup):
    sql, params = compiled(authors.filter(**lookup).values("id"), "2016")
    return sql.split(" WHERE ")[1], params


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
    assert sql == "[ormtests_author].[id] IN (SELECT [v] FROM OPENJSON(%s) WITH ([v] bigint '$'))"
    assert json.loads(params[0]) == list(range(5000))


def test_below_level_130_a_long_list_is_parameters(compiled):
    sql, params = compiled(authors.filter(id__in=range(100)), "2016", compatibility_level=120)
    assert len(params) == 100


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
    assert "nvarchar(4000)" in sql and json.loads(params[0]) == names


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([True, False], "bit"),
        ([1, 2**40], "bigint"),
        ([1, 2**70], None),
        ([1.5, 2], "float"),
        ([decimal.Decimal("1.25"), decimal.Decimal("3.5")], "numeric(38, 2)"),
        ([decimal.Decimal("NaN")], None),
        (["a"], "nvarchar(4000)"),
        (["a" * 4001], "nvarchar(max)"),
        (["\U0001f600" * 2001], "nvarchar(max)"),
        ([datetime.date(2020, 1, 1)], "date"),
        ([datetime.time(1, 2)], "time"),
        ([datetime.datetime(2020, 1, 1)], "datetime2"),
        ([datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)], "datetimeoffset"),
        ([uuid.UUID(int=5)], "uniqueidentifier"),
        ([b"ab"], "varbinary(max)"),
        (["a", 1], None),
    ],
)
def test_types_hold_the_values_without_loss(values, expected):
    assert column_type(None, values, None) == expected


def test_values_survive_json():
    values = [
        1.1,
        decimal.Decimal("12345678901234567.125"),
        datetime.datetime(2020, 1, 2, 3, 4, 5, 6),
        b"\x00\xff",
        None,
    ]
    assert json_array([values]) == '[[1.1,"12345678901234567.125","2020-01-02T03:04:05.000006","00ff",null]]'


def test_infinity_is_refused():
    with pytest.raises(DataError, match="float has no NaN and no infinity"):
        json_array([float("inf")])


def test_collation_of_the_field(compiled):
    """Columns of OPENJSON have the database's, which would be in conflict (error 468)."""
    from ormtests.models import Collated

    sql, _ = compiled(Collated.objects.filter(name__in=[str(number) for number in range(100)]))
    assert "(SELECT [v] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(%s) WITH ([v] nvarchar(4000) '$'))" in sql


def test_bytes_travel_as_hexadecimal_digits(compiled):
    sql, params = compiled(Book.objects.filter(cover__in=[bytes([number]) for number in range(100)]))
    assert "(SELECT CONVERT(varbinary(max), [v], 2) FROM OPENJSON(%s) WITH ([v] nvarchar(max) '$'))" in sql
    assert json.loads(params[0])[10] == "0a"
