"""The public door for plugins: everything a plugin may import from mssql_core.

A plugin is a class built from its own options, with methods marked by
``@hookimpl``::

    from mssql_core.plugin import hookimpl

    class AuditPlugin:
        @hookimpl
        def mssql_session_sql(self, server):
            return ["EXEC sp_set_session_context N'audit', 1"]

It is enabled per alias: ``OPTIONS = {"plugins": ["myproject.db:AuditPlugin"]}``.
"""

from .access_token import expires_on
from .django_types import (
    Compiler,
    Connection,
    Cursor,
    Expression,
    Field,
    Mixin,
    Model,
    Query,
    SchemaEditor,
)
from .expressions import UnaryExpression
from .hookspecs import hookimpl
from .literals import string_literal
from .mixins import own_plugin
from .types import (
    Capability,
    Compiled,
    CompileFunction,
    ConnectionSettings,
    Credentials,
    DataType,
    Driver,
    Edition,
    ExaminedDatabase,
    Finding,
    Params,
    Secret,
    ServerInfo,
    Translation,
)

__all__ = [
    "Capability",
    "CompileFunction",
    "Compiled",
    "Compiler",
    "Connection",
    "ConnectionSettings",
    "Credentials",
    "Cursor",
    "DataType",
    "Driver",
    "Edition",
    "ExaminedDatabase",
    "Expression",
    "Field",
    "Finding",
    "Mixin",
    "Model",
    "Params",
    "Query",
    "SchemaEditor",
    "Secret",
    "ServerInfo",
    "Translation",
    "UnaryExpression",
    "expires_on",
    "hookimpl",
    "own_plugin",
    "string_literal",
]
