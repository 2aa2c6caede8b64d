"""Declared types: facets as in sys.columns, errors as the server reports them."""

from __future__ import annotations

import pytest

from mssql_sandbox.catalog import datatypes
from mssql_sandbox.errors import NotSupported, SqlServerError
from mssql_sandbox.syntax import nodes


def resolve(name: str, *arguments: str, **options):
    return datatypes.resolve(nodes.TypeName(name, arguments), "Latin1_General_CI_AS", **options)


@pytest.mark.parametrize(
    ("name", "arguments", "facets"),
    [
        ("int", (), (4, 10, 0)),
        ("bit", (), (1, 1, 0)),
        ("decimal", ("10", "2"), (9, 10, 2)),
        ("numeric", (), (9, 18, 0)),
        ("nvarchar", ("50",), (100, 0, 0)),
        ("nvarchar", ("max",), (-1, 0, 0)),
        ("varchar", (), (1, 0, 0)),
        ("datetime2", (), (8, 27, 7)),
        ("datetime2", ("0",), (6, 19, 0)),
        ("datetime2", ("6",), (8, 26, 6)),
        ("time", ("7",), (5, 16, 7)),
        ("datetimeoffset", (), (10, 34, 7)),
        ("float", ("24",), (4, 24, 0)),
        ("float", (), (8, 53, 0)),
        ("money", (), (8, 19, 4)),
        ("uniqueidentifier", (), (16, 0, 0)),
        ("sysname", (), (256, 0, 0)),
    ],
)
def test_facets_and_back(name, arguments, facets):
    type_ = resolve(name, *arguments)
    assert datatypes.facets(type_) == facets
    number = datatypes.SYSTEM_TYPE_IDS[type_.name]
    assert datatypes.from_catalog(number, *facets, type_.collation) == type_


@pytest.mark.parametrize(
    ("name", "arguments", "number"),
    [
        ("strange", (), 2715),
        ("int", ("4",), 2716),
        ("varchar", ("8001",), 131),
        ("nvarchar", ("4001",), 2717),
        ("varchar", ("0",), 1001),
        ("decimal", ("39",), 2750),
        ("decimal", ("5", "6"), 2751),
        ("datetime2", ("8",), 1002),
    ],
)
def test_refused(name, arguments, number):
    with pytest.raises(SqlServerError) as caught:
        resolve(name, *arguments)
    assert caught.value.number == number


def test_json_is_a_type_from_2025_on():
    assert resolve("json", version=17).name == "json"
    with pytest.raises(SqlServerError) as caught:
        resolve("json", version=16)
    assert caught.value.number == 2715


def test_types_without_a_model_are_refused_by_name():
    with pytest.raises(NotSupported, match="hierarchyid"):
        resolve("hierarchyid")


@pytest.mark.parametrize(
    "name, ids",
    [
        (nodes.TypeName("numeric", ("10", "2")), (108, 108)), (nodes.TypeName("decimal"), (106, 106)),
        (nodes.TypeName("sysname"), (231, 256)), (nodes.TypeName("varchar", ("5",), alias=300), (167, 300)),
    ],
)  # fmt: skip
def test_numeric_sysname_and_alias_types_keep_their_ids(name, ids):
    assert datatypes.type_ids(name, datatypes.resolve(name)) == ids
