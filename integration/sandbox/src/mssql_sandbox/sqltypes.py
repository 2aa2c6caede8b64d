"""SQL Server's data types and their precedence."""

from dataclasses import dataclass

MAX = -1  # length of varchar(max), nvarchar(max), varbinary(max)

DEFAULT_COLLATION = "SQL_Latin1_General_CP1_CI_AS"

# Highest first; an expression of two types gets the higher one.
# https://learn.microsoft.com/sql/t-sql/data-types/data-type-precedence-transact-sql
PRECEDENCE = (
    "sql_variant", "xml", "json", "datetimeoffset", "datetime2", "datetime", "smalldatetime",
    "date", "time", "float", "real", "decimal", "money", "smallmoney", "bigint", "int",
    "smallint", "tinyint", "bit", "ntext", "text", "image", "rowversion", "uniqueidentifier",
    "nvarchar", "nchar", "varchar", "char", "varbinary", "binary",
)  # fmt: skip

ALIASES = {
    "integer": "int", "numeric": "decimal", "dec": "decimal", "timestamp": "rowversion",
    "character": "char", "national character": "nchar", "character varying": "varchar",
    "double precision": "float", "sysname": "nvarchar",
}  # fmt: skip


@dataclass(frozen=True)
class SqlType:
    """A data type with its facets.

    :param name: canonical lower-case name (``decimal`` also for numeric, ``nvarchar`` for sysname).
    :param length: characters (n/char types) or bytes; MAX (-1) for ``(max)``.
    :param precision: digits of decimal; bits (24/53) of float are not kept.
    :param scale: of decimal, or fractional second digits of time, datetime2, datetimeoffset.
    :param collation: of character types; None otherwise.
    """

    name: str
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    collation: str | None = None

    @property
    def digits(self) -> tuple[int, int]:
        """Precision and scale of a decimal."""
        return self.precision or 0, self.scale or 0

    @property
    def is_character(self) -> bool:
        return self.name in ("char", "varchar", "nchar", "nvarchar", "text", "ntext")

    @property
    def is_unicode(self) -> bool:
        return self.name in ("nchar", "nvarchar", "ntext")

    @property
    def is_binary(self) -> bool:
        return self.name in ("binary", "varbinary", "image", "rowversion")

    @property
    def is_integer(self) -> bool:
        return self.name in ("bigint", "int", "smallint", "tinyint", "bit")

    @property
    def is_exact(self) -> bool:
        return self.is_integer or self.name in ("decimal", "money", "smallmoney")

    @property
    def is_approximate(self) -> bool:
        return self.name in ("real", "float")

    @property
    def is_number(self) -> bool:
        return self.is_exact or self.is_approximate

    @property
    def is_temporal(self) -> bool:
        return self.name in ("date", "time", "datetime", "smalldatetime", "datetime2", "datetimeoffset")

    def __str__(self) -> str:
        if self.is_character or self.is_binary:
            if self.length is None or self.name in ("text", "ntext", "image", "rowversion"):
                return self.name
            return f"{self.name}({'max' if self.length == MAX else self.length})"
        if self.name == "decimal":
            return f"decimal({self.precision},{self.scale})"
        if self.name in ("time", "datetime2", "datetimeoffset"):
            return f"{self.name}({self.scale})"
        return self.name


BIT = SqlType("bit")
TINYINT = SqlType("tinyint")
SMALLINT = SqlType("smallint")
INT = SqlType("int")
BIGINT = SqlType("bigint")
REAL = SqlType("real")
FLOAT = SqlType("float")
DATE = SqlType("date")
DATETIME = SqlType("datetime")
SMALLDATETIME = SqlType("smalldatetime")
DATETIME2 = SqlType("datetime2", scale=7)
DATETIMEOFFSET = SqlType("datetimeoffset", scale=7)
TIME = SqlType("time", scale=7)
UNIQUEIDENTIFIER = SqlType("uniqueidentifier")
MONEY = SqlType("money", precision=19, scale=4)
SMALLMONEY = SqlType("smallmoney", precision=10, scale=4)
# The type of the NULL literal is int, but it converts to anything without a clash.
NULL_TYPE = SqlType("null")


def decimal(precision: int, scale: int) -> SqlType:
    return SqlType("decimal", precision=precision, scale=scale)


def varchar(length: int, collation: str | None = DEFAULT_COLLATION) -> SqlType:
    return SqlType("varchar", length=length, collation=collation)


def nvarchar(length: int, collation: str | None = DEFAULT_COLLATION) -> SqlType:
    return SqlType("nvarchar", length=length, collation=collation)


def varbinary(length: int) -> SqlType:
    return SqlType("varbinary", length=length)
