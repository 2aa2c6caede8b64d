"""Changes of a type around which values are rewritten; what comes of the values, integration/tests/test_converted_columns.py asks."""

import pytest

from mssql_core.names import TableName
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


@pytest.mark.parametrize("old", ["char(32)", "nvarchar(35)"])
def test_short_text_gets_room_for_hyphens(old):
    wide = old.partition("(")[0] + "(36)"
    first, update, last = carried_out(old, "uniqueidentifier", null=True, collation="DATABASE_DEFAULT")
    assert first == "ALTER TABLE [t] ALTER COLUMN [c] %s NULL" % wide
    assert update.startswith("UPDATE [t] SET [c] = STUFF(") and update.endswith("WHERE LEN([c]) = 32")
    assert last == "ALTER TABLE [t] ALTER COLUMN [c] uniqueidentifier NULL"


@pytest.mark.parametrize("old", ["nvarchar(36)", "nvarchar(max)"])
def test_long_text_has_it(old):
    assert len(carried_out(old, "uniqueidentifier")) == 2


@pytest.mark.parametrize("new, text", [("char(32)", "REPLACE(LOWER([c]), '-', '')"), ("nvarchar(40)", "LOWER([c])")])
def test_a_uuid_becomes_the_text_that_python_writes(new, text):
    assert carried_out("uniqueidentifier", new) == [
        "ALTER TABLE [t] ALTER COLUMN [c] varchar(36) NOT NULL",
        "UPDATE [t] SET [c] = %s" % text,
        "ALTER TABLE [t] ALTER COLUMN [c] %s NOT NULL" % new,
    ]


@pytest.mark.parametrize("old", ["float", "real", "datetime", "smalldatetime"])
def test_what_the_server_would_shorten_waits_in_another_column(old):
    add, fill, alter, restore, drop = carried_out(old, "nvarchar(40)")
    assert add == "ALTER TABLE [t] ADD [__text_of_c] nvarchar(32) NULL" and drop.endswith("DROP COLUMN [__text_of_c]")
    assert fill.startswith("UPDATE [t] SET [__text_of_c] = ") and restore == "UPDATE [t] SET [c] = [__text_of_c]"
    assert alter == "ALTER TABLE [t] ALTER COLUMN [c] nvarchar(40) NOT NULL"


def test_money_is_a_decimal_before_it_is_text():
    assert carried_out("money", "nvarchar(40)", collation="C") == [
        "ALTER TABLE [t] ALTER COLUMN [c] decimal(19, 4) NOT NULL",
        "ALTER TABLE [t] ALTER COLUMN [c] nvarchar(40) COLLATE C NOT NULL",
    ]
