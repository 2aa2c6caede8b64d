import pytest
from django.db import NotSupportedError, connection, models
from django.db.models import Q
from fake_catalog import FakeCatalog
from schema_models import model

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


def test_the_name_of_an_index_is_chosen_once():
    editor = connection.schema_editor()
    index = editor.index_statement(thing(), [thing()._meta.get_field("a")])
    name = index.name
    index.rename_column_references("a_thing", "col_a", "z")
    assert index.name == name and "([z])" in str(index)


def test_a_condition_that_no_filter_says_is_refused():
    with pytest.raises(NotSupportedError, match="Index ix: .*10735.*LIKE"):
        statement(models.Index(fields=["a"], condition=Q(name__startswith="x"), name="ix"))
