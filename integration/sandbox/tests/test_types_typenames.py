"""Values between the engine and Python: sql_variant has the type of its value.

https://learn.microsoft.com/sql/t-sql/data-types/sql-variant-transact-sql
"""

from __future__ import annotations

from decimal import Decimal

import pytest


@pytest.mark.parametrize(
    "query, row",
    [
        ("SELECT SERVERPROPERTY('EngineEdition'), SERVERPROPERTY('ProductMajorVersion')", (3, "16")),
        ("SELECT seed_value, increment_value, last_value FROM sys.identity_columns", (5, 2, None)),
        ("SELECT start_value, increment, current_value FROM sys.sequences", (Decimal(3), Decimal(1), Decimal(3))),
        ("SELECT START_VALUE FROM INFORMATION_SCHEMA.SEQUENCES", (Decimal(3),)),
        ("SELECT value, value_in_use FROM sys.configurations WHERE value = 4096", (4096, 4096)),
        ("SELECT value FROM sys.extended_properties WHERE value = 7", (7,)),
        ("SELECT value FROM fn_listextendedproperty('n', 'SCHEMA', 'dbo', 'TABLE', 'i', NULL, NULL)", (7,)),
        ("SELECT CAST(value AS nvarchar(9)) FROM sys.extended_properties", ("7",)),
        ("SELECT DATABASEPROPERTYEX(DB_NAME(), 'Status'), DATABASEPROPERTYEX(DB_NAME(), 'LCID')", ("ONLINE", 1033)),
        ("SELECT COLLATIONPROPERTY('Latin1_General_CI_AS', 'CodePage')", (1252,)),
    ],
)
def test_variants_keep_their_type(client, query, row):
    client.run("CREATE TABLE i (id bigint IDENTITY(5, 2)); CREATE SEQUENCE s AS decimal(9, 0) START WITH 3")
    client.run("EXEC sp_addextendedproperty 'n', 7, 'SCHEMA', 'dbo', 'TABLE', 'i'")
    assert client.run(query) == [row]
    assert [type(value) for value in client.run(query)[0]] == [type(value) for value in row]
