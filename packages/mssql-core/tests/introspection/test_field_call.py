"""inspectdb writes what a plugin says of a column."""

import io

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connections, models
from fake_catalog import FakeCatalog

from mssql_core.fields import VarcharField
from mssql_core.introspection.field_call import FieldCall
from mssql_core.plugin import hookimpl
from mssql_core.testing import fake_connection

HERE = __name__ + ":"


class Money:
    """Names fields by the column's type."""

    def __init__(self, answer):
        self.answer = answer

    @hookimpl
    def mssql_field_type(self, column):
        return self.answer if column.data_type == "money" else None


@pytest.fixture
def inspected(monkeypatch):
    """The lines that inspectdb writes of a table with a key and a money column."""

    def lines(answer, is_nullable=False):
        connection = fake_connection(plugins={HERE + "Money": {"answer": answer}})
        catalog = FakeCatalog()
        table = catalog.table("shop_item").column("id", "int").primary_key("pk", "id")
        table.column("price", "money", 8, is_nullable, numeric_precision=19, scale=4)
        monkeypatch.setitem(connections._settings, "inspected", connection.settings_dict)
        connections["inspected"] = connection
        out = io.StringIO()
        try:
            with catalog.installed(connection):
                call_command("inspectdb", "shop_item", database="inspected", stdout=out)
        finally:
            del connections["inspected"]
        return [line.strip() for line in out.getvalue().splitlines()]

    return lines


def test_a_name_alone(inspected):
    assert "price = models.FloatField()" in inspected("FloatField")
    assert "price = models.DecimalField(max_digits=19, decimal_places=4)" in inspected("DecimalField")
    assert "price = __import__('money').MoneyField()" in inspected("money.MoneyField")


def test_a_name_with_arguments(inspected):
    lines = inspected(("DecimalField", {"max_digits": 30, "decimal_places": 4}))
    assert "price = models.DecimalField(max_digits=30, decimal_places=4)" in lines


def test_arguments_of_inspectdb_follow(inspected):
    lines = inspected(("shop.fields.MoneyField", {"currency": "EUR", "limit": 1.5}), is_nullable=True)
    assert (
        "price = __import__('shop.fields').fields.MoneyField(currency='EUR', limit=1.5, blank=True, null=True)" in lines
    )


def test_no_arguments_at_all(inspected):
    assert "price = __import__('shop.fields').fields.MoneyField()" in inspected(("shop.fields.MoneyField", {}))
    assert "price = __import__('money').MoneyField()" in inspected(("money.MoneyField", {}))


def test_without_the_plugin_s_answer_core_s_own_counts(inspected):
    assert "price = models.DecimalField(max_digits=19, decimal_places=4)" in inspected(None)


def test_an_argument_that_would_stand_there_twice_is_refused(inspected):
    with pytest.raises(
        ImproperlyConfigured, match="gives MoneyField the arguments null, unique, which inspectdb writes"
    ):
        inspected(("MoneyField", {"unique": True, "null": True, "limit": 1}))


def test_what_is_written_is_python(inspected):
    call = FieldCall("CharField", {"max_length": 5, "choices": [("a", "b")]})
    field = eval((call + "(") + ")", {"models": models})
    assert field.max_length == 5 and field.choices == [("a", "b")]


def test_a_field_of_one_s_own_needs_no_import():
    field = eval((FieldCall("mssql_core.fields.VarcharField", {"max_length": 5}) + "(") + ")", {})
    assert isinstance(field, VarcharField) and field.max_length == 5
