"""INSERT.

https://learn.microsoft.com/sql/t-sql/statements/insert-transact-sql
"""

from ..catalog.model import Column, Table
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from .bound import Bound, Scope
from .outputs import Outputs
from .paging import paging
from .plan import Plan
from .targets import Targets, has_identity, row_source
from .translation import Translation


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
        """The columns with values. :raises SqlServerError: 207, 264, 271."""
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
                raise SqlServerError(271, column=column.name)
        return columns

    def check_identity(self, table: Table, columns: list[Column], node: nodes.Insert) -> None:
        """Check IDENTITY_INSERT, after the number of values. :raises SqlServerError: 544, 545, 1077."""
        if not node.columns and node.rows is None and node.query is None:
            return
        identity_on = self.t.context.settings.identity_insert == table.id
        for column in columns:
            if column.identity is not None and table.kind == "variable":
                raise SqlServerError(1077)
            if column.identity is not None and not identity_on:
                raise SqlServerError(544, table=table.name)
        if identity_on and not any(column.identity is not None for column in columns):
            raise SqlServerError(545, table=table.name)

    def _source(self, table: Table, columns: list[Column], node: nodes.Insert) -> str:
        if node.top is not None and node.query is None:
            raise NotSupported("INSERT TOP ... VALUES", node.line)
        if node.rows is not None:
            return self._rows(table, columns, node, node.rows)
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

    def _rows(
        self, table: Table, columns: list[Column], node: nodes.Insert, given: list[list[nodes.Expression]]
    ) -> str:
        if len(given) > 1000:
            raise SqlServerError(10738, maximum=1000)
        scope = Scope(clause="values")
        rows = []
        for row in given:
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
        if not node.columns and values > columns and table is not None and has_identity(table):
            raise SqlServerError(8101, table=table.name)
        if not node.columns:
            raise SqlServerError(213)
        if from_select:
            raise SqlServerError(120 if columns > values else 121)
        raise SqlServerError(109 if columns > values else 110)

    def _identity(self, plan: Plan, table: Table, columns: list[Column], node: nodes.Insert) -> None:
        identity = next((column for column in table.columns if column.identity), None)
        if identity is None or identity.identity is None:
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
        plan.sql += f", {returning}" if plan.columns else f" RETURNING {returning}"
        plan.identity = True
