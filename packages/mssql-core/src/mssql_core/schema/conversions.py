"""Changes of a column's type that ALTER COLUMN refuses or makes with a loss: the values are rewritten."""

import re
from typing import Callable, Match, Optional

from ..names import quote_bare
from ..operations.floats import shortest_text
from ..plugin.django_types import SchemaEditor
from .column_change import ColumnChange

_TEXT = re.compile(r"^(n?(?:var)?char)\((\d+|max)\)$")
_UUID = "uniqueidentifier"
_HYPHENATED = 36
# Eight, four, four, four and twelve digits; the server reads no others (error 8169).
# https://learn.microsoft.com/sql/t-sql/data-types/uniqueidentifier-transact-sql
_WITH_HYPHENS = "STUFF(STUFF(STUFF(STUFF({0}, 21, 0, '-'), 17, 0, '-'), 13, 0, '-'), 9, 0, '-')"
_HEX_LENGTH = 32
# Type -> its text with all that it holds: by itself the server keeps six digits, or minutes.
# https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql (styles)
_WHOLE_TEXTS = {
    "float": shortest_text,
    "real": shortest_text,
    "datetime": "CONVERT(nvarchar(32), {}, 121)".format,
    "smalldatetime": "CONVERT(nvarchar(32), {}, 121)".format,
}
# What no text is made of without CONVERT (error 257), and the type between.
_BETWEEN = {"money": "decimal(19, 4)", "smallmoney": "decimal(10, 4)"}


def carry_out(editor: SchemaEditor, old_type: Optional[str], change: ColumnChange) -> None:
    """
    Change a column and keep its values as Django reads them.

    :param editor: the schema editor.
    :param old_type: the column's present type in T-SQL; None where it is unknown.
    :param change: a ColumnChange.
    """
    old_text, new_text = _TEXT.match(str(old_type)), _TEXT.match(change.type)
    if old_text and change.type == _UUID:
        _text_to_uuid(editor, old_text, change)
    elif old_type == _UUID and new_text:
        _uuid_to_text(editor, new_text, change)
    elif old_type in _WHOLE_TEXTS and new_text:
        _to_whole_text(editor, _WHOLE_TEXTS[old_type], change)
    elif old_type in _BETWEEN and new_text:
        editor.alter_column(change._replace(type=_BETWEEN[old_type], collation=None))
        editor.alter_column(change)
    else:
        editor.alter_column(change)


def _text_to_uuid(editor: SchemaEditor, old: Match[str], change: ColumnChange) -> None:
    """Add hyphens to texts of 32 digits; the server reads or refuses the others itself."""
    if old.group(2) != "max" and int(old.group(2)) < _HYPHENATED:
        editor.alter_column(change._replace(type="%s(%d)" % (old.group(1), _HYPHENATED), collation=None))
    column = quote_bare(change.column)
    values = change.table, column, _WITH_HYPHENS.format(column), column, _HEX_LENGTH
    editor.change_rows("UPDATE %s SET %s = %s WHERE LEN(%s) = %d" % values)
    editor.alter_column(change._replace(collation=None))


def _uuid_to_text(editor: SchemaEditor, new: Match[str], change: ColumnChange) -> None:
    """Write UUIDs as Python does, in lower case; without hyphens where there is no room for them (error 8170)."""
    column = quote_bare(change.column)
    text = "LOWER(%s)" % column
    if new.group(2) != "max" and int(new.group(2)) < _HYPHENATED:
        text = "REPLACE(%s, '-', '')" % text
    editor.alter_column(change._replace(type="varchar(%d)" % _HYPHENATED, collation=None))
    editor.change_rows("UPDATE %s SET %s = %s" % (change.table, column, text))
    editor.alter_column(change)


def _to_whole_text(editor: SchemaEditor, whole_text: Callable[[str], str], change: ColumnChange) -> None:
    """Keep the texts in a column of their own while the type changes."""
    column, between = quote_bare(change.column), quote_bare("__text_of_" + change.column[:100])
    editor.run(["ALTER TABLE %s ADD %s nvarchar(32) NULL" % (change.table, between)])
    editor.change_rows("UPDATE %s SET %s = %s" % (change.table, between, whole_text(column)))
    editor.alter_column(change)
    editor.change_rows("UPDATE %s SET %s = %s" % (change.table, column, between))
    editor.run(["ALTER TABLE %s DROP COLUMN %s" % (change.table, between)])
