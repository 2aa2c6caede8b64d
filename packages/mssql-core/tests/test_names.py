import re

import pytest
from django.db import NotSupportedError
from hypothesis import given
from hypothesis import strategies as st

from mssql_core.names import TableName, bare_identifier, quote_bare, quote_identifier, quote_source


@pytest.mark.parametrize(
    "name, quoted",
    [
        ("order", "[order]"),
        ("a]b", "[a]]b]"),
        ("[a]", "[a]"),
        ('"a"', "[a]"),
        ("it's %", "[it's %]"),
        ("[", "[[]"),
        ("[]]", "[[]]]]]"),
        ("[]", "[[]]]"),
        ("[a]b]", "[[a]]b]]]"),
        ('""x""', '[""x""]'),
        ('"a""b]"', '[a"b]]]'),
        ("a\\\nb", "[a\\\nb]"),
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
        ("[]]", "[[]]]]]"),
        ("[a]]].[b]", "[a]]].[b]"),
        ('"a""x"."b"', '[a"x].[b]'),
        ("[other].[dbo].[t]", "[other].[dbo].[t]"),
        ('"other"."dbo"."t"', "[other].[dbo].[t]"),
        ("other].[dbo].[t", "[other].[dbo].[t]"),
        ("[other]..[t]", "[other]..[t]"),
        ("[server].[db].[dbo].[t]", "[server].[db].[dbo].[t]"),
        ("[server]...[t]", "[server]...[t]"),
        ("server].[db]..[t", "[server].[db]..[t]"),
        ("a.b.c", "[a.b.c]"),
    ],
)
def test_a_table_name_may_carry_a_schema(db_table, expected):
    assert str(TableName.parse(db_table)) == expected


def test_a_bare_name_takes_the_default_schema():
    assert str(TableName.parse("order", "app")) == "[app].[order]"
    assert str(TableName.parse('"sales"."order"', "app")) == "[sales].[order]"


@pytest.mark.parametrize("db_table", ["[server].[db].[dbo].[t]", "[server]...[t]", "server].[db].[dbo].[t"])
def test_a_linked_server_s_table_is_not_changed(db_table):
    for refuse in (TableName.of_this_server, TableName.of_this_database):
        with pytest.raises(NotSupportedError, match="an alias for that server"):
            refuse(TableName.parse(db_table))


@pytest.mark.parametrize(
    "name, expected",
    [
        ("[server].[db].[dbo].[t]", "[[server]].[db]].[dbo]].[t]]]"),
        ("[db].[dbo].[t]", "[db].[dbo].[t]"),
        ("T3", "[T3]"),
    ],
)
def test_what_stands_before_a_column_has_three_parts_at_most(name, expected):
    assert quote_source(name) == expected


def test_another_database_has_its_own_catalogue():
    assert TableName.parse("[dbo].[t]").view("triggers") == "sys.triggers"
    assert TableName.parse("[o]]ther]..[t]").view("triggers") == "[o]]ther].sys.triggers"


def test_another_database_s_schema_is_not_changed():
    assert TableName.parse("[dbo].[t]").of_this_database().name == "t"
    with pytest.raises(NotSupportedError, match="managed = False"):
        TableName.parse("[other].[dbo].[t]").of_this_database()


@pytest.mark.parametrize("name", ["[x]", '"x"', 'a"."b', "a].[b", "plain", "[]]", 'q"'])
@pytest.mark.parametrize("schema", [None, "s", 's"x', "[s]"])
def test_each_name_of_the_catalogue_is_read_back(name, schema):
    table = TableName(schema, name)
    assert TableName.parse(table.as_db_table()) == table == TableName.parse(str(table))


@given(st.text(min_size=1, max_size=20))
def test_no_name_leaves_its_delimiters(name):
    for quoted in (quote_identifier(name), quote_bare(name)):
        closing = quoted[-1]
        assert len(quoted) > 2 and quoted[0] + closing in ("[]", '""')
        assert closing not in quoted[1:-1].replace(closing * 2, "")
    assert bare_identifier(quote_bare(name)) == name


@given(st.text('[]".a', min_size=1, max_size=12))
def test_hostile_names_of_tables_have_whole_parts(name):
    text = str(TableName.parse(name))
    for part in re.findall(r"\[(?:[^\]]|\]\])+\]|.", text):
        assert part == "." or len(part) > 2


def test_names_go_back_to_the_form_of_models():
    assert TableName("dbo", "order").as_db_table("dbo") == "order"
    assert TableName("sales", "order").as_db_table("dbo") == '"sales"."order"'
    assert TableName(None, "order").as_db_table("dbo") == "order"


@pytest.mark.parametrize(
    ("one", "other", "default_schema", "ignores_case", "expected"),
    [
        ("t", "[dbo].[t]", "dbo", False, True),
        ("t", "[DBO].[T]", "dbo", True, True),
        ("t", "[DBO].[t]", "dbo", False, False),
        ("t", "T", "dbo", False, False),
        ("t", "[sales].[t]", "dbo", True, False),
        ("[Sales].[t]", "[sales].[T]", "dbo", True, True),
        ("[dbo].[t]", "t", None, True, False),  # as with OPTIONS["schema"]
        ("[a].[dbo].[t]", "[b].[dbo].[t]", "dbo", True, False),
    ],
)
def test_names_of_one_table_are_equal_and_stay_as_they_are_written(one, other, default_schema, ignores_case, expected):
    name, second = (TableName.parse(text).identified(default_schema, ignores_case) for text in (one, other))
    assert (name == second) is expected
    assert (len({name, second}) == 1) is expected
    assert (str(name), str(second)) == (str(TableName.parse(one)), str(TableName.parse(other)))


def test_tables_of_one_schema_are_beside_each_other():
    names = {text: TableName.parse(text).identified("dbo", True) for text in ("t", "[DBO].[u]", "[sales].[t]")}
    assert names["t"].is_beside(names["[DBO].[u]"])
    assert not names["t"].is_beside(names["[sales].[t]"])
