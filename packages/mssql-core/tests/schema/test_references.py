import pytest
from django.db import NotSupportedError, connection, models
from django.db.models import F
from django.db.models.functions import Lower
from schema_models import model

from mssql_core.introspection.objects import Index
from mssql_core.names import TableName
from mssql_core.schema.references import (
    ColumnKeys,
    CurrentName,
    Discriminators,
    FilterClause,
    HiddenColumns,
    JoinedKeys,
    TableReference,
    hidden_discriminator,
    hidden_expression,
    hidden_renamings,
)

quote = "[%s]".__mod__


def name_of(given=None):
    return CurrentName(
        "t", ["a"], "_s", lambda table, columns, suffix: "_".join([table, *columns]) + suffix, quote, given
    )


def expression_keys(*expressions):
    thing = model(name=models.CharField(max_length=10), a=models.IntegerField())
    index = models.Index(*expressions, name="ix")
    return index.create_sql(thing, connection.schema_editor()).parts["columns"]


def test_a_table_is_text_and_name():
    table = TableReference('"sales"."order"', TableName.parse)
    assert (str(table), table.name) == ("[sales].[order]", TableName("sales", "order"))
    table.rename_table_references('"sales"."order"', "bill")
    assert (str(table), table.name) == ("[bill]", TableName(None, "bill"))


def test_keys_on_columns_know_their_order():
    keys = ColumnKeys("t", ["a", "b"], quote, col_suffixes=("DESC",))
    assert (str(keys), keys.pairs()) == ("[a] DESC, [b]", (("a", True), ("b", False)))


def test_an_expression_is_the_key_of_a_hidden_column():
    keys = expression_keys(Lower("name").desc(), "a", F("a").desc())
    assert str(keys) == "[__ix_ix_1] DESC, [a], [a] DESC"
    assert keys.pairs() == (("__ix_ix_1", True), ("a", False), ("a", True))
    assert [definition for _, definition, _ in keys.keys()] == ["LOWER([name])", None, None]


def test_a_percent_sign_in_a_column_s_name_stays_one():
    thing = model(rate=models.CharField(max_length=10, db_column="rate%"))
    index = models.Index(Lower("rate"), name="ix")
    ((_, definition, _),) = index.create_sql(thing, connection.schema_editor()).parts["columns"].keys()
    assert definition == "LOWER([rate%])"


def test_no_index_orders_nulls():
    with pytest.raises(NotSupportedError, match="Index ix: .*NULLS FIRST"):
        str(expression_keys(F("a").desc(nulls_last=True)))


def test_a_name_follows_what_it_is_made_of_until_it_is_given():
    name = name_of()
    assert (str(name), name.bare) == ("[t_a_s]", "t_a_s")
    name.rename_column_references("t", "a", "z")
    name.rename_table_references("t", "u")
    assert (str(name), name.bare) == ("[u_z_s]", "u_z_s")
    name.given = "ix"
    name.rename_table_references("u", "v")
    assert (str(name), name.bare) == ("[ix]", "ix")


def test_discriminators_are_named_after_their_index():
    name = name_of()
    discriminators = Discriminators(name, ["CASE WHEN [b] = 1 THEN NULL ELSE [id] END", "[b]"])
    name.rename_column_references("t", "a", "z")
    discriminators.rename_column("b", "c")
    assert list(discriminators) == [
        ("__uq_t_z_s_1", "CASE WHEN [c] = 1 THEN NULL ELSE [id] END"),
        ("__uq_t_z_s_2", "[c]"),
    ]
    assert len(discriminators) == 2 and not Discriminators(name, ())


def test_discriminators_stand_behind_the_keys():
    keys = JoinedKeys(ColumnKeys("t", ["a"], quote), Discriminators(name_of("uq"), ["CASE ..."]))
    assert (str(keys), keys.pairs()) == ("[a], [__uq_uq_1]", (("a", False), ("__uq_uq_1", False)))
    assert keys.references_table("t") and keys.references_column("t", "a")
    assert not keys.references_table("u") and not keys.references_column("t", "b")
    keys.rename_column_references("t", "a", "z")
    keys.rename_table_references("t", "u")
    assert keys.columns == ["z"] and keys.references_table("u")


def test_a_filter_follows_the_columns_of_its_own_table():
    clause = FilterClause("t", ["[a] = 1", "[b] IS NOT NULL"])
    assert str(clause) == " WHERE [a] = 1 AND [b] IS NOT NULL"
    assert clause.references_column("t", "a") and not clause.references_column("u", "a")
    clause.rename_column_references("u", "a", "z")
    clause.rename_column_references("t", "a", "y")
    assert str(clause) == " WHERE [y] = 1 AND [b] IS NOT NULL"
    clause.rename_table_references("t", "u")
    assert clause.references_column("u", "y")
    assert str(FilterClause("t", [])) == ""


def test_hidden_columns_are_added_in_one_statement():
    table = TableReference("t", TableName.parse)
    hidden = HiddenColumns(
        table, expression_keys(Lower("name")), Discriminators(name_of("ix"), ["CASE WHEN [a] = 1 THEN NULL END"])
    )
    hidden.rename_column_references("t", "a", "z")
    assert str(hidden) == (
        "ALTER TABLE [t] ADD [__ix_ix_1] AS (LOWER([name])) PERSISTED, "
        "[__uq_ix_1] AS (CASE WHEN [z] = 1 THEN NULL END) PERSISTED; "
    )
    assert str(HiddenColumns(table, ColumnKeys("t", ["a"], quote), Discriminators(name_of(), ()))) == ""


def test_names_of_hidden_columns_fit():
    assert hidden_expression("ix", 2) == "__ix_ix_2"
    assert hidden_discriminator("uq", 1) == "__uq_uq_1"
    for hidden in (hidden_expression, hidden_discriminator):
        names = {hidden("x" * 128, number) for number in (1, 2)} | {hidden("x" * 127 + "y", 1)}
        assert {len(name) for name in names} == {128} and len(names) == 3


def test_hidden_columns_get_the_names_that_a_new_index_of_the_name_would_give():
    keys = ("a", "__ix_old_2", "b", "__ix_older_4", "__uq_old_1", "__uq_new_2")
    index = Index(TableName(None, "t"), "old", tuple((name, False) for name in keys))
    assert hidden_renamings(index, "new") == [
        ("__ix_old_2", "__ix_new_2"),
        ("__ix_older_4", "__ix_new_4"),
        ("__uq_old_1", "__uq_new_1"),
    ]
