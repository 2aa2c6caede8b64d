"""The hooks of mssql-json."""

import re
from typing import Any, Dict, Iterator, Optional

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Value
from django.db.models.expressions import Col

from mssql_core.plugin import Capability, CompileFunction, DataType, ExaminedDatabase, Finding, ServerInfo, hookimpl

from . import findings, functions, lookups, sides, text, transforms
from .operations import JSONOperations, NativeJSONOperations

# Both arguments are documents only if the column is one value: ISJSON itself knows objects and arrays only.
# https://learn.microsoft.com/sql/t-sql/functions/isjson-transact-sql
CHECK = (
    "ISJSON(%(qn_column)s) = 1 OR (ISJSON(N'[' + %(qn_column)s + N']') = 1 "
    "AND ISJSON(N'{\"v\":' + %(qn_column)s + N'}') = 1)"
)
_ISJSON = re.compile(r"\bisjson\s*\((.*)", re.IGNORECASE | re.DOTALL)


class JSONPlugin:
    """
    JSONField on SQL Server.

    :param native: use the type json of SQL Server 2025 and Azure SQL, not nvarchar(max) with a check.
    :raises ImproperlyConfigured: `native` is neither True nor False.
    """

    def __init__(self, native: bool = False) -> None:
        if not isinstance(native, bool):
            raise ImproperlyConfigured("OPTIONS['plugins']['json']['native'] is True or False.")
        self.native = native

    @hookimpl
    def mssql_features(self) -> Dict[str, bool]:
        return {
            "can_introspect_json_field": True,
            # The type json holds objects and arrays only (error 13609).
            "supports_primitives_in_json_field": not self.native,
            "supports_json_field_contains": True,
            "json_key_contains_list_matching_requires_list": True,
            "supports_json_negative_indexing": True,
            "has_json_object_function": True,
        }

    @hookimpl
    def mssql_data_types(self, server: ServerInfo) -> Dict[str, DataType]:
        if not self.native:
            return {"JSONField": DataType("nvarchar(max)", CHECK)}
        if not server.has(Capability.JSON_TYPE):
            raise ImproperlyConfigured(
                "OPTIONS['plugins']['json']['native']: this server has no type json; SQL Server 2025 and Azure SQL "
                "have. Remove the option to use nvarchar(max)."
            )
        return {"JSONField": DataType("json")}

    @hookimpl
    def mssql_field_type(self, column: Any) -> Optional[str]:
        if getattr(column, "data_type", None) == "json":
            return "JSONField"
        name = getattr(column, "name", None)
        for check in getattr(column, "checks", None) or ():
            match = _ISJSON.search(check)
            if match and (name is None or "[%s]" % name.replace("]", "]]") in match.group(1)):
                return "JSONField"
        return None

    @hookimpl
    def mssql_compilers(self) -> Dict[type, CompileFunction]:
        compilers = {
            **functions.COMPILERS,
            **lookups.COMPILERS,
            **sides.COMPILERS,
            **text.COMPILERS,
            **transforms.COMPILERS,
        }
        if self.native:
            compilers[Col] = transforms.compile_native_column
            compilers[Value] = transforms.compile_native_value
        return compilers

    @hookimpl
    def mssql_findings(self, database: ExaminedDatabase) -> Iterator[Finding]:
        return findings.findings(database)

    @hookimpl
    def mssql_mixins(self) -> Dict[str, type]:
        return {"operations": NativeJSONOperations if self.native else JSONOperations}
