import pytest

from mssql_core.names import TableName, quote_identifier


@pytest.mark.parametrize(
    "name, quoted",
    [
        ("order", "[order]"),
        ("a]b", "[a]]b]"),
        ("[a]", "[a]"),
        ('"a"', '"a"'),
        ("it's %", "[it's %]"),
        ("[", "[[]"),
    ],
)
def test_quote_identifier(name, quoted):
    assert quote_identifier(name) == quoted


@pytest.mark.parametrize(
    "db_table, expected",
    [
        ("order", "[order]"),
        ("sales.order", "[sales.order]"),
        ('"sales"."order"', "[sales].[order]"),
        ('sales"."order', "[sales].[order]"),
        ("[sales].[order]", "[sales].[order]"),
        ("sales].[order", "[sales].[order]"),
        ('"order"', "[order]"),
        ("[a]]b]", "[a]]b]"),
    ],
)
def test_a_table_name_may_carry_a_schema(db_table, expected):
    assert str(TableName.parse(db_table)) == expected


def test_a_bare_name_takes_the_default_schema():
    assert str(TableName.parse("order", "app")) == "[app].[order]"
    assert str(TableName.parse('"sales"."order"', "app")) == "[sales].[order]"


def test_names_go_back_to_the_form_of_models():
    assert TableName("dbo", "order").as_db_table("dbo") == "order"
    assert TableName("sales", "order").as_db_table("dbo") == '"sales"."order"'
    assert TableName(None, "order").as_db_table("dbo") == "order"
