"""UPDATE and DELETE of a table, of a table in FROM, or of a common table over one.

https://learn.microsoft.com/sql/t-sql/queries/update-transact-sql
"""

from dataclasses import dataclass, replace
from typing import Any, Iterator

from ..catalog.model import Column, Table
from ..errors import NotSupported, SqlServerError
from ..syntax import nodes
from .accesses import TARGET, record
from .aggregates import contains_aggregate
from .bound import Scope, Source, SourceColumn
from .outputs import Outputs
from .paging import paging
from .plan import Plan
from .queries import Places, Queries
from .sources import Sources
from .targets import Targets, row_source
from .translation import Translation


@dataclass
class Target:
    """The target of a statement.

    :param source: its item of FROM.
    :param place: engine SQL of its row's location.
    :param columns: columns of a common table -> those of the base table.
    """

    table: Table
    source: Source
    place: str
    columns: dict[str, Column] | None = None


class RowChanges:
    """UPDATE and DELETE.

    :param queries: translates WHERE, and the SELECT of a changed common table.
    """

    def __init__(self, t: Translation, sources: Sources, queries: Queries, targets: Targets, outputs: Outputs) -> None:
        self.t = t
        self.sources = sources
        self.queries = queries
        self.targets = targets
        self.outputs = outputs

    # ---- UPDATE

    def update(self, node: nodes.Update) -> Plan:
        ctes, froms, scope, target = self._opened(node)
        assignments = self.assignments(node.assignments, target.table, scope, target)
        self._refuse_aggregates_in_set(node)
        where = self._searched(node, scope, target)
        self.t.statement.locks.clear()
        table = target.table
        if froms or node.top is not None or "READPAST" in target.source.hints:
            text = self._update_by_row(node, target, assignments, froms, where, scope)
        else:
            sets = ", ".join(f"{column.physical} = {value}" for column, value in assignments)
            text = f"UPDATE {table.physical} AS {target.source.engine_alias} SET {sets}{where}"
        rows = [_changed_rows(target, "inserted", "new"), _changed_rows(target, "deleted", "old")]
        return self.outputs.plan("update", ctes, text, node.output, [*rows, *_joined(node, scope, target)], table)

    def _refuse_aggregates_in_set(self, node: nodes.Update) -> None:
        for assignment in node.assignments:
            if contains_aggregate(assignment.value):
                raise SqlServerError(157, line=assignment.line)

    def _searched(self, node: Any, scope: Scope, target: Target) -> str:
        where = self.queries.where(node.where, scope)
        target.source.hints |= TARGET | self.sources.check_hints(node.target.hints)
        record(self.t.statement, scope, node.where)
        return where

    # ---- the target

    def _opened(self, node: Any) -> tuple[list[str], list[str], Scope, Target]:
        """Open the common tables and FROM of a statement; its target."""
        common = _named_common_table(node)
        places: Any = None
        if common is not None:
            _check_combines(common)
            select: Any = common.query.body
            places = self.queries.locate(select)
        ctes = self.outputs.open(node.ctes)
        scope = Scope()
        froms = self.sources.items(node.sources, scope)
        if common is not None:
            return ctes, froms, scope, self._common_target(node, common, places, froms, scope)
        table, source = self._changed_table(node, scope, froms)
        return ctes, froms, scope, Target(table, source, f"{source.engine_alias}.ctid")

    def _changed_table(self, node: Any, scope: Scope, froms: list[str]) -> tuple[Table, Source]:
        """The target: an alias in FROM, or another table, which is then joined to FROM."""
        parts = node.target.name.parts
        for source in scope.sources:
            if len(parts) == 1 and source.exposed == source.key(parts[0]) and source.table is not None:
                self.sources.check_hints(node.target.hints)
                return self.targets.changeable(source.table, node.target.line), source
        table = self.targets.table(node.target)
        # In a trigger ``inserted`` and ``deleted`` have the table's id, too.
        matches = [
            s for s in scope.sources if s.table is not None and (s.table.id, s.table.kind) == (table.id, table.kind)
        ]
        if len(matches) > 1:
            raise SqlServerError(8154, name=".".join(parts))
        if matches:
            return table, matches[0]
        source = self.sources.table_source(table, None, node.target.name)
        scope.sources.append(source)
        if froms:
            froms.append(f"{table.physical} AS {source.engine_alias}")
        return table, source

    def _common_target(
        self, node: Any, common: nodes.CommonTable, places: Places, froms: list[str], scope: Scope
    ) -> Target:
        """The base table of a common table that is certainly updatable."""
        key = self.t.context.catalog.name_key
        name = key(node.target.name.parts[0])
        label = common.name
        refused = NotSupported(f"changes through the common table {label}", node.line)
        if not isinstance(common.query.body, nodes.Select):
            raise refused
        if not any(source.exposed == name for source in scope.sources):
            froms.append(self.sources.source(nodes.TableSource(node.target.name), scope))
        source = next(source for source in scope.sources if source.exposed == name)
        origins = {
            key(column.name): origin for column, origin in zip(source.columns, places.origins) if origin is not None
        }
        if isinstance(node, nodes.Delete):
            bases = set(places.bases)
        else:
            names = [key(item.column[-1]) for item in node.assignments if item.column]
            if len(names) < len(node.assignments):
                raise refused
            for wanted, item in zip(names, node.assignments):
                if wanted not in origins:
                    self._refuse_column(source, item, label)
            bases = {origins[name][0] for name in names}
        if len(bases) > 1:
            raise SqlServerError(4405, name=label)
        if len(bases) < 1 or node.output and len(origins) < len(source.columns):
            raise refused
        number = bases.pop()
        table = places.bases[number].table
        if table is None or table.kind in ("view", "system"):
            raise refused
        columns = {name: column for name, (base, column) in origins.items() if base == number}
        return Target(table, source, f"{source.engine_alias}.place{number}", columns)

    def _refuse_column(self, source: Source, item: nodes.Assignment, label: str) -> None:
        """:raises SqlServerError: 207 unknown column, 4406 a computed one."""
        if not source.find(item.column[-1]):
            raise SqlServerError(207, name=item.column[-1], line=item.line)
        raise SqlServerError(4406, name=label)

    # ---- SET

    def assignments(
        self, items: list[nodes.Assignment], table: Table, scope: Scope, target: Target | None = None
    ) -> list[tuple[Column, str]]:
        assigned: list[tuple[Column, str]] = []
        for item in items:
            if item.variable is not None or not item.column:
                raise NotSupported("SET @variable in UPDATE", item.line)
            self._check_qualifier(item, table, scope, target)
            if target is not None and target.columns is not None:
                column = target.columns[target.source.key(item.column[-1])]
            else:
                column = self.targets.column(table, item.column[-1], item.line)
            if any(other is column for other, _ in assigned):
                raise SqlServerError(264, column=column.name)
            if column.identity is not None:
                raise SqlServerError(8102, column=column.name)
            if column.computed is not None:
                raise SqlServerError(271, column=column.name)
            if column.rowversion:
                raise SqlServerError(272, line=item.line)
            assigned.append((column, self._assigned_value(item, table, column, scope)))
        return assigned

    def _check_qualifier(self, item: nodes.Assignment, table: Table, scope: Scope, target: Target | None) -> None:
        """Check that the qualifier of a column in SET is the target as written.

        :raises SqlServerError: 4104.
        """
        changed = [target.source] if target is not None else [s for s in scope.sources if s.table is table]
        if not any(self.t.names.matches(item.column[:-1], source) for source in changed):
            raise SqlServerError(4104, name=".".join(item.column), line=item.line)

    def _assigned_value(self, item: nodes.Assignment, table: Table, column: Column, scope: Scope) -> str:
        if isinstance(item.value, nodes.DefaultValue):
            return "DEFAULT"
        value = item.value
        if item.operator != "=":
            value = nodes.Binary(item.operator[:-1], nodes.ColumnRef(item.column), value, line=item.line)
        clause, scope.clause = scope.clause, "set"
        bound = self.t.expression(value, scope)
        scope.clause = clause
        return self.targets.assigned(bound, table, column)

    # ---- rows

    def _update_by_row(
        self, node: nodes.Update, target: Target, assignments: list[tuple[Column, str]], froms: list[str], where: str,
        scope: Scope,
    ) -> str:  # fmt: skip
        """Join first, then change each target row once, by its location."""
        inner, outer = [], []
        for number, (column, value) in enumerate(assignments, 1):
            if value == "DEFAULT":
                outer.append(f"{column.physical} = DEFAULT")
                continue
            inner.append(f"{value} AS v{number}")
            outer.append(f"{column.physical} = chosen.v{number}")
        rows = self._chosen_rows(node, target, froms, where, scope, inner)
        return (
            f"UPDATE {target.table.physical} AS tgt SET {', '.join(outer)} FROM ({rows}) chosen "
            "WHERE tgt.ctid = chosen.place"
        )

    def _chosen_rows(
        self, node: nodes.Update | nodes.Delete, target: Target, froms: list[str], where: str, scope: Scope,
        inner: list[str],
    ) -> str:  # fmt: skip
        tables = " CROSS JOIN ".join(froms) if froms else f"{target.table.physical} AS {target.source.engine_alias}"
        joined = [
            f"{column.sql} AS f{n}_{m}"
            for n, source in (enumerate(scope.sources) if node.output else ())
            if source is not target.source
            for m, column in enumerate(source.columns)
        ]
        items = ", ".join([f"{target.place} AS place", *inner, *joined])
        past = "READPAST" in target.source.hints
        if past and froms:
            raise NotSupported("READPAST of the target of a statement with FROM", node.line)
        rows = f"SELECT {'' if past else f'DISTINCT ON ({target.place}) '}{items} FROM {tables}{where}"
        page = "" if node.top is None else paging(self.t, None, node.top, scope, rows)
        return f"{rows}{page}{' FOR NO KEY UPDATE SKIP LOCKED' if past else ''}"

    # ---- DELETE

    def delete(self, node: nodes.Delete) -> Plan:
        ctes, froms, scope, target = self._opened(node)
        where = self._searched(node, scope, target)
        self.t.statement.locks.clear()
        table = target.table
        if froms or node.top is not None or "READPAST" in target.source.hints:
            rows = self._chosen_rows(node, target, froms, where, scope, [])
            text = f"DELETE FROM {table.physical} AS tgt USING ({rows}) chosen WHERE tgt.ctid = chosen.place"
        else:
            text = f"DELETE FROM {table.physical} AS {target.source.engine_alias}{where}"
        sources = [_changed_rows(target, "deleted", "old"), *_joined(node, scope, target)]
        return self.outputs.plan("delete", ctes, text, node.output, sources, table)


def _named_common_table(node: Any) -> nodes.CommonTable | None:
    """The common table that is the target, by name or by alias in FROM."""
    parts = node.target.name.parts
    if len(parts) > 1 or not node.ctes:
        return None
    wanted = parts[0].casefold()
    for source in _tables(node.sources):
        if (source.alias or source.name.parts[-1]).casefold() == wanted:
            wanted = source.name.parts[-1].casefold() if len(source.name.parts) == 1 else ""
            break
    return next((table for table in node.ctes if table.name.casefold() == wanted), None)


def _check_combines(common: nodes.CommonTable) -> None:
    """:raises SqlServerError: 4403 for a common table that combines rows."""
    body = common.query.body
    if isinstance(body, nodes.Select) and (
        body.distinct or body.group_by is not None or any(contains_aggregate(item.expression) for item in body.items)
    ):
        raise SqlServerError(4403, name=common.name)


def _tables(sources: list[Any]) -> Iterator[nodes.TableSource]:
    for source in sources:
        if isinstance(source, nodes.Join):
            yield from _tables([source.left, source.right])
        elif isinstance(source, nodes.TableSource):
            yield source


def _changed_rows(target: Target, name: str, prefix: str) -> Source:
    """``inserted`` or ``deleted``: the table's columns, by their names in the common table."""
    source = row_source(target.table, name, prefix)
    if target.columns is not None:
        rows = {column.name: column for column in source.columns}
        source.columns = [
            replace(rows[target.columns[target.source.key(c.name)].name], name=c.name)
            for c in target.source.columns
            if target.source.key(c.name) in target.columns
        ]
    return source


def _joined(node: Any, scope: Scope, target: Target) -> list[Source]:
    """The other tables of FROM, read by OUTPUT from the chosen rows."""
    if not node.output:
        return []
    return [
        replace(source, columns=_numbered(source.columns, n))
        for n, source in enumerate(scope.sources)
        if source is not target.source
    ]


def _numbered(columns: list[SourceColumn], number: int) -> list[SourceColumn]:
    return [replace(column, sql=f"chosen.f{number}_{m}") for m, column in enumerate(columns)]
