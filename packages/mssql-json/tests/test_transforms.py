import django
from django.db.models import Case, ExpressionWrapper, F, FloatField, IntegerField, JSONField, Value, When
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast
from jsontests.keys import KT
from jsontests.models import Paper


def selected(compiled, expression, **arguments):
    sql, params = compiled(Paper.objects.annotate(x=expression).values("x"), **arguments)
    return sql[len("SELECT ") : sql.rindex(" AS [x]")], params


def test_a_key_is_json_and_binary(compiled):
    sql, _ = selected(compiled, KeyTransform("a", "value"))
    assert "WHEN 0 THEN N'null' WHEN 1 THEN N'\"' + STRING_ESCAPE([__j0].[value], N'json') + N'\"'" in sql
    assert "COLLATE Latin1_General_100_BIN2" in sql


def test_a_key_as_text_is_the_value(compiled):
    sql, _ = selected(compiled, KT("value__a"))
    assert sql.startswith("(SELECT TOP (1) [__j0].[value] FROM OPENJSON(")


def test_casts_of_a_key_take_its_text(compiled):
    sql, _ = selected(compiled, Cast("value__a", IntegerField()))
    assert sql.startswith("CAST((SELECT TOP (1) [__j0].[value] FROM") and sql.endswith(" AS int)")


def test_casts_to_json(compiled):
    assert selected(compiled, Cast("name", JSONField()))[0] == "CAST([jsontests_paper].[name] AS nvarchar(max))"
    assert selected(compiled, Cast("number", JSONField()))[0] == "CAST([jsontests_paper].[number] AS nvarchar(max))"
    sql, _ = selected(compiled, Cast(Value(True), JSONField()))
    assert sql == "CASE %s WHEN 1 THEN N'true' WHEN 0 THEN N'false' END"


def test_keys_in_arithmetic_are_numbers(compiled):
    sql, _ = selected(compiled, ExpressionWrapper(F("value__a") + 1, output_field=FloatField()))
    assert sql.startswith("(CAST((SELECT TOP (1) [__j0].[value] FROM") and " AS float) + %s" in sql


def test_arithmetic_is_json_text_if_said_to_be(compiled):
    number = ExpressionWrapper(F("value__a") + 1, output_field=JSONField())
    sql, _ = selected(compiled, number)
    assert sql.startswith("CONVERT(nvarchar(max), CAST((CAST((SELECT") and sql.endswith(" + %s) AS float), 3)")
    sql, _ = selected(compiled, ExpressionWrapper(number * 2, output_field=FloatField()))
    assert sql.startswith("((CAST((SELECT TOP (1)") and sql.endswith(" + %s) * %s)")
    assert selected(compiled, ExpressionWrapper(F("name"), output_field=JSONField()))[0] == "[jsontests_paper].[name]"


def test_it_is_compared_and_sorted_as_a_number(where, compiled):
    rows = Paper.objects.annotate(x=ExpressionWrapper(F("value__a") + 1, output_field=JSONField()))
    sql, _ = where(rows.filter(x__gt=2).values("id"))
    assert "CONVERT(" not in sql and sql.endswith(" + %s) > %s")
    sql, _ = where(rows.filter(x__range=(2, 3)).values("id"))
    assert "CONVERT(" not in sql and sql.endswith(" + %s) BETWEEN %s AND %s")
    sql, _ = compiled(rows.order_by("x").values("id"))
    assert sql.split(" ORDER BY ", 1)[1].startswith("TRY_CAST(CONVERT(nvarchar(max), ")


def test_none_is_null_or_null(compiled):
    """JSON null as a value; SQL NULL where a field of another type is none."""
    sql, params = selected(compiled, Case(When(number=1, then=Value(None, JSONField()))))
    if django.VERSION < (4, 2):
        # There the text is to be Value("null").
        assert params == [1]
        return
    assert params == [1, "null"] and "THEN %s" in sql


def test_the_order_of_keys_has_three_parts(compiled):
    sql, _ = compiled(Paper.objects.order_by("-value__a").values("id"))
    order = sql.split(" ORDER BY ", 1)[1]
    assert order.count(" DESC") == 3 and "TRY_CAST(" in order and order.startswith("CASE LEFT(")


def test_native_columns_are_read_as_text(compiled):
    sql, _ = compiled(Paper.objects.values("value", "name"), options={"native": True}, version="2025")
    assert "CAST([jsontests_paper].[value] AS nvarchar(max))" in sql
    assert "CAST([jsontests_paper].[name]" not in sql
