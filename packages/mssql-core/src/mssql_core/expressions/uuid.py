"""UUIDs."""

from django.db.models import functions

from mssql_core.compat.orm import optional


def compile_uuid4(node, compiler, connection, **extra):
    """NEWID() is a version 4 UUID."""
    if connection.features.has_native_uuid_field:
        return "NEWID()", []
    return "LOWER(REPLACE(CONVERT(char(36), NEWID()), '-', ''))", []


COMPILERS = dict.fromkeys(optional(functions, "UUID4"), compile_uuid4)
