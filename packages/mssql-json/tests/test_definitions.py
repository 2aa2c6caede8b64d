import pytest
from django.db import NotSupportedError
from django.db.models import Index, Q
from django.db.models.fields.json import KeyTransform
from django.db.models.sql.query import Query
from jsontests.models import Paper

GUARDED = "CASE WHEN ISJSON([value]) = 1 THEN [value] END"


@pytest.fixture
def definition(connection):
    """SQL of a condition as a CHECK constraint has it."""

    def definition(condition, **server):
        wrapper = connection(**server)
        query = Query(Paper, alias_cols=False)
        compiler = query.get_compiler(connection=wrapper)
        return query.build_where(condition).as_sql(compiler, wrapper)

    return definition


def test_keys_are_scalars(definition):
    sql, params = definition(Q(value__a="x"))
    assert sql == "JSON_VALUE(%s, N'$.\"a\"') COLLATE Latin1_General_100_BIN2 = %%s" % GUARDED
    assert list(params) == ["x"]


def test_presence_by_version(definition):
    assert definition(Q(value__has_key="1"))[0] == "JSON_PATH_EXISTS(%s, N'$.\"1\"') = 1" % GUARDED
    assert "JSON_MODIFY(%s, N'$.\"a\"', NULL)" % GUARDED in definition(Q(value__has_key="a"), version="2016")[0]
    sql, _ = definition(Q(**{"value__a__0__isnull": False}), version="2016")
    assert "N'$.\"a\"[0]', 0) COLLATE" in sql


@pytest.mark.parametrize(
    "condition, message",
    [
        (Q(value__contains=1), "contains"),
        (Q(value__a=[1]), "object or an array"),
        (Q(**{"value__-1": 1}), "negative positions"),
        (Q(value="text"), "a string"),
        (Q(value__a__in=Paper.objects.values("value")), "a subquery"),
        (Q(value={"a": 1}), "object or an array"),
        (Q(value__a__gt=[1]), r"an order of \[1\]"),
    ],
)
def test_what_needs_a_subquery_is_refused(definition, condition, message):
    with pytest.raises(NotSupportedError, match=message):
        definition(condition)


def test_no_subquery_stands_in_a_definition(definition):
    condition = Q(value__a=1) & Q(value__b__isnull=True) & ~Q(value__c=None) & Q(value__d__gt=2) & ~Q(value={})
    for version in ("2016", "2022"):
        assert "SELECT" not in definition(condition, version=version)[0]


def test_values_have_the_order_of_their_kind(definition):
    sql, params = definition(Q(value__a__gt="x"))
    assert sql.endswith(" COLLATE Latin1_General_100_BIN2 > %s") and list(params) == ["x"]
    sql, params = definition(Q(value__a__lte=2))
    assert sql.startswith("TRY_CAST(") and sql.endswith(" AS float) <= %s") and list(params) == [2.0]


def test_a_document_is_a_number(definition):
    """ISJSON() is 0 for a document that is a number, as it is for a text that is no JSON."""
    sql, params = definition(Q(value=3))
    assert sql == "(ISJSON([value]) = 0 AND TRY_CAST([value] AS float) = %s)" and list(params) == [3.0]


def test_no_subquery_stands_in_an_index(connection):
    """It is refused there (error 1046)."""
    index = Index(KeyTransform("a", "value"), name="ix")
    with connection().schema_editor(collect_sql=True) as editor:
        sql = str(index.create_sql(Paper, editor))
    assert "JSON_VALUE(" in sql and "SELECT" not in sql
