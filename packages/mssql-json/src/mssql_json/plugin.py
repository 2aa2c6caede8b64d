"""The hooks of mssql-json."""

from mssql_core.plugin import DataType, hookimpl

from . import lookups


class JSONPlugin:
    """JSONField as nvarchar(max) with an ISJSON check."""

    @hookimpl
    def mssql_features(self):
        return {
            "supports_json_field": True,
            "can_introspect_json_field": True,
            "supports_primitives_in_json_field": True,
            "supports_json_field_contains": False,
            "supports_json_negative_indexing": False,
        }

    @hookimpl
    def mssql_data_types(self, server):
        # ISJSON knows objects and arrays only; inside an array any value is one of them.
        return {"JSONField": DataType("nvarchar(max)", "ISJSON(N'[' + %(qn_column)s + N']') = 1")}

    @hookimpl
    def mssql_field_type(self, column):
        if any("isjson" in check.lower() for check in getattr(column, "checks", None) or ()):
            return "JSONField"
        return None

    @hookimpl
    def mssql_compilers(self):
        return lookups.COMPILERS
