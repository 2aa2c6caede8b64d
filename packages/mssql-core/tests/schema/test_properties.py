import pytest
from django.db import connection, models
from fake_catalog import FakeCatalog
from schema_models import alter, field_of, model, script


@pytest.fixture
def catalog():
    catalog = FakeCatalog()
    table = catalog.table("a_thing").column("id", "bigint", 8, seed=1).column("a", "int")
    table.column("twice", "int", computed="([a]*(2))").primary_key("pk", "id").index("by_a", ["a"])
    table.index("uq", ["a", "id"], is_unique=True, is_unique_constraint=True).check("ck", "([a]>(0))", ["a"])
    table.property("p", "column", "a").property("p", "computed", "twice").property("p", "index", "by_a", "INDEX")
    table.property("p", "unique", "uq", "CONSTRAINT").property("p", "check", "ck", "CONSTRAINT").property("p", "table")
    with catalog.installed(connection):
        yield catalog


@pytest.fixture
def thing():
    return model(a=models.IntegerField(), meta={"unique_together": [("a", "id")]})


def added(statements):
    """Return (value, what it belongs to) of each property that is added."""
    calls = [sql for sql in statements if "sp_addextendedproperty" in sql]
    return {
        (sql.split("@value = N'")[1].split("'")[0], sql.partition("@level2type = ")[2].rstrip(";")) for sql in calls
    }


EXPECTED = {
    ("computed", "N'COLUMN', @level2name = N'twice'"),
    ("index", "N'INDEX', @level2name = N'by_a'"),
    ("unique", "N'CONSTRAINT', @level2name = N'uq'"),
    ("check", "N'CONSTRAINT', @level2name = N'ck'"),
}


def test_what_is_dropped_and_made_again_keeps_its_properties(catalog, thing):
    alter(thing, "a", models.BigIntegerField())
    assert added(catalog.statements) == EXPECTED


def test_so_it_does_in_a_script(catalog, thing):
    new = field_of(thing, "a", models.BigIntegerField())
    assert added(script(lambda editor: editor.alter_field(thing, thing._meta.get_field("a"), new))) == EXPECTED


def test_the_property_of_a_constraint_is_that_of_the_index_which_it_becomes(catalog, thing):
    alter(thing, "a", models.IntegerField(null=True))
    assert ("unique", "N'INDEX', @level2name = N'uq'") in added(catalog.statements)


def test_what_stays_keeps_its_properties_anyway(catalog, thing):
    alter(thing, "a", models.IntegerField(db_index=True))
    assert added(catalog.statements) == set()


def test_a_property_names_the_schema_of_its_table(catalog, thing):
    alter(thing, "a", models.BigIntegerField())
    calls = [sql for sql in catalog.statements if "sp_addextendedproperty" in sql]
    assert calls
    assert all("@level0name = N'dbo', @level1type = N'TABLE', @level1name = N'a_thing'" in sql for sql in calls)
