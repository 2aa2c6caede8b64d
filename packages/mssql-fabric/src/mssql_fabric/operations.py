"""Refusal of statements that write to a warehouse."""

from django.db import NotSupportedError

from mssql_core.plugin import Compiler, Edition, Mixin

_WRITING = ("SQLDeleteCompiler", "SQLInsertCompiler", "SQLUpdateCompiler")


class ReadOnlyCompilers(Mixin):
    """Refusal of writing to a warehouse, which keeps neither keys unique nor references valid.

    https://learn.microsoft.com/fabric/data-warehouse/table-constraints
    """

    def compiler(self, compiler_name: str) -> Compiler:
        if compiler_name in _WRITING and self.connection.server.edition is Edition.FABRIC_WAREHOUSE:
            raise NotSupportedError(
                "DATABASES[%r] is a warehouse, which enforces no keys: it is only read." % self.connection.alias
            )
        compiler: Compiler = super().compiler(compiler_name)
        return compiler
