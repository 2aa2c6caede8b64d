"""The table of core's compile functions."""

from django.db.models import Expression, Lookup
from django.db.models.expressions import BaseExpression

from mssql_core import compat
from mssql_core.compiler import locking
from mssql_core.expressions import (
    aggregates,
    comparison,
    core,
    datetime,
    json_fields,
    lookups,
    math,
    registry,
    text,
    uuid,
    window,
)

MODULES = (compat, aggregates, core, locking, lookups, comparison, datetime, json_fields, math, text, uuid, window)


def test_each_module_s_table_is_in_it():
    expected = {kind for module in MODULES for kind in module.COMPILERS}
    assert set(registry.COMPILERS) == expected


def test_no_class_stands_in_two_tables():
    """The second would win without a word."""
    kinds = [kind for module in MODULES for kind in module.COMPILERS]
    assert sorted(map(str, set(kinds))) == sorted(map(str, kinds))


def test_keys_are_classes_that_are_compiled():
    for kind, function in registry.COMPILERS.items():
        assert callable(function)
        assert issubclass(kind, (BaseExpression, Expression, Lookup)) or hasattr(kind, "as_sql"), kind


def test_each_table_reaches_the_connection(connection):
    for kind, function in registry.COMPILERS.items():
        assert function in connection.compiler_dispatch.functions(kind)
