import pytest
from fake_catalog import FakeCatalog

from mssql_core.introspection import queries
from mssql_core.introspection.notes import column_notes, table_notes, takes_from_sequence


def noted(type, **values):
    catalog = FakeCatalog()
    catalog.table("t").column("c", type, **values)
    (column,) = queries.rows(catalog.cursor(), queries.COLUMNS, ["[t]"])
    return column_notes(column)


@pytest.mark.parametrize(
    ("type", "values", "notes"),
    [
        ("int", {}, ()),
        ("int", {"default": ("df", "((1))")}, ()),
        ("Name", {"base_type": "nvarchar", "type_schema": "dbo", "is_of_alias_type": True}, ("Type [dbo].[Name].",)),
        ("hierarchyid", {}, ("As text: '/1/2/'.",)),
        ("xml", {}, ("Neither compared nor ordered (402, 305).",)),
        ("xml", {"is_column_set": True}, ("All sparse columns as XML; write those.",)),
        ("int", {"is_sparse": True}, ("Sparse.",)),
        ("varbinary", {"is_filestream": True}, ("FILESTREAM.",)),
        ("int", {"default": ("df", "(NEXT VALUE FOR [dbo].[s])")}, ("Default: (NEXT VALUE FOR [dbo].[s]).",)),
        ("bigint", {"generated_always_type": 7}, ("Ledger. Never written.",)),
        (
            "datetime2",
            {"generated_always_type": 2, "is_hidden": True},
            ("End of the row's validity, in UTC. Never written.", "Hidden."),
        ),
        ("int", {"is_masked": True}, ("Masked: without the right UNMASK the mask is read, and would be stored.",)),
    ],
)
def test_columns(type, values, notes):
    assert noted(type, **values) == notes


@pytest.mark.parametrize(
    ("default", "takes"),
    [(None, False), ("((1))", False), ("(next  value FOR [s])", True), ("(N'NEXT VALUE FOR')", False)],
)
def test_a_default_of_a_sequence(default, takes):
    assert takes_from_sequence(default) is takes


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"temporal_type": 1}, "history of a temporal table: it is read only"),
        (
            {"temporal_type": 2, "history_schema": "dbo", "history_table": "t_h"},
            "Temporal; the history is in [dbo].[t_h].",
        ),
        ({"is_memory_optimized": True}, "Memory-optimized: in a transaction it takes SNAPSHOT"),
        ({"is_memory_optimized": True, "durability": "SCHEMA_ONLY"}, "Memory-optimized (SCHEMA_ONLY)"),
        ({"is_external": True}, "External: it is read only."),
    ],
)
def test_tables(values, word):
    catalog = FakeCatalog()
    catalog.table("t").note(**values).note()
    noted, plain = queries.rows(catalog.cursor(), queries.TABLE_NOTES, ["[t]"])
    (note,) = table_notes(noted)
    assert word in note
    assert table_notes(plain) == []
