"""MERGE.

https://learn.microsoft.com/sql/t-sql/statements/merge-transact-sql
"""

from ..catalog.model import Table
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from .accesses import TARGET, record
from .bound import Scope, Source
from .changes import RowChanges
from .inserts import Inserts
from .outputs import Outputs
from .plan import Plan
from .sources import Sources
from .targets import Targets, row_source
from .translation import Translation


class MergeStatements:
    """MERGE.

    :param inserts: translates columns and values of INSERT actions; ``changes``: of UPDATE.
    """

    def __init__(
        self,
        t: Translation,
        sources: Sources,
        targets: Targets,
        outputs: Outputs,
        inserts: Inserts,
        changes: RowChanges,
    ) -> None:
        self.t = t
        self.sources = sources
        self.targets = targets
        self.outputs = outputs
        self.inserts = inserts
        self.changes = changes

    def merge(self, node: nodes.Merge) -> Plan:
        if node.top is not None:
            raise NotSupported("MERGE TOP", node.line)
        ctes = self.outputs.open(node.ctes)
        table = self.targets.table(node.target)
        if table.instead:
            raise NotSupported("MERGE into a table with an INSTEAD OF trigger", node.line)
        target = self.sources.table_source(table, node.target.alias, node.target.name)
        scope = Scope()
        source_sql = self.sources.source(node.source, scope)
        sources = list(scope.sources)
        self.sources.add(scope, target, node.line)
        self.t.statement.locks.clear()
        condition = self.t.predicate(node.condition, scope)
        target.hints |= TARGET | self.sources.check_hints(node.target.hints)
        if all(action.when != "NOT MATCHED BY SOURCE" for action in node.actions):
            target.conditions.append(node.condition)
        record(self.t.statement, scope, None)
        self._check_actions(node)
        actions = " ".join(self._merge_action(a, table, target, sources, scope) for a in node.actions)
        text = f"MERGE INTO {table.physical} AS {target.engine_alias} USING {source_sql} ON {condition} {actions}"
        rows = [row_source(table, "inserted", "new"), row_source(table, "deleted", "old"), *sources]
        changes = {action.action for action in node.actions}
        plan = self.outputs.plan("merge", ctes, text, node.output, rows, table, changes)
        if any(action.action == "INSERT" for action in node.actions):
            self._merge_identity(plan, table, node)
        return plan

    def _merge_identity(self, plan: Plan, table: Table, node: nodes.Merge) -> None:
        identity = next((column for column in table.columns if column.identity is not None), None)
        inserted = [name.casefold() for action in node.actions for name in action.columns]
        if identity is None or identity.name.casefold() not in inserted:
            return
        sequence = f"{table.physical.split('.')[0]}.s{table.id}"
        plan.after.append(
            f"SELECT setval('{sequence}', m.v) FROM (SELECT max({identity.physical})::bigint AS v FROM "
            f"{table.physical}) m, {sequence} q WHERE m.v > q.last_value"
        )

    def _check_actions(self, node: nodes.Merge) -> None:
        seen: list[tuple[str, str]] = []
        settled: set[str] = set()
        for action in node.actions:
            if action.when in settled and (action.when, action.action) not in seen:
                raise SqlServerError(5324, when=action.when, line=action.line)
            if action.condition is None:
                settled.add(action.when)
            if (action.when, action.action) in seen:
                raise SqlServerError(10714, when=action.when, action=action.action, line=action.line)
            seen.append((action.when, action.action))

    def _merge_action(
        self, action: nodes.MergeAction, table: Table, target: Source, sources: list[Source], scope: Scope
    ) -> str:
        visible = {
            "MATCHED": scope,
            "NOT MATCHED": Scope(sources=sources),
            "NOT MATCHED BY SOURCE": Scope(sources=[target]),
        }[action.when]
        extra = f" AND {self.t.predicate(action.condition, visible)}" if action.condition is not None else ""
        return f"WHEN {action.when}{extra} THEN {self._merge_change(action, table, visible)}"

    def _merge_change(self, action: nodes.MergeAction, table: Table, scope: Scope) -> str:
        if action.action == "DELETE":
            return "DELETE"
        if action.action == "UPDATE":
            pairs = self.changes.assignments(action.assignments, table, scope)
            return "UPDATE SET " + ", ".join(f"{column.physical} = {value}" for column, value in pairs)
        if action.values is None:
            return "INSERT DEFAULT VALUES"
        insert = nodes.Insert(nodes.TableSource(nodes.Name((table.name,))), action.columns, rows=[action.values])
        columns = self.inserts.columns(table, insert)
        self.inserts.check_count(len(columns), len(action.values), insert, from_select=False)
        self.inserts.check_identity(table, columns, insert)
        values = []
        for value, column in zip(action.values, columns):
            if isinstance(value, nodes.DefaultValue):
                values.append("DEFAULT")
            else:
                values.append(self.targets.assigned(self.t.expression(value, scope), table, column))
        names = ", ".join(column.physical for column in columns)
        return f"INSERT ({names}) VALUES ({', '.join(values)})"
