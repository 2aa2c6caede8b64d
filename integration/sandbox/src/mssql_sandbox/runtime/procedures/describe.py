"""The result of sp_describe_undeclared_parameters.

https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-describe-undeclared-parameters-transact-sql
"""

from __future__ import annotations

from typing import Any, Sequence

from ...catalog import datatypes
from ...interface import ResultColumn
from ...sqltypes import BIT, INT, SMALLINT, TINYINT, SqlType, nvarchar

_SYSNAME = nvarchar(128)
_COLUMNS = [
    ResultColumn(name, type_, nullable)
    for name, type_, nullable in (
        ("parameter_ordinal", INT, False), ("name", _SYSNAME, False), ("suggested_system_type_id", INT, False),
        ("suggested_system_type_name", nvarchar(256), True), ("suggested_max_length", SMALLINT, False),
        ("suggested_precision", TINYINT, False), ("suggested_scale", TINYINT, False),
        ("suggested_user_type_id", INT, True), ("suggested_user_type_database", _SYSNAME, True),
        ("suggested_user_type_schema", _SYSNAME, True), ("suggested_user_type_name", _SYSNAME, True),
        ("suggested_assembly_qualified_type_name", nvarchar(4000), True), ("suggested_xml_collection_id", INT, True),
        ("suggested_xml_collection_database", _SYSNAME, True), ("suggested_xml_collection_schema", _SYSNAME, True),
        ("suggested_xml_collection_name", _SYSNAME, True), ("suggested_is_xml_document", BIT, False),
        ("suggested_is_case_sensitive", BIT, False), ("suggested_is_fixed_length_clr_type", BIT, False),
        ("suggested_is_input", BIT, False), ("suggested_is_output", BIT, False),
        ("formal_parameter_name", _SYSNAME, True), ("suggested_tds_type_id", INT, False),
        ("suggested_tds_length", INT, False),
    )
]  # fmt: skip

# MS-TDS TYPE_INFO tokens of types whose token is not their system_type_id.
_TDS = {
    "tinyint": 38, "smallint": 38, "int": 38, "bigint": 38, "bit": 104, "real": 109, "float": 109, "money": 110,
    "smallmoney": 110, "datetime": 111, "smalldatetime": 111,
}  # fmt: skip


def undeclared_rows(suggestions: Sequence[tuple[str, SqlType]]) -> tuple[list[ResultColumn], list[list[Any]]]:
    """(columns, rows) for parameters with their suggested types, in order."""
    return _COLUMNS, [_row(position, name, type_) for position, (name, type_) in enumerate(suggestions, start=1)]


def _row(position: int, name: str, type_: SqlType) -> list[Any]:
    system_id = datatypes.SYSTEM_TYPE_IDS[type_.name]
    length, precision, scale = datatypes.facets(type_)
    tds_length = 65535 if length == -1 else length
    return [
        position, name, system_id, str(type_), length, precision, scale, None, None, None, None, None, None, None, None,
        None, 0, 0, 0, 1, 0, None, _TDS.get(type_.name, system_id), tds_length,
    ]  # fmt: skip
