"""A statement for each capability: it succeeds where the server has it, and fails where it has not."""

from __future__ import annotations

from typing import Any

from mssql_core.plugin import Capability

PROBES = {
    Capability.OPENJSON: "SELECT value FROM OPENJSON(N'[1]')",
    Capability.STRING_SPLIT: "SELECT value FROM STRING_SPLIT(N'a,b', N',')",
    Capability.STRING_AGG: "SELECT STRING_AGG(name, N',') FROM sys.schemas",
    Capability.CONCAT_WS: "SELECT CONCAT_WS(N',', N'a', N'b')",
    Capability.TRANSLATE: "SELECT TRANSLATE(N'a', N'a', N'b')",
    Capability.TRIM: "SELECT TRIM(N' a ')",
    Capability.UTF8_COLLATION: "SELECT CAST(N'a' COLLATE Latin1_General_100_CI_AS_SC_UTF8 AS varchar(4))",
    Capability.GREATEST_LEAST: "SELECT GREATEST(1, 2)",
    Capability.DATETRUNC: "SELECT DATETRUNC(day, SYSUTCDATETIME())",
    Capability.DATE_BUCKET: "SELECT DATE_BUCKET(week, 2, SYSUTCDATETIME())",
    Capability.SHIFT: "SELECT LEFT_SHIFT(1, 2)",
    Capability.IS_DISTINCT_FROM: "SELECT 1 WHERE 1 IS DISTINCT FROM 2",
    Capability.IGNORE_NULLS: "SELECT FIRST_VALUE(name) IGNORE NULLS OVER (ORDER BY schema_id) FROM sys.schemas",
    Capability.WINDOW_CLAUSE: "SELECT COUNT(*) OVER w FROM sys.schemas WINDOW w AS (ORDER BY schema_id)",
    Capability.GENERATE_SERIES: "SELECT value FROM GENERATE_SERIES(1, 3)",
    Capability.TRIM_CHARACTERS: "SELECT LTRIM(N'xa', N'x')",
    Capability.JSON_CONSTRUCTORS: "SELECT JSON_OBJECT(N'a': 1)",
    Capability.JSON_PATH_EXISTS: "SELECT JSON_PATH_EXISTS(N'{}', N'$.a')",
    Capability.ISJSON_TYPE: "SELECT ISJSON(N'1', VALUE)",
    Capability.JSON_TYPE: "SELECT CAST(N'{}' AS json)",
    Capability.JSON_AGGREGATES: "SELECT JSON_ARRAYAGG(name) FROM sys.schemas",
    Capability.JSON_CONTAINS: "SELECT JSON_CONTAINS(N'{\"a\": 1}', 1, N'$.a')",
    Capability.PRODUCT: "SELECT PRODUCT(schema_id) FROM sys.schemas",
    Capability.REGEXP: "SELECT 1 WHERE REGEXP_LIKE(N'abc', N'b')",
    Capability.CREATE_DATABASE: "CREATE DATABASE [mssql_core probe]; DROP DATABASE [mssql_core probe]",
}
# "Not supported": the sandbox has no answer.
_UNKNOWN = 50999
_TOO_LONG = "DECLARE @t TABLE (a varchar(1)); INSERT INTO @t VALUES ('ab')"


def has(connection: Any, capability: Capability) -> bool | None:
    """Whether the server has the capability; None if not asked, or not answered.

    :param connection: a wrapper in autocommit mode.
    """
    if capability is Capability.TRUNCATION_DETAILS:
        # https://learn.microsoft.com/sql/relational-databases/errors-events/mssqlserver-2628
        return _error(connection, _TOO_LONG) == 2628
    if capability not in PROBES:
        return None
    number = _error(connection, PROBES[capability])
    return None if number == _UNKNOWN else number is None


def _error(connection: Any, sql: str) -> int | None:
    """The number of the error that the statement ends with, or None."""
    from django.db import DatabaseError

    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            if cursor.description:
                cursor.fetchall()
    except DatabaseError as error:
        return getattr(error.__cause__, "number", None) or 0
    return None
