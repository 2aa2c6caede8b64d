"""Values and faults of T-SQL expressions, computed on a private engine without a session."""

from __future__ import annotations

from functools import partial

import psycopg

from mssql_sandbox.engine import bootstrap
from mssql_sandbox.engine.postgres import Cluster
from mssql_sandbox.errors import SqlServerError
from mssql_sandbox.runtime.pgerrors import ObjectLookup, translate_error
from mssql_sandbox.runtime.settings import SessionSettings
from mssql_sandbox.sqltypes import DEFAULT_COLLATION, SqlType
from mssql_sandbox.syntax.parser import parse_batch
from mssql_sandbox.syntax.restrictions import check_restrictions
from mssql_sandbox.translate import Context, translate
from mssql_sandbox.translate.builtins import check_call
from mssql_sandbox.types.typenames import from_pg, to_pg
from mssql_sandbox.versions import Version


class NoCatalog:
    """A database without tables."""

    collation = DEFAULT_COLLATION
    name_key = staticmethod(str.casefold)

    def __getattr__(self, name):
        return lambda *arguments, **options: None


class Calculator:
    """Runs ``SELECT ...`` without tables on one engine."""

    def __init__(self) -> None:
        self.cluster = Cluster()
        self.cluster.start()
        with self.cluster.connect("postgres") as connection:
            bootstrap.install(connection, 17, bootstrap.prepare(17))
        self.connection = self.cluster.connect("postgres")

    def close(self) -> None:
        self.connection.close()
        self.cluster.stop()

    def rows(self, query: str, version: str = "2022", **variables) -> tuple[list[tuple], list[SqlType]]:
        """Rows and column types of a query; ``variables``: name -> (type, value)."""
        context = Context(
            NoCatalog(), {f"@{name}": type_ for name, (type_, _) in variables.items()}, SessionSettings(),
            Version.named(version), "db",
        )  # fmt: skip
        batch = parse_batch(query)
        check_restrictions(batch, partial(check_call, version=context.version))
        plan = translate(batch.statements[0], context)
        values = [to_pg(variables[name[1:]][1], variables[name[1:]][0]) for name in plan.parameters]
        lookup = ObjectLookup(lambda *_: [], "db", {}, 51)
        try:
            fetched = self.connection.execute(plan.sql, values).fetchall()
        except psycopg.Error as error:
            raise translate_error(error, lookup, "SELECT") from error
        types = [column.type for column in plan.columns]
        return [tuple(from_pg(v, t) for v, t in zip(row, types)) for row in fetched], types

    def value(self, expression: str, version: str = "2022", **variables):
        """The value of one expression."""
        rows, _ = self.rows(f"SELECT {expression}", version, **variables)
        return rows[0][0]

    def type(self, expression: str, version: str = "2022", **variables) -> str:
        _, types = self.rows(f"SELECT {expression}", version, **variables)
        return str(types[0])

    def number(self, expression: str, version: str = "2022", **variables) -> int:
        """The number of the error that an expression raises."""
        try:
            value = self.value(expression, version, **variables)
        except SqlServerError as error:
            return error.number
        raise AssertionError(f"{expression} is {value!r}")

    def message(self, expression: str, version: str = "2022", **variables) -> str:
        try:
            value = self.value(expression, version, **variables)
        except SqlServerError as error:
            return error.message
        raise AssertionError(f"{expression} is {value!r}")
