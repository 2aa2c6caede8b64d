"""sp_datatype_info_100: the ODBC data types.

https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-datatype-info-transact-sql
"""

from typing import Iterator

from ...interface import Event
from .binding import Call, declared

_COLUMNS = declared(
    """TYPE_NAME, DATA_TYPE smallint, PRECISION int, LITERAL_PREFIX varchar(32), LITERAL_SUFFIX varchar(32),
    CREATE_PARAMS varchar(32), NULLABLE smallint, CASE_SENSITIVE smallint, SEARCHABLE smallint,
    UNSIGNED_ATTRIBUTE smallint, MONEY smallint, AUTO_INCREMENT smallint, LOCAL_TYPE_NAME, MINIMUM_SCALE smallint,
    MAXIMUM_SCALE smallint, SQL_DATA_TYPE smallint, SQL_DATETIME_SUB smallint, NUM_PREC_RADIX int,
    INTERVAL_PRECISION smallint, USERTYPE smallint"""
)

# name, ODBC type, precision, prefix, suffix, parameters, case sensitive, searchable, unsigned, money, identity,
# minimum scale, maximum scale, SQL type, datetime sub, radix, user type
_ROWS = (
    ("sql_variant", -150, 8000, None, None, None, 0, 2, None, 0, None, 0, 0, -150, None, 10, 0),
    ("uniqueidentifier", -11, 36, "'", "'", None, 0, 2, None, 0, None, None, None, -11, None, None, 0),
    ("ntext", -10, 1073741823, "N'", "'", None, 0, 1, None, 0, None, None, None, -10, None, None, 0),
    ("xml", -152, 0, "N'", "'", None, 1, 0, None, 0, None, None, None, -152, None, None, 0),
    ("nvarchar", -9, 4000, "N'", "'", "max length", 0, 3, None, 0, None, None, None, -9, None, None, 0),
    ("sysname", -9, 128, "N'", "'", None, 0, 3, None, 0, None, None, None, -9, None, None, 18),
    ("nchar", -8, 4000, "N'", "'", "length", 0, 3, None, 0, None, None, None, -8, None, None, 0),
    ("bit", -7, 1, None, None, None, 0, 2, None, 0, None, 0, 0, -7, None, None, 16),
    ("tinyint", -6, 3, None, None, None, 0, 2, 1, 0, 0, 0, 0, -6, None, 10, 5),
    ("tinyint identity", -6, 3, None, None, None, 0, 2, 1, 0, 1, 0, 0, -6, None, 10, 5),
    ("bigint", -5, 19, None, None, None, 0, 2, 0, 0, 0, 0, 0, -5, None, 10, 0),
    ("bigint identity", -5, 19, None, None, None, 0, 2, 0, 0, 1, 0, 0, -5, None, 10, 0),
    ("image", -4, 2147483647, "0x", None, None, 0, 0, None, 0, None, None, None, -4, None, None, 20),
    ("varbinary", -3, 8000, "0x", None, "max length", 0, 2, None, 0, None, None, None, -3, None, None, 4),
    ("binary", -2, 8000, "0x", None, "length", 0, 2, None, 0, None, None, None, -2, None, None, 3),
    ("timestamp", -2, 8, "0x", None, None, 0, 2, None, 0, None, None, None, -2, None, None, 80),
    ("text", -1, 2147483647, "'", "'", None, 0, 1, None, 0, None, None, None, -1, None, None, 19),
    ("char", 1, 8000, "'", "'", "length", 0, 3, None, 0, None, None, None, 1, None, None, 1),
    ("numeric", 2, 38, None, None, "precision,scale", 0, 2, 0, 0, 0, 0, 38, 2, None, 10, 10),
    ("numeric() identity", 2, 38, None, None, "precision", 0, 2, 0, 0, 1, 0, 0, 2, None, 10, 10),
    ("decimal", 3, 38, None, None, "precision,scale", 0, 2, 0, 0, 0, 0, 38, 3, None, 10, 24),
    ("money", 3, 19, "$", None, None, 0, 2, 0, 1, 0, 4, 4, 3, None, 10, 11),
    ("smallmoney", 3, 10, "$", None, None, 0, 2, 0, 1, 0, 4, 4, 3, None, 10, 21),
    ("decimal() identity", 3, 38, None, None, "precision", 0, 2, 0, 0, 1, 0, 0, 3, None, 10, 24),
    ("int", 4, 10, None, None, None, 0, 2, 0, 0, 0, 0, 0, 4, None, 10, 7),
    ("int identity", 4, 10, None, None, None, 0, 2, 0, 0, 1, 0, 0, 4, None, 10, 7),
    ("smallint", 5, 5, None, None, None, 0, 2, 0, 0, 0, 0, 0, 5, None, 10, 6),
    ("smallint identity", 5, 5, None, None, None, 0, 2, 0, 0, 1, 0, 0, 5, None, 10, 6),
    ("float", 6, 53, None, None, None, 0, 2, 0, 0, 0, None, None, 6, None, 2, 8),
    ("real", 7, 24, None, None, None, 0, 2, 0, 0, 0, None, None, 7, None, 2, 23),
    ("varchar", 12, 8000, "'", "'", "max length", 0, 3, None, 0, None, None, None, 12, None, None, 2),
    ("date", 91, 10, "'", "'", None, 0, 3, None, 0, None, None, 0, 9, 1, None, 0),
    ("time", -154, 16, "'", "'", "scale", 0, 3, None, 0, None, 0, 7, -154, 0, None, 0),
    ("datetime2", 93, 27, "'", "'", "scale", 0, 3, None, 0, None, 0, 7, 9, 3, None, 0),
    ("datetime", 93, 23, "'", "'", None, 0, 3, None, 0, None, 3, 3, 9, 3, None, 12),
    ("smalldatetime", 93, 16, "'", "'", None, 0, 3, None, 0, None, 0, 0, 9, 3, None, 22),
    ("datetimeoffset", -155, 34, "'", "'", "scale", 0, 3, None, 0, None, 0, 7, -155, 0, None, 0),
)  # fmt: skip


def datatype_info(call: Call) -> Iterator[Event]:
    wanted, _version = call.bind("data_type", "ODBCVer")
    rows = []
    for row in _ROWS:
        name, code, precision, prefix, suffix, parameters, cased, searchable, unsigned, money, identity = row[:11]
        low, high, sql_type, sub, radix, user_type = row[11:]
        if wanted in (None, 0, code):
            nullable = 0 if "identity" in name or name in ("sysname", "timestamp") else 1
            rows.append(
                (name, code, precision, prefix, suffix, parameters, nullable, cased, searchable, unsigned, money,
                 identity, name, low, high, sql_type, sub, radix, None, user_type)
            )  # fmt: skip
    yield from call.result(_COLUMNS, rows)


PROCEDURES = {"sp_datatype_info_100": datatype_info, "sp_datatype_info": datatype_info}
