"""INSERT, UPDATE, DELETE and TRUNCATE."""

from __future__ import annotations

from ..catalog.model import Column, Table
from ..errors import NotSupported, SqlServerError
from ..interface import ResultColumn
from ..sqltypes import INT
from ..syntax import nodes
from ..types.typenames import engine_cast
from .bound import Bound, Scope, Source, SourceColumn
from .common_tables import CommonTables
from .operands import convert
from .paging import paging
from .plan import Plan
from .queries import Queries
from .sources import Sources
from .translation import Translation


class Targets:
    """The tables that statements change.

    :param sources: where tables and their hints are looked up.
    """

    def __init__(self, t: Translation, sources: Sources) -> None:
        self.t = t
        self.sources = sources

    def table(self, target: nodes.TableSource) -> Table:
        """:raises SqlServerError: 1069, 1065 hints that a target does not take; 259 a catalogue."""
        table = self.sources.find_table(target.name)
        if any(hint.startswith(("INDEX", "FORCESEEK", "FORCESCAN")) for hint in target.hints):
            raise SqlServerError(1069, line=target.line)
        hints = self.sources.check_hints(target.hints, table)
        if "NOLOCK" in hints or "READUNCOMMITTED" in hints:
            raise SqlServerError(1065)
        if table.kind == "view":
            raise NotSupported(f"changes through the view {table.name}", target.line)
        if table.kind == "system":
            raise SqlServerError(259)
        if hints & {"HOLDLOCK", "SERIALIZABLE", "TABLOCKX"}:
            self.t.statement.serializable.append(table.physical)
        return table

    def column(self, table: Table, name: str, line: int) -> Column:
        """:raises SqlServerError: 207."""
        column = table.column(name)
        if column is None:
            raise SqlServerError(207, name=name, line=line)
        return column

    def assigned(self, bound: Bound, table: Table, column: Column) -> str:
        """A value as the column stores it. :raises SqlServerError: 273 for a rowversion column."""
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


class Outputs:
    """Data changes with what they return: OUTPUT, behind WITH.

    :param queries: the select list of OUTPUT.
    """

    def __init__(self, t: Translation, targets: Targets, queries: Queries, common_tables: CommonTables) -> None:
        self.t = t
        self.targets = targets
        self.queries = queries
        self.common_tables = common_tables

    def open(self, ctes: list[nodes.CommonTable]) -> list[str]:
        """The common tables of a statement, visible until :meth:`plan`."""
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

        :param changes: what it does to the table where ``kind`` does not tell: INSERT, UPDATE, DELETE.
        """
        if ctes:
            self.common_tables.close()
        head = f"WITH {self.common_tables.recursive(ctes)}{', '.join(ctes)} " if ctes else ""
        if not outputs:
            return self.t.statement.plan(kind, head + text)
        changes = changes or {kind.upper()}
        if changes & set(table.instead):
            raise NotSupported("OUTPUT of a table with an INSTEAD OF trigger")
        if any(output.into is None for output in outputs) and changes & set(table.triggers):
            raise SqlServerError(334, table=table.name)
        scope = Scope(sources=sources)
        chosen = [self.queries.items(nodes.Select(output.items), scope, False) for output in outputs]
        returned = [item for items in chosen for item in items]
        returning = ", ".join(f"{item.bound.sql} AS o{n}" for n, item in enumerate(returned, 1))
        text = f"{text} RETURNING {returning}"
        last = [ResultColumn(i.name, INT if i.bound.is_null else i.bound.type, i.bound.nullable) for i in chosen[-1]]
        if outputs[0].into is None:
            return self.t.statement.plan(kind, head + text, last)
        changed, insert = self._output_into(text, outputs[0], chosen[0], table)
        if len(outputs) > 1:
            return self._output_twice(kind, [*ctes, changed], insert, len(chosen[0]), last)
        return self.t.statement.plan(
            kind, f"WITH {self.common_tables.recursive(ctes)}{', '.join([*ctes, changed])} {insert}"
        )

    def _output_twice(self, kind: str, tables: list[str], insert: str, first: int, columns: list) -> Plan:
        """OUTPUT ... INTO and OUTPUT: the rows go to the table, and others to the client.

        :param first: how many columns of the last of ``tables`` the table gets; the client gets the others.
        """
        changed = tables[-1].split(" ", 1)[0]
        names = ", ".join(f"w.o{number}" for number in range(first + 1, first + 1 + len(columns)))
        parts = [*tables, f"{self.t.statement.alias('w')} AS ({insert})"]
        head = f"WITH {self.common_tables.recursive(tables[:-1])}{', '.join(parts)}"
        return self.t.statement.plan(kind, f"{head} SELECT {names} FROM {changed} w", columns)

    def _output_into(self, text: str, output: nodes.Output, items: list, table: Table) -> tuple[str, str]:
        """A change as a common table, and the INSERT of its rows.

        :param table: what the statement changes; 544 names it and not the target of OUTPUT.
        """
        target = self.targets.sources.find_table(output.into)
        self._check_output_target(target)
        if output.into_columns:
            columns = [self.targets.column(target, name, output.line) for name in output.into_columns]
        else:
            columns = [c for c in target.columns if c.identity is None and c.computed is None]
        if not output.into_columns and len(items) > len(columns) and _has_identity(target):
            raise needs_list(f"{target.schema}.{target.name}" if target.kind == "table" else target.name)
        if any(column.identity is not None for column in columns):
            raise _explicit_identity(table)
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
        """What takes OUTPUT INTO has no triggers, foreign keys and checks.

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


class Inserts:
    """INSERT."""

    def __init__(self, t: Translation, targets: Targets, outputs: Outputs) -> None:
        self.t = t
        self.targets = targets
        self.outputs = outputs

    def insert(self, node: nodes.Insert) -> Plan:
        if node.execute is not None:
            raise NotSupported("INSERT ... EXEC", node.line)
        prefix = self.outputs.open(node.ctes)
        table = self.targets.table(node.target)
        columns = self.columns(table, node)
        source = self._source(table, columns, node)
        self.check_identity(table, columns, node)
        names = ", ".join(column.physical for column in columns)
        target = f"{table.physical} AS tgt" + (f" ({names})" if columns else "")
        text = f"INSERT INTO {target} {source}"
        inserted = row_source(table, "inserted", "new")
        plan = self.outputs.plan("insert", prefix, text, node.output, [inserted], table)
        self._identity(plan, table, columns, node)
        return plan

    def columns(self, table: Table, node: nodes.Insert) -> list[Column]:
        """The columns that get values. :raises SqlServerError: 207, 264, 271."""
        if not node.columns and node.rows is None and node.query is None:
            return []
        if node.columns:
            columns = []
            for name in node.columns:
                column = self.targets.column(table, name, node.line)
                if column in columns:
                    raise SqlServerError(264, column=column.name)
                columns.append(column)
        else:
            columns = [c for c in table.columns if c.computed is None and c.identity is None]
        for column in columns:
            if column.computed is not None:
                raise computed_column(column)
        return columns

    def check_identity(self, table: Table, columns: list[Column], node: nodes.Insert) -> None:
        """What comes after the count of the values. :raises SqlServerError: 544, 545, 1077."""
        if not node.columns and node.rows is None and node.query is None:
            return
        identity_on = self.t.context.settings.identity_insert == table.id
        for column in columns:
            if column.identity is not None and table.kind == "variable":
                raise SqlServerError(1077)
            if column.identity is not None and not identity_on:
                raise _explicit_identity(table)
        if identity_on and not any(column.identity is not None for column in columns):
            raise SqlServerError(545, table=table.name)

    def _source(self, table: Table, columns: list[Column], node: nodes.Insert) -> str:
        if node.top is not None and node.query is None:
            raise NotSupported("INSERT TOP ... VALUES", node.line)
        if node.rows is not None:
            return self._rows(table, columns, node)
        if node.query is None:
            return "DEFAULT VALUES"
        relation = self.t.relation(node.query, None)
        self.check_count(len(columns), len(relation.outputs), node, from_select=True, table=table)
        values = []
        for number, (column, output) in enumerate(zip(columns, relation.outputs), 1):
            bound = Bound(f"q.o{number}", output.type, output.nullable, output.coercibility)
            values.append(self.targets.assigned(bound, table, column))
        text = f"SELECT {', '.join(values)} FROM ({relation.sql}) q"
        return text if node.top is None else text + paging(self.t, None, node.top, Scope(), relation.sql)

    def _rows(self, table: Table, columns: list[Column], node: nodes.Insert) -> str:
        if len(node.rows) > 1000:
            raise SqlServerError(10738, maximum=1000)
        scope = Scope(clause="values")
        rows = []
        for row in node.rows:
            self.check_count(len(columns), len(row), node, from_select=False, table=table)
            values = [self._row_value(value, table, column, scope) for value, column in zip(row, columns)]
            rows.append(f"({', '.join(values)})")
        return f"VALUES {', '.join(rows)}"

    def _row_value(self, value: nodes.Expression, table: Table, column: Column, scope: Scope) -> str:
        if isinstance(value, nodes.DefaultValue):
            if column.identity is not None:
                raise SqlServerError(339)
            return "DEFAULT"
        return self.targets.assigned(self.t.expression(value, scope), table, column)

    def check_count(
        self, columns: int, values: int, node: nodes.Insert, from_select: bool, table: Table | None = None
    ) -> None:
        if columns == values:
            return
        if not node.columns and values > columns and table is not None and _has_identity(table):
            raise needs_list(table.name)
        if not node.columns:
            raise SqlServerError(213)
        if from_select:
            raise SqlServerError(120 if columns > values else 121)
        raise SqlServerError(109 if columns > values else 110)

    def _identity(self, plan: Plan, table: Table, columns: list[Column], node: nodes.Insert) -> None:
        identity = next((column for column in table.columns if column.identity is not None), None)
        if identity is None:
            return
        sequence = f"{table.physical.split('.')[0]}.s{table.id}"
        if identity in columns:
            step = ">" if identity.identity[1] > 0 else "<"
            extreme = "max" if identity.identity[1] > 0 else "min"
            plan.after.append(
                f"SELECT setval('{sequence}', m.v) FROM (SELECT {extreme}({identity.physical})::bigint AS v FROM "
                f"{table.physical}) m, {sequence} q WHERE m.v {step} q.last_value OR (m.v = q.last_value AND NOT "
                "q.is_called)"
            )
        if any(output.into for output in node.output):
            return
        returning = f"new.{identity.physical}"
        plan.sql += f", {returning}" if plan.columns is not None else f" RETURNING {returning}"
        plan.identity = True


def row_source(table: Table, name: str, prefix: str) -> Source:
    columns = [
        SourceColumn(column.name, column.type, f"{prefix}.{column.physical}", column.nullable)
        for column in table.columns
    ]
    return Source(name, name, prefix, columns, None, None)


def _explicit_identity(table: Table) -> SqlServerError:
    return SqlServerError(544, table=table.name)


def _has_identity(table: Table) -> bool:
    return any(column.identity is not None for column in table.columns)


def needs_list(table: str) -> SqlServerError:
    return SqlServerError(8101, table=table)


def computed_column(column: Column) -> SqlServerError:
    return SqlServerError(271, column=column.name)
