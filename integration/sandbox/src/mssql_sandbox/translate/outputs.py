"""OUTPUT, and the plan of a data change with WITH.

https://learn.microsoft.com/sql/t-sql/queries/output-clause-transact-sql
"""

from typing import Any

from ..catalog.model import Table
from ..errors import NotSupported, SqlServerError
from ..interface import ResultColumn
from ..sqltypes import INT
from ..syntax import nodes
from .accesses import IMAGES, written
from .bound import Bound, Scope, Source
from .common_tables import CommonTables
from .plan import Plan
from .queries import Queries
from .targets import Targets, has_identity
from .translation import Translation


class Outputs:
    """Data changes with OUTPUT and WITH.

    :param queries: translates the select list of OUTPUT.
    """

    def __init__(self, t: Translation, targets: Targets, queries: Queries, common_tables: CommonTables) -> None:
        self.t = t
        self.targets = targets
        self.queries = queries
        self.common_tables = common_tables

    def open(self, ctes: list[nodes.CommonTable]) -> list[str]:
        """Open the common tables of a statement, visible until :meth:`plan`."""
        return self.common_tables.open(ctes, None) if ctes else []

    def plan(
        self,
        kind: str,
        ctes: list[str],
        text: str,
        outputs: list[nodes.Output],
        sources: list[Source],
        table: Table,
        changes: set[str] | None = None,
    ) -> Plan:
        """The plan of a data change with its OUTPUT clause.

        :param changes: its kinds of change if not ``kind``: INSERT, UPDATE, DELETE.
        :raises SqlServerError: 1934; the sandbox has the OFF of QUOTED_IDENTIFIER alone of the options that matter
            (probes, RyanLamansky/sql-server-simulator grammar.md).
        """
        if table.needs_options and not self.t.context.settings.quoted_identifier:
            raise SqlServerError(1934, statement=kind.upper())
        images = written(table)
        plan = self._plan(kind, ctes, text, outputs, sources, table, changes, images.sql)
        if table.kind == "table":
            plan.images = images._replace(returned=any(output.into for output in outputs))
        return plan

    def _plan(
        self, kind: str, ctes: list[str], text: str, outputs: list[nodes.Output], sources: list[Source], table: Table,
        changes: set[str] | None, images: str,
    ) -> Plan:  # fmt: skip
        if ctes:
            self.common_tables.close()
        prefix = f"WITH {self.common_tables.recursive(ctes)}{', '.join(ctes)} " if ctes else ""
        if not outputs:
            return self.t.statement.plan(kind, prefix + text)
        changes = changes or {kind.upper()}
        if changes & set(table.instead):
            raise NotSupported("OUTPUT of a table with an INSTEAD OF trigger")
        if any(output.into is None for output in outputs) and changes & set(table.triggers):
            raise SqlServerError(334, table=table.name)
        scope = Scope(sources=sources)
        chosen = [self.queries.items(nodes.Select(output.items), scope, False) for output in outputs]
        returned = [item for items in chosen for item in items]
        returning = ", ".join(f"{item.bound.sql} AS o{n}" for n, item in enumerate(returned, 1))
        last = [ResultColumn(i.name, INT if i.bound.is_null else i.bound.type, i.bound.nullable) for i in chosen[-1]]
        into = outputs[0].into
        if into is None:
            return self.t.statement.plan(kind, f"{prefix}{text} RETURNING {returning}", last)
        text = f"{text} RETURNING {returning}, {images}"
        changed, insert = self._output_into(text, outputs[0], into, chosen[0], table)
        # Some columns go to the table, others to the client.
        names = [f"w.o{number}" for number in range(len(chosen[0]) + 1, len(returned) + 1)]
        names += [f"w.{name}" for name in IMAGES]
        parts = [*ctes, changed, f"{self.t.statement.alias('w')} AS ({insert})"]
        prefix = f"WITH {self.common_tables.recursive(ctes)}{', '.join(parts)}"
        sql = f"{prefix} SELECT {', '.join(names)} FROM {changed.split(' ', 1)[0]} w"
        return self.t.statement.plan(kind, sql, last if len(outputs) > 1 else ())

    def _output_into(
        self, text: str, output: nodes.Output, into: nodes.Name, items: list[Any], table: Table
    ) -> tuple[str, str]:
        """A change as a common table, and the INSERT of its rows.

        :param table: the table changed, which 544 names instead of the target of OUTPUT.
        """
        target = self.targets.sources.find_table(into)
        self._check_output_target(target)
        if output.into_columns:
            columns = [self.targets.column(target, name, output.line) for name in output.into_columns]
        else:
            columns = [c for c in target.columns if c.identity is None and c.computed is None]
        if not output.into_columns and len(items) > len(columns) and has_identity(target):
            label = f"{target.schema}.{target.name}" if target.kind == "table" else target.name
            raise SqlServerError(8101, table=label)
        if any(column.identity is not None for column in columns):
            raise SqlServerError(544, table=table.name)
        if len(columns) != len(items):
            raise SqlServerError(213)
        values = []
        for number, (column, item) in enumerate(zip(columns, items), 1):
            bound = Bound(f"w.o{number}", item.bound.type, item.bound.nullable, item.bound.coercibility)
            values.append(self.targets.assigned(bound, target, column))
        names = ", ".join(column.physical for column in columns)
        changed = self.t.statement.alias("w")
        insert = f"INSERT INTO {target.physical} ({names}) SELECT {', '.join(values)} FROM {changed} w"
        return f"{changed} AS ({text})", insert

    def _check_output_target(self, target: Table) -> None:
        """Refuse OUTPUT INTO a table with triggers, foreign keys or checks.

        https://learn.microsoft.com/sql/t-sql/queries/output-clause-transact-sql (output_table)

        :raises SqlServerError: 331, 332, 333.
        """
        name = target.name
        if target.triggers:
            raise SqlServerError(331, name=name)
        if target.foreign_key:
            raise SqlServerError(332, name=name, constraint=target.foreign_key)
        if target.check:
            raise SqlServerError(333, name=name, constraint=target.check)
