"""Catalogue procedures behind SQLTables, SQLColumns, SQLPrimaryKeys, SQLForeignKeys, SQLStatistics, SQLProcedures."""

from typing import Any, Iterator

from ...catalog import system
from ...interface import Event
from ...sqltypes import nvarchar
from .binding import Call, declared, like

_SYSNAME = nvarchar(128)
_CODES = {
    "bit": -7, "tinyint": -6, "smallint": 5, "int": 4, "bigint": -5, "decimal": 3, "numeric": 2, "money": 3,
    "smallmoney": 3, "float": 6, "real": 7, "date": 91, "time": -154, "datetime": 93, "smalldatetime": 93,
    "datetime2": 93, "datetimeoffset": -155, "char": 1, "varchar": 12, "text": -1, "nchar": -8, "nvarchar": -9,
    "ntext": -10, "binary": -2, "varbinary": -3, "image": -4, "uniqueidentifier": -11, "xml": -152,
    "sql_variant": -150, "json": -1, "sysname": -9,
}  # fmt: skip
_SQL_DATE = {"date": (9, 1), "datetime": (9, 3), "smalldatetime": (9, 3), "datetime2": (9, 3), "time": (-154, 0),
             "datetimeoffset": (-155, 0)}  # fmt: skip


def _match(use_patterns: Any, *pairs: tuple[str | None, str]) -> bool:
    """Whether names match their patterns; fUsePattern = 0 means them to the letter."""
    return all(like(pattern, wildcards=use_patterns != 0).match(name) for pattern, name in pairs)


def tables(call: Call) -> Iterator[Event]:
    """sp_tables."""
    name, owner, qualifier, kinds, patterns = call.bind(
        "table_name", "table_owner", "table_qualifier", "table_type", "fUsePattern"
    )
    columns = declared("TABLE_QUALIFIER, TABLE_OWNER, TABLE_NAME, TABLE_TYPE varchar(32), REMARKS varchar(254)")
    database = call.session.database
    if (name, owner) == ("", "") and qualifier == "%":
        databases = call.session.server.databases.all()
        yield from call.result(columns, [(database.name, None, None, None, None) for database in databases])
        return
    if qualifier not in (None, "", "%") and qualifier.casefold() != database.casefold():
        yield from call.result(columns, [])
        return
    wanted = kinds.upper().replace("'", "").replace(" ", "").split(",") if kinds else None
    objects = [
        (database, schema, table, "TABLE" if kind == "U" else "VIEW", None)
        for schema, table, kind in call.query(
            "select s.name, o.name, o.type from ms.objects o join ms.schemas s using (schema_id)"
            " where o.type in ('U', 'V')"
        )
    ]
    objects += [
        (database, view.schema, view.name, "VIEW", None)
        for view in system.views(call.session.catalog.shared.version).values()
    ]
    rows = [
        row
        for row in objects
        if _match(patterns, (name, row[2]), (owner, row[1])) and (wanted is None or row[3] in wanted or "%" in wanted)
    ]
    yield from call.result(columns, sorted(rows, key=lambda row: (row[3], row[1].casefold(), row[2].casefold())))


def columns(call: Call) -> Iterator[Event]:
    """sp_columns and sp_columns_100."""
    name, owner, qualifier, column, _nameScope, version, patterns = call.bind(
        "table_name", "table_owner", "table_qualifier", "column_name", "NameScope", "ODBCVer", "fUsePattern"
    )
    call.check_qualifier(qualifier)
    rows = []
    for row in call.query(
        "select s.name, o.name, c.name, c.type_name, c.max_length, c.precision, c.scale, c.is_nullable, d.definition,"
        " row_number() over (partition by c.object_id order by c.column_id), c.definition is not null,"
        " c.seed_value is not null, c.is_sparse from ms.column_facets c join ms.objects o using (object_id)"
        " join ms.schemas s using (schema_id)"
        " left join ms.default_constraints d on d.object_id = c.default_object_id"
        " where o.type in ('U', 'V') order by s.name, o.name, c.column_id"
    ):
        if _match(patterns, (name, row[1]), (owner, row[0]), (column, row[2])):
            rows.append(_column_row(call.session.database, *row))
    yield from call.result(_COLUMNS, rows)


_COLUMNS = declared(
    """TABLE_QUALIFIER, TABLE_OWNER, TABLE_NAME, COLUMN_NAME, DATA_TYPE smallint, TYPE_NAME, PRECISION int, LENGTH int,
    SCALE smallint, RADIX smallint, NULLABLE smallint, REMARKS varchar(254), COLUMN_DEF nvarchar(4000),
    SQL_DATA_TYPE smallint, SQL_DATETIME_SUB smallint, CHAR_OCTET_LENGTH int, ORDINAL_POSITION int,
    IS_NULLABLE varchar(254), SS_IS_SPARSE smallint, SS_IS_COLUMN_SET smallint, SS_IS_COMPUTED smallint,
    SS_IS_IDENTITY smallint, SS_UDT_CATALOG_NAME, SS_UDT_SCHEMA_NAME, SS_UDT_ASSEMBLY_TYPE_NAME nvarchar(4000),
    SS_XML_SCHEMACOLLECTION_CATALOG_NAME, SS_XML_SCHEMACOLLECTION_SCHEMA_NAME, SS_XML_SCHEMACOLLECTION_NAME,
    SS_DATA_TYPE tinyint"""
)
_SS_DATA_TYPE = {
    "bit": 50, "tinyint": 37, "smallint": 39, "int": 38, "bigint": 63, "decimal": 106, "numeric": 108, "money": 110,
    "smallmoney": 110, "float": 109, "real": 109, "datetime": 111, "smalldatetime": 111, "char": 39, "varchar": 39,
    "text": 35, "nchar": 39, "nvarchar": 39, "ntext": 35, "binary": 37, "varbinary": 37, "image": 34,
    "uniqueidentifier": 37,
}  # fmt: skip


_CHARACTER = frozenset("char varchar nchar nvarchar text ntext".split())
_MONEY = frozenset("decimal numeric money smallmoney".split())
_TEMPORAL = frozenset("time datetime datetime2 datetimeoffset smalldatetime".split())
_EXACT = _MONEY | frozenset("tinyint smallint int bigint".split())
_LENGTHS = {"datetime": 16, "smalldatetime": 16, "datetime2": 16, "date": 6}
_LONGEST = {"text": 2147483647, "image": 2147483647, "ntext": 2147483646}


def _sizes(
    type_name: str, max_length: int, precision: int, scale: int
) -> tuple[int, int, int | None, int | None, int | None]:
    """PRECISION, LENGTH, SCALE, RADIX and CHAR_OCTET_LENGTH."""
    if type_name in _CHARACTER or type_name in ("binary", "varbinary", "image"):
        octets = _LONGEST.get(type_name, max(max_length, 0))
        wide = 2 if type_name in ("nchar", "nvarchar", "ntext") else 1
        return octets // wide, octets, None, None, octets
    shown = {"uniqueidentifier": 36, "float": 53}.get(type_name, precision)
    length = precision + 2 if type_name in _MONEY else _LENGTHS.get(type_name, max_length)
    radix = 10 if type_name in _EXACT else 2 if type_name in ("float", "real") else None
    return shown, length, scale if type_name in _EXACT | _TEMPORAL else None, radix, None


def _column_row(
    database: str, schema: str, table: str, column: str, type_name: str, max_length: int, precision: int, scale: int,
    nullable: int, default: str | None, position: int, computed: bool, identity: bool, sparse: int,
) -> tuple[Any, ...]:  # fmt: skip
    code = _CODES[type_name]
    shown, length, shown_scale, radix, octets = _sizes(type_name, max_length, precision, scale)
    sql_type, sub = _SQL_DATE.get(type_name, (code, None))
    name = f"{type_name} identity" if identity else type_name
    return (
        database, schema, table, column, code, name, shown, length, shown_scale, radix, nullable, None, default,
        sql_type, sub, octets, position, "YES" if nullable else "NO", sparse, 0, int(computed), int(identity), None,
        None, None, None, None, None, _SS_DATA_TYPE.get(type_name, 0),
    )  # fmt: skip


def primary_keys(call: Call) -> Iterator[Event]:
    """sp_pkeys."""
    name, owner, qualifier = call.bind("table_name", "table_owner", "table_qualifier", required=1)
    call.check_qualifier(qualifier)
    result = declared("TABLE_QUALIFIER, TABLE_OWNER, TABLE_NAME, COLUMN_NAME, KEY_SEQ smallint, PK_NAME")
    rows = call.query(
        "select s.name, o.name, c.name, x.key_ordinal, i.name from ms.indexes i"
        " join ms.objects o using (object_id) join ms.schemas s using (schema_id)"
        " join ms.index_columns x on x.object_id = i.object_id and x.index_id = i.index_id"
        " join ms.columns c on c.object_id = i.object_id and c.column_id = x.column_id"
        " where i.is_primary_key = 1 and ms.key(o.name) = ms.key($1)"
        " and ms.key(s.name) = ms.key(coalesce($2, 'dbo')) order by x.key_ordinal",
        name, owner or None,
    )  # fmt: skip
    yield from call.result(result, [(call.session.database, *row) for row in rows])


_RULES = {0: 1, 1: 0, 2: 2, 3: 3}  # the catalogue's action -> ODBC's: 0 cascade, 1 no action, 2 set null, 3 set default


def foreign_keys(call: Call) -> Iterator[Event]:
    """sp_fkeys."""
    pk_name, pk_owner, pk_qualifier, fk_name, fk_owner, fk_qualifier = call.bind(
        "pktable_name", "pktable_owner", "pktable_qualifier", "fktable_name", "fktable_owner", "fktable_qualifier"
    )
    call.check_qualifier(pk_qualifier)
    call.check_qualifier(fk_qualifier)
    result = declared(
        """PKTABLE_QUALIFIER, PKTABLE_OWNER, PKTABLE_NAME, PKCOLUMN_NAME, FKTABLE_QUALIFIER, FKTABLE_OWNER, FKTABLE_NAME,
        FKCOLUMN_NAME, KEY_SEQ smallint, UPDATE_RULE smallint, DELETE_RULE smallint, FK_NAME, PK_NAME,
        DEFERRABILITY smallint"""
    )
    database = call.session.database
    rows = [
        (database, *row[:3], database, *row[3:7], _RULES[row[7]], _RULES[row[8]], *row[9:], 7)
        for row in call.query(
            "select rs.name, r.name, rc.name, ps.name, p.name, pc.name, x.constraint_column_id,"
            " f.update_referential_action, f.delete_referential_action, o.name, i.name"
            " from ms.foreign_keys f join ms.objects o using (object_id)"
            " join ms.foreign_key_columns x on x.constraint_object_id = f.object_id"
            " join ms.objects r on r.object_id = f.referenced_object_id"
            " join ms.schemas rs on rs.schema_id = r.schema_id"
            " join ms.objects p on p.object_id = f.parent_object_id join ms.schemas ps on ps.schema_id = p.schema_id"
            " join ms.columns rc on rc.object_id = r.object_id and rc.column_id = x.referenced_column_id"
            " join ms.columns pc on pc.object_id = p.object_id and pc.column_id = x.parent_column_id"
            " left join ms.indexes i on i.object_id = r.object_id and i.index_id = f.key_index_id"
            " where ($1::text is null or ms.key(r.name) = ms.key($1))"
            " and ($2::text is null or ms.key(rs.name) = ms.key($2))"
            " and ($3::text is null or ms.key(p.name) = ms.key($3))"
            " and ($4::text is null or ms.key(ps.name) = ms.key($4))"
            " order by p.name, o.name, x.constraint_column_id",
            pk_name or None, pk_owner or None, fk_name or None, fk_owner or None,
        )
    ]  # fmt: skip
    yield from call.result(result, rows)


def statistics(call: Call) -> Iterator[Event]:
    """sp_statistics and sp_statistics_100."""
    name, owner, qualifier, index_name, unique, _accuracy = call.bind(
        "table_name", "table_owner", "table_qualifier", "index_name", "is_unique", "accuracy"
    )
    call.check_qualifier(qualifier)
    result = declared(
        """TABLE_QUALIFIER, TABLE_OWNER, TABLE_NAME, NON_UNIQUE smallint, INDEX_QUALIFIER, INDEX_NAME, TYPE smallint,
        SEQ_IN_INDEX smallint, COLUMN_NAME, COLLATION varchar(1), CARDINALITY int, PAGES int,
        FILTER_CONDITION varchar(128)"""
    )
    database = call.session.database
    rows = call.query(
        "select s.name, o.name, 1 - i.is_unique, o.name, i.name, case i.type when 1 then 1 else 3 end, x.key_ordinal,"
        " c.name, case x.is_descending_key when 1 then 'D' else 'A' end, null::int, null::int, i.filter_definition"
        " from ms.indexes i join ms.objects o using (object_id) join ms.schemas s using (schema_id)"
        " join ms.index_columns x on x.object_id = i.object_id and x.index_id = i.index_id and x.key_ordinal > 0"
        " join ms.columns c on c.object_id = i.object_id and c.column_id = x.column_id"
        " where ms.key(o.name) = ms.key($1) and ms.key(s.name) = ms.key(coalesce($2, 'dbo'))"
        " and ($3 <> 'Y' or i.is_unique = 1) order by 3, 6, 5, 7",
        name, owner or None, unique or "N",
    )  # fmt: skip
    kept = [(database, *row) for row in rows if like(index_name).match(row[4])]
    yield from call.result(result, kept)


def stored_procedures(call: Call) -> Iterator[Event]:
    """sp_stored_procedures."""
    name, owner, qualifier, patterns = call.bind("sp_name", "sp_owner", "sp_qualifier", "fUsePattern")
    call.check_qualifier(qualifier)
    result = declared(
        """PROCEDURE_QUALIFIER, PROCEDURE_OWNER, PROCEDURE_NAME nvarchar(134), NUM_INPUT_PARAMS int,
        NUM_OUTPUT_PARAMS int, NUM_RESULT_SETS int, REMARKS varchar(254), PROCEDURE_TYPE smallint"""
    )
    rows = [
        (call.session.database, schema, f"{procedure};{1 if kind == 'P' else 0}", -1, -1, -1, None, 2)
        for schema, procedure, kind in call.query(
            "select s.name, o.name, o.type from ms.objects o join ms.schemas s using (schema_id)"
            " where o.type in ('P', 'FN', 'IF', 'TF') order by 1, 2"
        )
        if _match(patterns, (name, procedure), (owner, schema))
    ]
    yield from call.result(result, rows)


PROCEDURES = {
    "sp_tables": tables,
    "sp_columns": columns,
    "sp_columns_100": columns,
    "sp_pkeys": primary_keys,
    "sp_fkeys": foreign_keys,
    "sp_statistics": statistics,
    "sp_statistics_100": statistics,
    "sp_stored_procedures": stored_procedures,
}
