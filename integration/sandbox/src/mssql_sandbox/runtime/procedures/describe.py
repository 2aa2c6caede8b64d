"""sp_describe_first_result_set, and the result of sp_describe_undeclared_parameters.

https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-describe-first-result-set-transact-sql
https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-describe-undeclared-parameters-transact-sql
"""

from typing import Any, Iterator, Sequence

from ...catalog import datatypes
from ...errors import NotSupported
from ...interface import Event, ResultColumn
from ...sqltypes import BIT, INT, SMALLINT, TINYINT, SqlType, nvarchar
from ...types import collation
from .binding import Call, declared

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

_RESULT_COLUMNS = declared(
    """is_hidden bit, column_ordinal int, name, is_nullable bit, system_type_id int, system_type_name nvarchar(256),
    max_length smallint, precision tinyint, scale tinyint, collation_name, user_type_id int, user_type_database,
    user_type_schema, user_type_name, assembly_qualified_type_name nvarchar(4000), xml_collection_id int,
    xml_collection_database, xml_collection_schema, xml_collection_name, is_xml_document bit, is_case_sensitive bit,
    is_fixed_length_clr_type bit, source_server, source_database, source_schema, source_table, source_column,
    is_identity_column bit, is_part_of_unique_key bit, is_updateable bit, is_computed_column bit,
    is_sparse_column_set bit, ordinal_in_order_by_list smallint, order_by_list_length smallint,
    order_by_is_descending smallint, tds_type_id int, tds_length int, tds_collation_id int,
    tds_collation_sort_id tinyint"""
)

# MS-TDS TYPE_INFO tokens that differ from the type's system_type_id.
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


def first_result_set(call: Call) -> Iterator[Event]:
    """One row per column of a batch's first result; NULL for source, order and TDS collation.

    :raises NotSupported: for batches with other statements than queries and variables, and for browse information.
    """
    text, parameters, mode = call.bind("tsql", "params", "browse_information_mode", required=1)
    columns = call.session.describe(text, call.session.declared(parameters))
    if columns is None or mode:
        raise NotSupported(f"{call.name} {'with browse information' if mode else 'of this batch'}")
    default = call.session.catalog.collation
    yield from call.result(
        _RESULT_COLUMNS, [_result_row(at, each, default) for at, each in enumerate(columns, start=1)]
    )


def _result_row(position: int, column: ResultColumn, default: str) -> list[Any]:
    type_ = column.type
    system_id = datatypes.SYSTEM_TYPE_IDS[type_.name]
    facets = datatypes.facets(type_)
    name = (type_.collation or default) if type_.is_character else None
    return [
        0, position, column.name or None, int(column.nullable), system_id, str(type_), *facets, name, *[None] * 9, 0,
        int(bool(name and collation.parse(name).case_sensitive)), 0, *[None] * 5, int(column.identity), None, None,
        int(column.computed), 0, None, None, None, _TDS.get(type_.name, system_id) if column.nullable else system_id,
        65535 if facets.max_length == -1 else facets.max_length, None, None,
    ]  # fmt: skip


PROCEDURES = {"sp_describe_first_result_set": first_result_set}
