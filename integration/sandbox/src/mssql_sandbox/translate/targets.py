"""The tables that INSERT, UPDATE, DELETE, MERGE and TRUNCATE TABLE change."""

from ..catalog.model import Column, Table
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from ..types.typenames import engine_cast
from .accesses import WHOLE
from .bound import Bound, Source, SourceColumn
from .operands import convert
from .plan import Access, Plan
from .sources import Sources, column_value
from .translation import Translation


class Targets:
    """The tables that statements change.

    :param sources: looks up tables and hints.
    """

    def __init__(self, t: Translation, sources: Sources) -> None:
        self.t = t
        self.sources = sources

    def table(self, target: nodes.TableSource) -> Table:
        """:raises SqlServerError: 1069, 1065 hints not allowed for a target; 259 a system view."""
        table = self.sources.find_table(target.name)
        if any(hint.startswith(("INDEX", "FORCESEEK", "FORCESCAN")) for hint in target.hints):
            raise SqlServerError(1069, line=target.line)
        hints = self.sources.check_hints(target.hints, table)
        if "NOLOCK" in hints or "READUNCOMMITTED" in hints:
            raise SqlServerError(1065)
        if hints & WHOLE and table.kind == "table":
            self.t.statement.accesses.append(Access(table.physical, frozenset(("TABLOCKX",))))
        return self.changeable(table, target.line)

    def changeable(self, table: Table, line: int) -> Table:
        """The table itself. :raises SqlServerError: 259 a system view."""
        if table.kind == "view":
            raise NotSupported(f"changes through the view {table.name}", line)
        if table.kind == "system":
            raise SqlServerError(259)
        return table

    def column(self, table: Table, name: str, line: int) -> Column:
        """:raises SqlServerError: 207."""
        column = table.column(name)
        if column is None:
            raise SqlServerError(207, name=name, line=line)
        return column

    def assigned(self, bound: Bound, table: Table, column: Column) -> str:
        """A value converted for its column. :raises SqlServerError: 273 for a rowversion column."""
        if column.rowversion and bound.is_null:
            raise NotSupported(f"NULL for the rowversion column {column.name}")
        if column.rowversion:
            raise SqlServerError(273)
        verbose = self.t.context.version.allows("verbose_truncation")
        where = (self._label(table), column.name) if verbose else ("", "")
        if bound.is_null:
            return f"NULL::{engine_cast(column.type)}"
        return convert(bound, column.type, assign_to=where)

    def _label(self, table: Table) -> str:
        if table.kind == "variable":
            return table.name
        database = "tempdb" if table.kind == "temp" else self.t.context.database
        return f"{database}.{table.schema}.{table.name}"

    def truncate(self, node: nodes.Truncate) -> Plan:
        table = self.sources.find_table(node.table)
        if table.name.casefold() != node.table.parts[-1].casefold():
            raise NotSupported(f"TRUNCATE TABLE of the synonym {node.table.parts[-1]}", node.line)
        if table.kind in ("view", "system"):
            raise SqlServerError(4708, name=table.name)
        return self.t.statement.plan("truncate", f"TRUNCATE {table.physical} RESTART IDENTITY")


def row_source(table: Table, name: str, prefix: str) -> Source:
    columns = [
        SourceColumn(column.name, column.type, column_value(table, column, prefix), column.nullable)
        for column in table.columns
    ]
    return Source(name, name, prefix, columns, None, None, key=table.key)


def has_identity(table: Table) -> bool:
    return any(column.identity is not None for column in table.columns)
