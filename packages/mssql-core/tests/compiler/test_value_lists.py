import datetime
import json
from decimal import Decimal

import pytest
from django.apps.registry import Apps
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import Case, F, FloatField, IntegerField, Q, TextField, Transform, Value, When
from django.db.models.lookups import Exact, In
from orm import unnamed
from ormtests.models import Author, Book
from typed import typed

from mssql_core.compiler.value_lists import MAX_PARAMETERS, row_by_row, within_limit
from mssql_core.connection.parameters import TypedParam
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


@pytest.mark.parametrize(
    ("field", "values", "sql_type"),
    [
        ("title", ["a", "b" * 51], "nvarchar(51)"),
        ("title", ["b" * 5000, "a"], "nvarchar(5000)"),
        ("id", [1, 2**31], "bigint"),
        ("id", [-(2**31) - 1, 1], "bigint"),
        ("price", [Decimal(1), Decimal("2.5")], "decimal(8, 2)"),
    ],
)
def test_the_values_of_a_list_have_one_type(compiled, field, values, sql_type):
    """Each order of the types that they have by themselves would be a plan."""
    _, params = compiled(Book.objects.order_by().filter(**{field + "__in": values}).values("id"))
    assert params == [TypedParam(value, sql_type) for value in values]


@pytest.mark.parametrize(
    ("field", "values"), [("title", ["a", "b" * 50]), ("id", [1, 2**31 - 1]), ("rating", [1.5, 2.0])]
)
def test_values_that_have_one_type_anyway_are_sent_as_they_are(compiled, field, values):
    _, params = compiled(Book.objects.order_by().filter(**{field + "__in": values}).values("id"))
    assert params == values and not any(isinstance(value, TypedParam) for value in params)


def test_a_long_list_is_one_parameter(compiled):
    sql, params = condition(compiled, id__in=range(5000))
    assert (
        sql
        == "[ormtests_author].[id] IN (SELECT [__v] FROM OPENJSON(%s) WITH ([__v] bigint '$') WHERE [__v] IS NOT NULL)"
    )
    assert json.loads(params[0].value) == list(range(5000))


@pytest.mark.parametrize("negated", [False, True], ids=["", "not"])
def test_a_long_list_with_expressions(compiled, negated):
    """Their values are one parameter."""
    query = Q(id__in=[*range(5000), F("age") + 7, None, Value(-1)])
    sql, params = compiled(authors.filter(~query if negated else query).values("id"))
    table = "(SELECT [__v] FROM OPENJSON(%s) WITH ([__v] bigint '$') WHERE [__v] IS NOT NULL)"
    column = "[ormtests_author].[id]"
    assert "(%s IN %s OR %s IN (([ormtests_author].[age] + %%s)))" % (column, table, column) in sql
    values, number = params
    assert json.loads(values.value) == [*range(5000), -1] and number == 7


def test_the_values_beside_expressions_are_prepared(compiled):
    for last in ("2.25", Value("2.25"), Value(2.25, output_field=FloatField())):
        sql, params = compiled(Book.objects.order_by().filter(price__in=[F("rating"), 1.5, last]).values("id"))
        assert " IN (%s, %s, [ormtests_book].[rating])" in sql
        assert params == [TypedParam(Decimal(value), "decimal(8, 2)") for value in ("1.5", "2.25")]


def test_a_value_with_a_field_of_its_own_is_an_expression(compiled):
    sql, params = condition(
        compiled, age__in=[Value("5", output_field=TextField()), Value(6, output_field=IntegerField()), 7]
    )
    assert sql == "[ormtests_author].[age] IN (%s, %s, %s)" and [str(param) for param in params] == ["6", "7", "5"]


@pytest.mark.parametrize("number", [2**63, -(10**38) + 1])
def test_a_long_list_with_numbers_beyond_bigint(compiled, number):
    sql, (values,) = condition(compiled, id__in=[*range(5000), number])
    assert "WITH ([__v] numeric(38, 0) '$')" in sql and json.loads(values.value)[-1] == number


def test_numbers_beyond_every_type_are_in_no_list(compiled):
    _, params = condition(compiled, id__in=[10**38, 1, -(10**40)])
    assert params == [1]
    with pytest.raises(EmptyResultSet):
        compiled(authors.filter(id__in=[10**38]))
    assert " WHERE " not in compiled.sql(authors.exclude(id__in=[10**38]))


def test_below_level_130_a_list_is_parameters_as_long_as_there_is_room(compiled):
    sql, params = compiled(authors.filter(id__in=range(2000)), "2016", compatibility_level=120)
    assert len(params) == 2000


def test_below_level_130_longer_lists_are_bytes(compiled):
    sql, params = compiled(authors.filter(id__in=range(2001)), "2016", compatibility_level=120)
    data, places, count = params
    assert "CAST(CAST(SUBSTRING([__b].[__v], " in sql and count == 2001
    assert data.decode("utf-16-le") == "".join(map(str, range(2001)))
    assert places[:8] == b"\0\0\0\1\0\0\0\2" and len(places) == 8 * 2001


class Old(models.Model):
    code = typed(models.CharField, "varchar(20)")
    at = LegacyDateTimeField()

    class Meta:
        app_label, apps = "old", Apps()


AT = datetime.datetime(2026, 5, 6, 7, 8, 9, 120000, datetime.timezone.utc)
LATER = AT.replace(microsecond=125000)
CODE, MOMENT = "[old_old].[code]", "[old_old].[at]"


class Shouted(Exact):
    """A lookup that compiles itself."""

    lookup_name = "shouted"

    def as_sql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        return "%s = UPPER(%%s)" % lhs, [*params, self.rhs]


Old._meta.get_field("code").__class__.register_lookup(Shouted)


class Trimmed(Transform):
    """What both sides are compared without."""

    lookup_name, template, bilateral = "trimmed", "REPLACE(%(expressions)s, '%%%%', '')", True


Old._meta.get_field("code").__class__.register_lookup(Trimmed)


def test_the_values_of_a_long_list_are_transformed_in_their_table(compiled):
    sql, (values,) = compiled(Old.objects.filter(code__trimmed__in=map(str, range(2001))).values("id"))
    column, table = sql.split(" WHERE ", 1)[1].split(" IN (SELECT ", 1)
    assert column == "(REPLACE([old_old].[code], '%%', '')" and table.endswith(" AS [__t] ([__u])))")
    assert table.startswith("REPLACE(([__t].[__u]), '%%', '') FROM (SELECT ") and "OPENJSON(%s)" in table
    assert len(json.loads(values.value)) == 2001
    sql, params = compiled(Old.objects.filter(code__trimmed__in=["a", "b"]).values("id"))
    assert " IN (REPLACE(%s, '%%', ''), REPLACE(%s, '%%', ''))" in sql and params == ["a", "b"]


@pytest.mark.parametrize(
    ("query", "where", "values"),
    [
        (Q(code="x"), CODE + " = %s", [TypedParam("x", "varchar(8000)")]),
        (Q(code__gt="ü"), CODE + " > CAST(%s AS varchar(8000))", ["ü"]),
        (Q(code=Value("x")), CODE + " = %s", [TypedParam("x", "varchar(8000)")]),
        (Q(code__shouted="x"), CODE + " = UPPER(%s)", ["x"]),
        (
            Q(code__in=["x", "ü", None, "x"]),
            CODE + " IN (%s, CAST(%s AS varchar(8000)))",
            [TypedParam("x", "varchar(8000)"), "ü"],
        ),
        (Q(code__in=[F("code"), "x"]), "%s IN (%%s, %s)" % (CODE, CODE), [TypedParam("x", "varchar(8000)")]),
        (Q(code__in=[F("code")]), "%s IN (%s)" % (CODE, CODE), []),
        (Q(at__in=[F("at"), LATER]), "%s IN (CAST(%%s AS datetime), %s)" % (MOMENT, MOMENT), [LATER]),
        (Q(at=LATER), MOMENT + " = CAST(%s AS datetime)", [LATER]),
        (Q(at__gt=LATER), MOMENT + " > %s", [LATER]),
        (Q(at__gt=AT), MOMENT + " > CAST(%s AS datetime)", [AT]),
        (Q(at__in=[LATER]), MOMENT + " IN (CAST(%s AS datetime))", [LATER]),
        (Q(at__range=(AT, LATER)), MOMENT + " BETWEEN CAST(%s AS datetime) AND %s", [AT, LATER]),
    ],
    ids=str,
)
def test_values_are_compared_in_the_form_of_their_column(compiled, query, where, values):
    sql, params = compiled(Old.objects.filter(query).values("id"))
    assert sql.split(" WHERE ")[1] == where
    # A column without an offset has the alias's time zone, which is UTC.
    assert params == [value.replace(tzinfo=None) if isinstance(value, datetime.datetime) else value for value in values]


def test_lists_that_a_subquery_gives(compiled):
    sql = unnamed(compiled.sql(Old.objects.filter(code__in=Old.objects.values("code")).values("id")))
    assert (
        sql.replace("] U0", "] [U0]")
        .replace("U0.", "[U0].")
        .replace("[[", "[")
        .replace("]]", "]")
        .endswith(" WHERE [old_old].[code] IN (SELECT [U0].[code] FROM [old_old] [U0])")
    )


@pytest.mark.parametrize(("values", "literals"), [([True, False], "1, 0"), ([True, None], "1")])
def test_bits_are_literals(compiled, values, literals):
    """A filtered index serves no parameter."""
    assert condition(compiled, active__in=values) == ("[ormtests_author].[active] IN (%s)" % literals, [])


@pytest.mark.parametrize(
    ("lists", "length", "more", "parameters", "tables"),
    [
        (32, 60, {}, 2048, 0),
        (32, 60, {"age": 1, "name": "x"}, 2050, 0),
        (32, 60, {"age": 1, "name": "x", "code": "y"}, 35, 32),
        (33, 60, {}, 33, 33),
        # Two values are parameters in any case.
        (33, 2, {}, 66, 0),
    ],
)
def test_lists_of_a_statement_with_too_many_parameters(compiled, lists, length, more, parameters, tables):
    many = [Q(id__in=range(start, start + length)) for start in range(0, 1000 * lists, 1000)]
    sql, params = compiled(authors.filter(*many, **more).values("id"))
    assert (len(params), sql.count("OPENJSON")) == (parameters, tables)


def test_lists_that_would_be_read_for_each_row_give_way_too(compiled):
    """As few as have to: those above 64 values first."""
    lists = [Q(id__in=range(start, start + 100)) for start in range(0, 17000, 1000)]
    sql, params = compiled(authors.filter(Q(*lists, Q(id__in=range(60)), _connector=Q.OR)).values("id"))
    assert sql.count("OPENJSON") == 17 and len(params) == 17 + 64


def test_a_failure_leaves_no_limit_behind(connection):
    """The next statement is compiled as if nothing had been."""

    def build(*arguments):
        if connection.list_limit is not None:
            raise ValueError
        return "", [1] * (MAX_PARAMETERS + 1)

    with pytest.raises(ValueError):
        within_limit(connection, build)
    assert connection.list_limit is None

    def fail(**extra):
        assert connection.lists_by_row is True
        raise ValueError

    with pytest.raises(ValueError):
        row_by_row(connection, fail, extra=1)
    assert connection.lists_by_row is False
    assert row_by_row(connection, dict, a=1) == {"a": 1}


def test_parameters_of_the_left_side_stand_in_each_of_two_lists(compiled):
    values = [Decimal(1) / 3, Decimal("9" * 20), *map(Decimal, range(100))]
    queryset = Book.objects.order_by().annotate(x=F("price") + Decimal("0.5")).filter(x__in=values).values("id")
    sql, params = compiled(queryset)
    assert sql.count(" OR ") == 1 and [params[0], params[2]] == [Decimal("0.5")] * 2 and len(params) == 4


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
        and [bytes.fromhex(value).decode("utf-16-le") for value in json.loads(params[0].value)] == names
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
    assert json.loads(params[0].value)[10] == "0a"


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
    assert "WITH ([__v] numeric(38, 3) '$')" in sql and '"0.105"' in params[0].value


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
    assert json.loads(params[0].value)[0] == "2025-12-31T23:00:00.000000"


class Trimmed:
    """A left side of one's own."""

    def process_lhs(self, compiler, connection, lhs=None):
        sql, params = super().process_lhs(compiler, connection, lhs)
        return "TRIM(%s)" % sql, params


@pytest.mark.parametrize(("kind", "value", "right"), [(Exact, "a", "= %s"), (In, ["a", "b"], "IN (%s, %s)")])
def test_a_left_side_of_one_s_own_is_kept(compiled, kind, value, right):
    lookup = type("Trimmed%s" % kind.__name__, (Trimmed, kind), {})
    name = Author._meta.get_field("name")
    queryset = authors.all()
    queryset.query.where.add(lookup(name.get_col("ormtests_author"), value), "AND")
    assert compiled.sql(queryset).endswith(" WHERE TRIM([ormtests_author].[name]) " + right)


class Coded(models.Model):
    code = typed(models.CharField, "varchar(20)", primary_key=True)

    class Meta:
        app_label, apps = "old", Old._meta.apps


class Owned(models.Model):
    owner = models.ForeignKey(Coded, models.CASCADE, null=True)

    class Meta:
        app_label, apps = "old", Old._meta.apps


@pytest.mark.parametrize(
    ("conditions", "where"),
    [
        ({"owner": "a"}, "= %s"),
        ({"owner": Coded(code="a")}, "= %s"),
        ({"owner__code": "a"}, "= %s"),
        ({"owner__gt": "a"}, "> %s"),
        ({"owner__in": ["a"]}, "IN (%s)"),
    ],
)
def test_a_foreign_key_is_compared_as_its_target(compiled, conditions, where):
    """Next to nvarchar the server would convert the column, and scan."""
    sql, params = compiled(Owned.objects.filter(**conditions))
    assert sql.endswith(" WHERE [old_owned].[owner_id] " + where) and params == [TypedParam("a", "varchar(8000)")]


def test_a_foreign_key_without_a_value(compiled):
    assert compiled.sql(Owned.objects.filter(owner=None)).endswith(" WHERE [old_owned].[owner_id] IS NULL")


def test_isnull_of_a_foreign_key_is_no_comparison(compiled):
    """Also with a value that is no boolean, which Django refuses since version 4.0."""
    try:
        sql = compiled.sql(Owned.objects.filter(owner__isnull=1))
    except ValueError as error:
        assert "isnull" in str(error)
    else:
        assert sql.endswith(" WHERE [old_owned].[owner_id] IS NULL")
