"""Properties of columns and tables that a model cannot express, as comments for inspectdb."""

import re
from typing import Any, List, Optional, Tuple

from ..names import TableName

# Notes on types that are not compared, or not as the field suggests (error numbers of the server).
_TYPES = {
    "geography": "Well-known text; neither compared nor ordered (403, 249).",
    "geometry": "Well-known text; neither compared nor ordered (403, 249).",
    "hierarchyid": "As text: '/1/2/'.",
    "image": "Neither compared nor ordered (402, 306).",
    "ntext": "Neither compared nor ordered (402, 306).",
    "sql_variant": "A value of any type.",
    "text": "Neither compared nor ordered (402, 306).",
    "xml": "Neither compared nor ordered (402, 305).",
}
# 1 and 2 are the columns of a temporal table, 5 and more those of a ledger.
_PERIOD = {1: "Begin of the row's validity, in UTC.", 2: "End of the row's validity, in UTC."}
_SEQUENCE = re.compile(r"\(*\s*NEXT\s+VALUE\s+FOR\b", re.IGNORECASE)


def takes_from_sequence(default: Optional[str]) -> bool:
    """Whether a column's default is the next value of a sequence."""
    return default is not None and _SEQUENCE.match(default) is not None


def column_notes(column: Any) -> Tuple[str, ...]:
    """
    Comments about a column, the most important first.

    https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-columns-transact-sql

    :param column: a row of queries.COLUMNS.
    """
    notes = []
    if column.is_of_alias_type and column.declared_type != column.base_type:
        notes.append("Type %s." % TableName(column.type_schema, column.declared_type))
    if column.is_column_set:
        notes.append("All sparse columns as XML; write those.")
    elif column.base_type in _TYPES:
        notes.append(_TYPES[column.base_type])
    if column.generated_always_type:
        notes.append(_PERIOD.get(column.generated_always_type, "Ledger.") + " Never written.")
    if column.is_masked:
        notes.append("Masked: without the right UNMASK the mask is read, and would be stored.")
    for is_so, note in (
        (column.is_hidden, "Hidden."),
        (column.is_sparse, "Sparse."),
        (column.is_filestream, "FILESTREAM."),
        (takes_from_sequence(column.default_definition), "Default: %s." % column.default_definition),
    ):
        if is_so:
            notes.append(note)
    return tuple(notes)


def table_notes(table: Any) -> List[str]:
    """
    Comments about a table.

    https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-tables-transact-sql

    :param table: a row of queries.TABLE_NOTES.
    """
    notes = []
    if table.temporal_type == 1:
        notes.append("The history of a temporal table: it is read only (13559, 13560, 13561).")
    elif table.temporal_type == 2:
        notes.append("Temporal; the history is in %s." % TableName(table.history_schema, table.history_table))
    if table.is_memory_optimized:
        durability = "" if table.durability == "SCHEMA_AND_DATA" else " (%s)" % table.durability
        notes.append(
            "Memory-optimized%s: in a transaction it takes SNAPSHOT, see MEMORY_OPTIMIZED_ELEVATE_TO_SNAPSHOT."
            % durability
        )
    if table.is_external:
        notes.append("External: it is read only.")
    return notes
