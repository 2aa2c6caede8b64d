import datetime
import decimal
import uuid

import pytest
from django.core.management.color import no_style
from django.db import NotSupportedError
from django.db.models import BooleanField, DecimalField, F, FloatField, Func, Value
from orm import t_sql
from ormtests.models import Author, Book


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("order", "[order]"),
        ("a]b", "[a]]b]"),
        ("a.b", "[a.b]"),
        ('"sales"."order"', "[sales].[order]"),
        ("[sales].[order]", "[sales].[order]"),
        ("[order]", "[order]"),
    ],
)
def test_names(connection, name, expected):
    assert connection.ops.quote_name(name) == expected


def test_limits(connection):
    sql = connection.ops.limit_offset_sql
    assert sql(None, 5) == "OFFSET 0 ROWS FETCH NEXT 5 ROWS ONLY"
    assert sql(5, None) == "OFFSET 5 ROWS"
    # FETCH of no rows is error 10744.
    assert sql(5, 5) == "OFFSET 5 ROWS"


def test_batches_of_bulk_update_stay_below_the_limit(connection):
    pk, age, name = (Author._meta.get_field(field) for field in ("id", "age", "name"))
    assert connection.ops.bulk_batch_size([pk, pk, age], range(5000)) == 1000
    assert connection.ops.bulk_batch_size([pk, pk, age, name], range(5000)) == 500


def test_inserts_and_lists_have_no_batches(connection):
    fields = list(Author._meta.fields)
    assert connection.ops.bulk_batch_size(fields, range(100000)) == 100000


def expression(compiled, combined):
    return compiled.expression(Author.objects.order_by().annotate(x=combined))


def test_power_does_not_overflow_int(compiled):
    assert expression(compiled, F("age") ** 2) == "(POWER(CAST([ormtests_author].[age] AS float), %s))"


def test_bits(compiled):
    age = "[ormtests_author].[age]"
    assert expression(compiled, F("age").bitxor(3)) == "(%s ^ %%s)" % age
    assert expression(compiled, F("age").bitand(3)) == "(%s & %%s)" % age
    assert expression(compiled, F("age").bitleftshift(3)) == "((%s * POWER(CAST(2 AS bigint), %%s)))" % age
    assert "FLOOR(" in expression(compiled, F("age").bitrightshift(3))


def test_remainder(compiled):
    assert expression(compiled, F("age") % 3) == "([ormtests_author].[age] %% %s)"
    rating = "CAST([ormtests_book].[rating] AS float)"
    sql = compiled.expression(Book.objects.order_by().annotate(x=F("rating") % Value(3.5)))
    assert sql == "({0} - CAST(%s AS float) * ROUND({0} / CAST(%s AS float), 0, 1))".format(rating)


def test_like_escapes_wildcards(connection):
    assert connection.ops.prep_for_like_query(r"50%_[x]\ ") == r"50\%\_\[x]\\ "


def test_last_query_is_readable(connection):
    values = ("O'Neil", 5, None, decimal.Decimal("1.5"), datetime.date(2020, 1, 2), b"\x01", True)
    shown = connection.ops.last_executed_query(None, "f(%s, %s, %s, %s, %s, %s, %s) LIKE '%%'", values)
    assert shown == "f(N'O''Neil', 5, NULL, 1.5, CAST(N'2020-01-02' AS date), 0x01, 1) LIKE '%'"


def test_last_query_without_values(connection):
    assert connection.ops.last_executed_query(None, "a LIKE 'x%%'", ()) == "a LIKE 'x%'"
    assert connection.ops.last_executed_query(None, "a LIKE 'x%'", None) == "a LIKE 'x%'"
    assert connection.ops.last_executed_query(None, "a = %(x)s", {"x": 3}) == "a = 3"


def test_savepoints(connection):
    ops = connection.ops
    assert ops.savepoint_create_sql("s1") == "SAVE TRANSACTION [s1]"
    assert ops.savepoint_rollback_sql("s1") == "ROLLBACK TRANSACTION [s1]"
    # There is no release.
    assert ops.savepoint_commit_sql("s1") == ""


def test_flush_leaves_no_untrusted_foreign_keys(connection, compiled):
    statements = connection.ops.sql_flush(no_style(), ["a", "b"])
    assert [t_sql(sql) for sql in statements] == [
        "ALTER TABLE [a] NOCHECK CONSTRAINT ALL;\nALTER TABLE [b] NOCHECK CONSTRAINT ALL;",
        "DELETE FROM [a];",
        "DELETE FROM [b];",
        "ALTER TABLE [a] WITH CHECK CHECK CONSTRAINT ALL;\nALTER TABLE [b] WITH CHECK CHECK CONSTRAINT ALL;",
    ]
    for sql in statements:
        compiled.statement(sql)


def test_flush_starts_identities_anew(connection, compiled):
    """RESEED of a table that never had a row sets the next key, not the last one."""
    sql = connection.ops.sql_flush(no_style(), ["a"], reset_sequences=True)[-1]
    assert "last_value IS NOT NULL) DBCC CHECKIDENT (N'[a]', RESEED, 0);" in compiled.statement(sql)


def test_nothing_to_flush(connection):
    assert connection.ops.sql_flush(no_style(), []) == []


def test_sequences(connection, compiled):
    (sql,) = connection.ops.sequence_reset_sql(no_style(), [Author])
    assert compiled.statement(sql) == "DBCC CHECKIDENT (N'[ormtests_author]', RESEED)"


def converted(connection, field, value):
    typed_null = Value(None, output_field=field)
    for convert in connection.ops.get_db_converters(typed_null):
        value = convert(value, typed_null, connection)
    return value


def test_computed_values_have_the_fields_type(connection):
    assert converted(connection, BooleanField(), 1) is True
    assert converted(connection, BooleanField(), None) is None
    assert converted(connection, DecimalField(), 0.1) == decimal.Decimal("0.1")
    assert converted(connection, FloatField(), decimal.Decimal("0.5")) == 0.5


def test_uuids(connection):
    value = uuid.UUID(int=5)
    convert = connection.ops.convert_uuidfield_value
    assert convert(value, None, None) is value
    assert convert(value.hex, None, None) == value
    assert convert(None, None, None) is None


def test_cache_culling(connection, compiled):
    sql = connection.ops.cache_key_culling_sql() % "[cache]"
    assert compiled.statement(sql) == (
        "SELECT [cache_key] FROM [cache] ORDER BY [cache_key] OFFSET %s ROWS FETCH NEXT 1 ROWS ONLY"
    )


def test_a_sum_of_conditions_stays_a_number(connection):
    (convert,) = connection.ops.get_db_converters(Func(F("active"), output_field=BooleanField()))
    assert [convert(value, None, connection) for value in (0, 1, 6, None)] == [False, True, 6, None]


def test_a_distance_of_range_is_refused_with_the_remedy(connection):
    """As Django words it, and what helps."""
    for frame in ((-1, None), (0, 2), (-1, 1)):
        with pytest.raises(NotSupportedError, match=r"only supports UNBOUNDED.*\(error 4194\): use RowRange"):
            connection.ops.window_frame_range_start_end(*frame)
    assert connection.ops.window_frame_range_start_end(None, 0) == ("UNBOUNDED PRECEDING", "CURRENT ROW")
