"""Changes of a type around which values are rewritten; what comes of the values, integration/tests/test_converted_columns.py asks."""

import pytest

from mssql_core.names import TableName
from mssql_core.operations.floats import shortest_text
from mssql_core.schema import conversions
from mssql_core.schema.column_change import ColumnChange

TABLE = TableName(None, "t")


class Editor:
    """Notes what is done."""

    def __init__(self):
        self.done = []

    def alter_column(self, change):
        self.done.append(change.sql())

    def change_rows(self, sql):
        self.done.append(sql)

    def run(self, statements):
        self.done.extend(statements)


def carried_out(old, new, null=False, collation=None):
    editor = Editor()
    conversions.carry_out(editor, old, ColumnChange(TABLE, "c", new, collation, null))
    return editor.done


@pytest.mark.parametrize("old", [None, "int", "datetime2", "nvarchar(20)", "uniqueidentifier"])
def test_most_types_are_the_server_s_to_convert(old):
    assert carried_out(old, "float") == ["ALTER TABLE [t] ALTER COLUMN [c] float NOT NULL"]


HYPHENATE = "UPDATE [t] SET [c] = STUFF(STUFF(STUFF(STUFF([c], 21, 0, '-'), 17, 0, '-'), 13, 0, '-'), 9, 0, '-') WHERE LEN([c]) = 32"


@pytest.mark.parametrize("old, wide", [("char(32)", "char(36)"), ("nvarchar(35)", "nvarchar(36)")])
def test_short_text_gets_room_for_hyphens(old, wide):
    assert carried_out(old, "uniqueidentifier", null=True, collation="DATABASE_DEFAULT") == [
        "ALTER TABLE [t] ALTER COLUMN [c] %s NULL" % wide,
        HYPHENATE,
        "ALTER TABLE [t] ALTER COLUMN [c] uniqueidentifier NULL",
    ]


@pytest.mark.parametrize("old", ["nvarchar(36)", "varchar(40)", "nvarchar(max)"])
def test_long_text_has_it(old):
    change = "ALTER TABLE [t] ALTER COLUMN [c] uniqueidentifier NOT NULL"
    assert carried_out(old, "uniqueidentifier") == [HYPHENATE, change]


@pytest.mark.parametrize(
    "new, text",
    [
        ("char(32)", "REPLACE(LOWER([c]), '-', '')"),
        ("nvarchar(35)", "REPLACE(LOWER([c]), '-', '')"),
        ("varchar(36)", "LOWER([c])"),
        ("nvarchar(40)", "LOWER([c])"),
        ("nvarchar(max)", "LOWER([c])"),
    ],
)
def test_a_uuid_becomes_the_text_that_python_writes(new, text):
    assert carried_out("uniqueidentifier", new, collation="C") == [
        "ALTER TABLE [t] ALTER COLUMN [c] varchar(36) NOT NULL",
        "UPDATE [t] SET [c] = %s" % text,
        "ALTER TABLE [t] ALTER COLUMN [c] %s COLLATE C NOT NULL" % new,
    ]


@pytest.mark.parametrize("old", ["float", "real", "datetime", "smalldatetime"])
def test_what_the_server_would_shorten_waits_in_another_column(old):
    whole = "CONVERT(nvarchar(32), [c], 121)" if "datetime" in old else shortest_text("[c]")
    assert carried_out(old, "nvarchar(40)", null=True) == [
        "ALTER TABLE [t] ADD [__text_of_c] nvarchar(32) NULL",
        "UPDATE [t] SET [__text_of_c] = " + whole,
        "ALTER TABLE [t] ALTER COLUMN [c] nvarchar(40) NULL",
        "UPDATE [t] SET [c] = [__text_of_c]",
        "ALTER TABLE [t] DROP COLUMN [__text_of_c]",
    ]


def test_the_other_column_s_name_is_no_longer_than_the_server_s_longest():
    editor = Editor()
    conversions.carry_out(editor, "float", ColumnChange(TABLE, "c" * 128, "nvarchar(40)", None, False))
    assert editor.done[-1] == "ALTER TABLE [t] DROP COLUMN [__text_of_%s]" % ("c" * 100)


@pytest.mark.parametrize("old, between", [("money", "decimal(19, 4)"), ("smallmoney", "decimal(10, 4)")])
def test_money_is_a_decimal_before_it_is_text(old, between):
    assert carried_out(old, "nvarchar(40)", collation="C") == [
        "ALTER TABLE [t] ALTER COLUMN [c] %s NOT NULL" % between,
        "ALTER TABLE [t] ALTER COLUMN [c] nvarchar(40) COLLATE C NOT NULL",
    ]
    assert carried_out(old, "float") == ["ALTER TABLE [t] ALTER COLUMN [c] float NOT NULL"]
