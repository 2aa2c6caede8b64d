import pytest
from django.db import NotSupportedError

from mssql_core.introspection.objects import Check, Column, Default, ForeignKey, Index, Statistics
from mssql_core.introspection.table_snapshot import TableSnapshot
from mssql_core.names import TableName
from mssql_core.schema.dependents import Dependents

TABLE = TableName(None, "author")
OTHER = TableName(None, "book")

COLUMNS = [
    Column(TABLE, "id", "int", False),
    Column(TABLE, "name", "nvarchar(10)", False),
    Column(TABLE, "age", "int", True),
    Column(TABLE, "low", "nvarchar(10)", True, computed="(lower([name]))"),
]
PK = Index(TABLE, "pk", (("id", False),), is_primary_key=True, is_unique=True)
BY_LOW = Index(TABLE, "by_low", (("low", False),))
FILTERED = Index(TABLE, "filtered", (("age", False),), filter="([name]<>N'')")
CHECK = Check(TABLE, "ck", ("age",), "([age]>(0))")
DEFAULT = Default(TABLE, "df", "age", "((1))")
INCOMING = ForeignKey(OTHER, "fk", ("author_id",), TABLE, ("id",))


def snapshot(**kwargs):
    return TableSnapshot(TABLE, COLUMNS, [PK, BY_LOW, FILTERED], [], [INCOMING], [CHECK], [DEFAULT], **kwargs)


def names(dependents):
    return [item.name for item in dependents.drop_order()]


def test_nothing_else_is_touched():
    dependents = Dependents()
    dependents.add(snapshot(), ["age"])
    assert names(dependents) == ["filtered", "ck", "df"]


def test_computed_columns_take_their_indexes_with_them():
    dependents = Dependents()
    dependents.add(snapshot(), ["name"])
    assert names(dependents) == ["by_low", "filtered", "low"]


def test_references_go_before_the_key_and_come_back_after_it():
    dependents = Dependents()
    dependents.add(snapshot(), ["id"])
    assert names(dependents) == ["fk", "pk"]
    assert [item.name for item in dependents.create_order()] == ["pk", "fk"]


def test_each_object_is_listed_once():
    dependents = Dependents()
    dependents.add(snapshot(), ["name"])
    dependents.add(snapshot(), ["age", "name"])
    assert sorted(names(dependents)) == ["by_low", "ck", "df", "filtered", "low"]


def test_renaming_concerns_expressions_only():
    dependents = Dependents()
    dependents.add_named(snapshot(), "name")
    assert names(dependents) == ["by_low", "filtered", "low"]
    dependents.rename(TABLE, "name", "title")
    assert dependents.indexes[1].filter == "([title]<>N'')"
    assert dependents.computed[0].computed == "(lower([title]))"


def test_statistics_block_what_they_are_made_of_and_what_their_filter_names():
    statistics = [Statistics(TABLE, "st", ("id", "name")), Statistics(TABLE, "some", ("id",), "([age]>(0))")]
    for column, changed, renamed in (("name", ["st"], []), ("age", [], ["some"])):
        for collect, expected in (
            (lambda d, s: d.add(s, [column]), changed),
            (lambda d, s: d.add_named(s, column), renamed),
        ):
            dependents = Dependents()
            collect(dependents, snapshot(statistics=statistics))
            assert [item.name for item in dependents.statistics] == expected


def test_an_index_that_cannot_be_restored_is_refused():
    others = [("ft", "XML", ("name",))]
    with pytest.raises(
        NotSupportedError,
        match=r"XML index ft on \[author\] .*RunSQL before this operation and create it again after\.$",
    ):
        Dependents().add(snapshot(other_indexes=others), ["name"])
    Dependents().add(snapshot(other_indexes=others), ["age"])


def test_what_is_discarded_is_left_alone():
    dependents = Dependents()
    dependents.add(snapshot(), ["age"])
    dependents.discard([CHECK])
    assert names(dependents) == ["filtered", "df"]
