import pytest
from django.db import NotSupportedError
from django.db.models import (
    Avg,
    BinaryField,
    Count,
    ExpressionWrapper,
    F,
    FloatField,
    JSONField,
    Max,
    Sum,
    Value,
    Window,
)
from django.db.models.functions import Cast, JSONObject, Random
from jsontests.keys import KT
from jsontests.models import Paper
from test_transforms import selected


def test_values_are_written_by_their_type(compiled):
    sql, params = selected(
        compiled, JSONObject(**{"a'": "name", "n": "number", "d": "value", "t": Value(True), "f": Value(0.5)})
    )
    assert "N'\"a'':\"" not in sql and "N'\"a''\":' + ISNULL(" in sql
    assert "STRING_ESCAPE(CAST([jsontests_paper].[name] AS nvarchar(max)), N'json')" in sql
    assert "ISNULL(CAST([jsontests_paper].[number] AS nvarchar(max)), N'null')" in sql
    assert "ISNULL(CAST([jsontests_paper].[value] AS nvarchar(max)), N'null')" in sql
    assert "CASE %s WHEN 1 THEN N'true'" in sql and "CAST(%s AS float), 3)" in sql
    assert params == [True, 0.5]


def test_an_object_without_members(compiled):
    assert selected(compiled, JSONObject())[0] == "N'{}'"


def test_arrays(compiled):
    functions = pytest.importorskip("django.db.models.functions")
    if not hasattr(functions, "JSONArray"):
        pytest.skip("JSONArray is younger than this Django")
    assert selected(compiled, functions.JSONArray())[0] == "N'[]'"
    sql, _ = selected(compiled, functions.JSONArray("number", "number"))
    number = "ISNULL(CAST([jsontests_paper].[number] AS nvarchar(max)), N'null')"
    assert sql == "(CAST(N'' AS nvarchar(max)) + N'[' + %s + N',' + %s + N']')" % (number, number)


def test_floats_for_the_type_json_have_no_exponent(compiled):
    """The type keeps ten decimals of a number with one."""
    native = {"options": {"native": True}, "version": "2025"}
    assert "STUFF" not in selected(compiled, JSONObject(a=Value(0.5)))[0]
    sql, params = selected(compiled, JSONObject(a=Cast("number", FloatField()) * 0.5), **native)
    assert sql.count("%s") == 1 and " AS [t]) AS [f])" in sql and params == [0.5]
    for expression in (Value(0.5), Sum("number") * Value(0.5)):
        sql, params = selected(compiled, JSONObject(a=expression), **native)
        assert "(SELECT" not in sql and sql.count("%s") == len(params) > 1


@pytest.mark.parametrize("native", [False, True])
def test_arithmetic_with_keys_is_a_float_with_all_digits(compiled, native):
    for number in (ExpressionWrapper(F("value__a") * 3, output_field=JSONField()), Avg("value__a")):
        sql, _ = selected(compiled, JSONObject(x=number), options={"native": native}, version="2025")
        assert " AS float), 3)" in sql and ("STUFF(" in sql) is native


def test_a_random_number_is_no_subquery_which_would_have_one_value_for_all_rows(compiled):
    sql, _ = selected(compiled, JSONObject(x=Random() + 1.0), options={"native": True}, version="2025")
    assert "SELECT" not in sql and "STUFF" not in sql


def test_bytes_are_refused(compiled):
    with pytest.raises(NotSupportedError, match="BinaryField"):
        selected(compiled, JSONObject(a=Value(b"x", BinaryField())))


def test_aggregates_take_numbers_and_give_json(connection):
    query = Paper.objects.values("name").annotate(total=Sum("value__n"), n=Avg("value__n", output_field=FloatField()))
    from mssql_core.testing import compile_sql

    sql, _ = compile_sql(query.values("total", "n"), connection())
    assert "CONVERT(nvarchar(40), SUM([__hoisted].[__k1]), 3) AS [total]" in sql
    assert "AVG(CAST([__hoisted].[" in sql or "AVG([__hoisted].[" in sql
    assert "CROSS APPLY (SELECT CAST((SELECT TOP (1) [__j0].[value]" in sql


def test_the_greatest_of_json_values_is_unknown(compiled):
    with pytest.raises(NotSupportedError, match="Max.*'n'.*Cast"):
        compiled(Paper.objects.values("name").annotate(m=Max("value__n")).values("m"))
    compiled(Paper.objects.values("name").annotate(m=Max(Cast(KT("value__n"), FloatField()))).values("m"))


def test_counting_keys(compiled):
    sql, _ = compiled(Paper.objects.values("name").annotate(n=Count(F("value__n"))).values("n"))
    assert "COUNT_BIG([__hoisted].[__k1])" in sql


def test_a_window_follows_the_aggregate(compiled):
    sql, _ = compiled(Paper.objects.annotate(x=Window(Avg("value__n"), output_field=JSONField())).values("x"))
    assert sql.startswith("SELECT CONVERT(nvarchar(max), CAST(AVG(") and ") OVER () AS float), 3) AS [x]" in sql
    sql, _ = compiled(Paper.objects.annotate(x=Window(Avg("value__n"), output_field=FloatField())).values("x"))
    assert sql.startswith("SELECT AVG(") and ") OVER () AS [x]" in sql
    with pytest.raises(NotSupportedError, match="say what it is"):
        compiled(Paper.objects.annotate(x=Window(Max("value__n"))).values("x"))
