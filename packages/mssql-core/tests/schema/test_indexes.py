import pytest
from django.db import NotSupportedError, connection, models
from django.db.models import BooleanField, ExpressionWrapper, F, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Abs, Coalesce, Concat, Lower
from fake_catalog import FakeCatalog
from orm import since
from schema_models import CONDITION, created, model

from mssql_core.fields import FixedCharField, VarcharField
from mssql_core.introspection.objects import Column, Index
from mssql_core.names import TableName

TABLE = TableName(None, "a_thing")


@pytest.fixture(autouse=True)
def catalog():
    with FakeCatalog().installed(connection) as catalog:
        yield catalog


def thing(**meta):
    return model(
        a=models.IntegerField(db_column="col_a"),
        b=models.IntegerField(db_column="col_b", null=True),
        name=models.CharField(max_length=10),
        meta=meta,
    )


def statement(part):
    """Return the statement that makes an index or a constraint."""
    return part.create_sql(thing(), connection.schema_editor())


def test_included_columns_are_those_of_include():
    covering = statement(models.Index(fields=["name"], include=["b", "a"], name="ix"))
    assert str(covering) == "CREATE INDEX [ix] ON [a_thing] ([name]) INCLUDE ([col_b], [col_a])"
    assert covering.items() == [Index(TABLE, "ix", (("name", False),), ("col_b", "col_a"))]
    unique = statement(models.UniqueConstraint(fields=["name"], include=["b", "a"], name="uq"))
    assert str(unique) == "CREATE UNIQUE INDEX [uq] ON [a_thing] ([name]) INCLUDE ([col_b], [col_a])"
    assert unique.items() == [Index(TABLE, "uq", (("name", False),), ("col_b", "col_a"), is_unique=True)]


def test_an_index_knows_its_order_filter_and_filegroup():
    index = statement(models.Index(fields=["-a", "name"], condition=Q(a=1), db_tablespace="fast", name="ix"))
    assert str(index) == "CREATE INDEX [ix] ON [a_thing] ([col_a] DESC, [name]) WHERE [col_a] = 1 ON [fast]"
    assert index.items() == [
        Index(TABLE, "ix", (("col_a", True), ("name", False)), filter="[col_a] = 1", data_space="fast")
    ]


def test_hidden_columns_belong_to_the_index():
    constraint = models.UniqueConstraint(fields=["a"], condition=Q(a=1) | Q(name="x"), name="uq")
    hidden, index = statement(constraint).items()
    assert hidden == Column(TABLE, "__uq_uq_1", "", True, computed=hidden.computed, is_persisted=True)
    assert "[col_a] = 1 OR [name] = N'x'" in hidden.computed and hidden.computed.endswith(" THEN NULL ELSE [id] END)")
    assert index.columns == ("col_a", "__uq_uq_1") and index.is_unique and index.filter is None


def test_a_plain_unique_constraint_is_one():
    unique = statement(models.UniqueConstraint(fields=["a"], name="uq"))
    assert str(unique) == "ALTER TABLE [a_thing] ADD CONSTRAINT [uq] UNIQUE ([col_a])"
    assert unique.items() == [Index(TABLE, "uq", (("col_a", False),), is_unique=True, is_unique_constraint=True)]


@since(5, 0)
def test_a_constraint_says_whether_nulls_are_equal():
    different, equal = (
        statement(models.UniqueConstraint(fields=[name], name="uq", nulls_distinct=distinct))
        for name, distinct in (("a", True), ("b", False))
    )
    assert str(different) == "ALTER TABLE [a_thing] ADD CONSTRAINT [uq] UNIQUE ([col_a])"
    assert str(equal) == "CREATE UNIQUE INDEX [uq] ON [a_thing] ([col_b])"


def test_the_name_of_an_index_follows_its_column_though_it_was_asked_for():
    editor = connection.schema_editor()
    index = editor.index_statement(thing(), [thing()._meta.get_field("a")])
    assert index.name == editor.names.index("a_thing", ["col_a"])
    index.rename_column_references("a_thing", "col_a", "z")
    assert index.name == editor.names.index("a_thing", ["z"]) and "([z])" in str(index)


@pytest.mark.parametrize("kind", [VarcharField, FixedCharField])
def test_a_condition_compares_varchar_with_varchar(kind):
    """A filter converts no column to the type of a constant (error 10611)."""
    name = kind(max_length=10)
    meta = {"indexes": [models.Index(fields=["name"], condition=Q(name__in=["x", "y"]), name="ix")]}
    check = models.CheckConstraint(name="ck", **{CONDITION: Q(name__gt="x")})
    unique = models.UniqueConstraint(fields=["name"], condition=Q(name="it's"), name="uq")
    statements = created(model(name=name, meta={**meta, "constraints": [check, unique]}))
    x, y, its = ("CAST(N'%s' AS varchar(8000))" % text for text in ("x", "y", "it''s"))
    assert "CONSTRAINT [ck] CHECK ([name] > %s)" % x in statements[0]
    assert statements[1:] == [
        "CREATE UNIQUE INDEX [uq] ON [a_thing] ([name]) WHERE [name] = %s;" % its,
        "CREATE INDEX [ix] ON [a_thing] ([name]) WHERE [name] IN (%s, %s);" % (x, y),
    ]


def test_a_condition_that_no_filter_says_is_refused():
    with pytest.raises(NotSupportedError, match="Index ix: .*10735.*LIKE"):
        statement(models.Index(fields=["a"], condition=Q(name__startswith="x"), name="ix"))


def test_a_refusal_names_each_part_that_no_filter_says_and_the_remedy():
    condition = Q(name__startswith="x", a=1) & (Q(a=1) | Q(b=2))
    message = (
        r"^Index ix: SQL Server takes only comparisons of columns with constants, joined by AND, in the condition of an "
        r"index \(error 10735\)\. Leave out or rewrite: (.*) AND (.*)$"
    )
    with pytest.raises(NotSupportedError, match=message) as refusal:
        statement(models.Index(fields=["a"], condition=condition, name="ix"))
    rest = str(refusal.value).partition("rewrite: ")[2]
    assert "[name] LIKE" in rest and "[col_a] = 1 OR [col_b] = 2" in rest


def test_a_constraint_on_several_fields_is_in_the_table_s_definition():
    unique = models.UniqueConstraint(fields=["a", "name"], name="uq")
    (sql,) = created(thing(constraints=[unique]))
    assert "CONSTRAINT [uq] UNIQUE ([col_a], [name])" in sql


HIDDEN = "ALTER TABLE [a_thing] ADD [__ix_ix_1] AS (%s) PERSISTED; CREATE INDEX [ix] ON [a_thing] ([__ix_ix_1]%s)"


@pytest.mark.parametrize(
    ("expression", "sql"),
    [
        (Concat("name", Value("it's 100%")), HIDDEN % ("CONCAT([name], N'it''s 100%')", "")),
        (ExpressionWrapper(Q(a__gt=1), BooleanField()), HIDDEN % ("CASE WHEN [col_a] > 1 THEN 1 ELSE 0 END", "")),
        (F("a") % 2, HIDDEN % ("([col_a] % 2)", "")),
        (RawSQL("[col_a] % 2", []), HIDDEN % ("([col_a] % 2)", "")),
        (Lower("name").desc(), HIDDEN % ("LOWER([name])", " DESC")),
        (Lower("name").asc(), HIDDEN % ("LOWER([name])", "")),
        (F("a").desc(), "CREATE INDEX [ix] ON [a_thing] ([col_a] DESC)"),
    ],
)
def test_an_expression_is_indexed_by_a_hidden_column(expression, sql):
    index = statement(models.Index(expression, name="ix"))
    assert str(index) == sql
    assert index.items()[-1].keys[0][1] is sql.endswith("DESC)")


@pytest.mark.parametrize("order", [{"nulls_last": True}, {"nulls_first": True}])
def test_an_index_has_no_place_for_nulls(order):
    with pytest.raises(NotSupportedError, match="Index ix: .*NULLS FIRST or NULLS LAST"):
        str(statement(models.Index(F("b").desc(**order), name="ix")))


@since(4, 0)
@pytest.mark.parametrize(
    ("expressions", "hidden", "rule"),
    [
        # Never NULL, or only with its argument: what may be NULL is kept apart.
        ([Lower("name"), "a"], ["LOWER([name])"], None),
        ([Concat("name", Value("x"))], ["CONCAT([name], N'x')"], None),
        ([Coalesce("b", Value(1))], ["COALESCE([col_b], 1)"], "(COALESCE([col_b], 1) IS NOT NULL)"),
        ([Abs("b"), Abs("a")], ["ABS([col_b])", "ABS([col_a])"], "(ABS([col_b]) IS NOT NULL)"),
        (
            [F("a") % 2, F("b") % 2],
            ["([col_a] % 2)", "([col_b] % 2)"],
            "(([col_a] % 2) IS NOT NULL) AND (([col_b] % 2) IS NOT NULL)",
        ),
    ],
)
def test_nulls_of_unique_expressions_are_kept_apart(expressions, hidden, rule):
    unique = statement(models.UniqueConstraint(*expressions, name="uq"))
    columns = [item for item in unique.items() if isinstance(item, Column)]
    expected = ["(%s)" % sql for sql in hidden]
    if rule:
        expected.append("(CASE WHEN %s THEN NULL ELSE [id] END)" % rule)
    assert [column.computed for column in columns] == expected
    for column in columns:
        assert "[%s] AS %s PERSISTED" % (column.name, column.computed) in str(unique)
    assert " WHERE " not in str(unique)


@since(4, 0)
def test_a_bare_column_among_unique_expressions_has_a_filter():
    unique = statement(models.UniqueConstraint(F("b").desc(), Lower("name"), name="uq"))
    assert str(unique).endswith(
        "CREATE UNIQUE INDEX [uq] ON [a_thing] ([col_b] DESC, [__ix_uq_2]) WHERE [col_b] IS NOT NULL"
    )


@since(5, 0)
def test_expressions_of_generated_columns_name_what_these_are_computed_from():
    """Computed columns are refused in other ones (1759), and in filters (10609)."""
    unique = models.UniqueConstraint(Lower("name"), F("b").desc(), name="uq")
    made = model(
        a=models.IntegerField(),
        b=models.GeneratedField(expression=F("a") + 1, output_field=models.IntegerField(), db_persist=True),
        name=models.GeneratedField(
            expression=F("a"),
            output_field=models.CharField(max_length=12, db_collation="Latin1_General_BIN2"),
            db_persist=True,
        ),
        meta={"constraints": [unique], "indexes": [models.Index(Lower("name"), F("b") * 2, name="ix")]},
    )
    sql = "".join(created(made))
    text = "LOWER(CAST([a] AS nvarchar(12)) COLLATE Latin1_General_BIN2)"
    assert "ADD [__ix_uq_1] AS (%s) PERSISTED, " % text in sql
    assert "[__uq_uq_1] AS (CASE WHEN (%s IS NOT NULL) AND ((([a] + 1)) IS NOT NULL) THEN NULL" % text in sql
    assert sql.endswith(
        "ADD [__ix_ix_1] AS (%s) PERSISTED, [__ix_ix_2] AS ((CAST(([a] + 1) AS int) * 2)) PERSISTED; "
        "CREATE INDEX [ix] ON [a_thing] ([__ix_ix_1], [__ix_ix_2]);" % text
    )
    assert "([__ix_uq_1], [b] DESC, [__uq_uq_1]);" in sql


@since(5, 0)
def test_a_condition_on_a_generated_column_names_what_it_is_computed_from():
    double = models.GeneratedField(expression=F("a") * 2, output_field=models.IntegerField(), db_persist=True)
    unique = models.UniqueConstraint(fields=["a"], condition=Q(double__gt=100), name="uq")
    made = model(a=models.IntegerField(), double=double)
    sql = str(unique.create_sql(made, connection.schema_editor()))
    assert "AS (CASE WHEN ((CAST(([a] * 2) AS int)) > 100) THEN NULL ELSE [id] END)" in sql and "WHERE" not in sql


@since(5, 2)
def test_the_key_of_several_columns_keeps_rows_apart():
    both = models.CompositePrimaryKey("a", "b")
    fields = {"a": models.IntegerField(), "b": models.IntegerField(), "c": models.IntegerField()}
    unique = models.UniqueConstraint(fields=["c"], condition=Q(a=1) | Q(b=2), name="uq")
    sql = str(unique.create_sql(model(id=None, pk=both, **fields), connection.schema_editor()))
    for number, column in enumerate("ab", 1):
        assert "[__uq_uq_%d] AS (CASE WHEN ([a] = 1 OR [b] = 2) THEN NULL ELSE [%s] END)" % (number, column) in sql
    assert sql.endswith(" ([c], [__uq_uq_1], [__uq_uq_2])")
