"""What a type checker tells those who write plugins, models and tests."""

from mypy import api

# Each line that reveals a type ends in that type.
PROJECT = """
from typing import Any, List, Optional

from mssql_core import fields
from mssql_core.plugin import (
    Capability, Compiler, Connection, ConnectionSettings, Cursor, Expression, Finding, Mixin, ServerInfo, Translation,
    UnaryExpression, expires_on, hookimpl, string_literal,
)
from mssql_core.retries import retry_atomic
from mssql_core.testing import FakeDriver, compile_sql, fake_connection, server_error


class Plugin:
    @hookimpl
    def mssql_session_sql(self, server: ServerInfo) -> List[str]:
        reveal_type(server.version)  # tuple[int, ...]
        reveal_type(server.edition.is_versioned)  # bool
        reveal_type(server.has(Capability.OPENJSON))  # bool
        reveal_type(server.capabilities)  # frozenset[mssql_core.plugin.types.Capability]
        return []

    @hookimpl
    def mssql_findings(self, settings: ConnectionSettings) -> List[Finding]:
        reveal_type(settings.name)  # str | None
        reveal_type(settings.password)  # mssql_core.plugin.types.Secret
        reveal_type(Finding("text", "remedy", "page").level)  # str
        return []


reveal_type(Plugin().mssql_session_sql)  # def (server: mssql_core.plugin.types.ServerInfo) -> list[str]


class Creation(Mixin):
    def sql_table_creation_suffix(self, cursor: Cursor) -> str:
        reveal_type(self.connection.server)  # mssql_core.plugin.types.ServerInfo
        reveal_type(self.connection.options_read())  # mssql_core.plugin.types.ConnectionSettings
        reveal_type(cursor.fetchall())  # list[tuple[Any, ...]]
        return string_literal(super().sql_table_creation_suffix())


def compile_application(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    if not connection.server.has(Capability.TRIM):
        return NotImplemented
    reveal_type(compiler.compile(node.lhs))  # tuple[str, typing.Sequence[Any]]
    return "TRIM(%s)", ["a"]


@retry_atomic()
def transfer(amount: int) -> Optional[str]:
    return None


reveal_type(transfer)  # def (amount: int) -> str | None
reveal_type(UnaryExpression(None).get_source_expressions())  # list[Any]
reveal_type(expires_on(""))  # float | None
reveal_type(fields.VarcharField().db_type(fake_connection()))  # str | None
reveal_type(fields.RowVersionField().deconstruct())  # tuple[str, str, list[Any], dict[str, Any]]
reveal_type(fake_connection(version="2016").server)  # mssql_core.plugin.types.ServerInfo
reveal_type(compile_sql(None, version="2016"))  # tuple[str, list[Any]]
reveal_type(FakeDriver().statements)  # list[tuple[str, list[Any], Any]]
reveal_type(server_error(1205))  # mssql_core.testing.driver.FakeError
"""
OPTIONS = ("--config-file=", "--strict", "--allow-subclassing-any", "--ignore-missing-imports", "--no-color-output")


def revealed(text, directory):
    """Line number -> type, for a module checked in strict mode."""
    path = directory / "project.py"
    path.write_text(text, encoding="utf-8")
    out, errors, _ = api.run([*OPTIONS, "--cache-dir", str(directory / "cache"), str(path)])
    notes = [line.partition(" note: Revealed type is ") for line in out.splitlines() if "Revealed type" in line]
    others = [line for line in out.splitlines() if "Revealed type" not in line and not line.startswith("Success")]
    assert (others, errors) == ([], "")
    return {int(place.rstrip(":").rpartition(":")[2]): kind.strip('"') for place, _, kind in notes}


def test_what_plugins_models_and_tests_use_has_useful_types(tmp_path):
    lines = PROJECT.splitlines()
    expected = {number: line.partition("  # ")[2] for number, line in enumerate(lines, 1) if "reveal_type" in line}

    assert revealed(PROJECT, tmp_path) == expected
