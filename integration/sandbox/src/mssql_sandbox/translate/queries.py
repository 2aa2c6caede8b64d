"""SELECT: select list, grouping, DISTINCT, order, row locks."""

from dataclasses import dataclass, field, replace
from typing import Any

from ..catalog.model import Column
from ..errors import NotSupported, SqlServerError
from ..sqltypes import INT, SqlType
from ..syntax import nodes
from ..types.collation import has_key, key_sql
from ..types.pairs import label
from . import for_clauses, grouping
from .accesses import record
from .aggregates import contains_aggregate, contains_window, is_aggregate, walk
from .bound import Bound, Output, Relation, Scope, Source
from .common_tables import CommonTables
from .constants import is_constant, is_converted_variable, signed_integer
from .operands import check_sortable
from .ordering import constant_order, contains_constant_subquery, direction, names_item, not_selected, wanted_position
from .paging import paging
from .set_operations import SetOperations
from .sources import Sources
from .translation import Translation


@dataclass
class _Item:
    bound: Bound
    name: str
    node: Any = None

    def output(self) -> Output:
        bound = self.bound
        return Output(
            self.name, INT if bound.is_null else bound.type, bound.nullable, bound.coercibility, bound.identity,
            bound.computed, bound.constant if bound.is_constant else None, bound.is_null,
        )  # fmt: skip


@dataclass
class Places:
    """Locations of the rows that the SELECT of a changed common table reads.

    :param bases: its tables, by number.
    :param origins: for each of its columns, the table and column that it is, if any.
    """

    select: nodes.Select
    bases: dict[int, Source] = field(default_factory=dict)
    origins: list[tuple[int, Column] | None] = field(default_factory=list)


class Queries:
    """SELECT.

    :param t: translates its values and conditions, and the queries in them.
    """

    def __init__(
        self, t: Translation, sources: Sources, set_operations: SetOperations, common_tables: CommonTables
    ) -> None:
        self.t = t
        self.sources = sources
        self.set_operations = set_operations
        self.key = t.context.catalog.name_key
        self.common_tables = common_tables
        self._places: Places | None = None

    # ---- whole queries

    def relation(self, query: nodes.Query, parent: Scope | None, exists: bool = False) -> Relation:
        """See :meth:`Translation.relation`."""
        if query.ctes:
            return self.common_tables.relation(query, parent, exists)
        if query.for_clause is not None:
            return for_clauses.bind(self.t, query, query.for_clause, parent)
        if isinstance(query.body, nodes.Select):
            return self._select(query.body, parent, query, exists)
        if isinstance(query.body, nodes.Query) and not query.order_by:
            return self.relation(query.body, parent, exists)
        return self.set_operations.relation(query, parent)

    def locate(self, select: nodes.Select) -> Places:
        """Have a SELECT record the locations of its rows when it is translated."""
        self._places = Places(select)
        return self._places

    # ---- one SELECT

    def _select(self, node: nodes.Select, parent: Scope | None, query: nodes.Query, exists: bool) -> Relation:
        scope = Scope(parent=parent)
        first_lock = len(self.t.statement.locks)
        sources = " CROSS JOIN ".join(self.sources.items(node.sources, scope))
        scope.windows = {name.casefold(): over for name, over in node.windows.items()}
        if node.windows and not self.t.context.version.allows("window_clause"):
            # In versions without the WINDOW clause the word is an alias.
            raise SqlServerError(102, near=next(iter(node.windows)))
        where = self.where(node.where, scope)
        record(self.t.statement, scope, node.where)
        order_by = query.order_by
        grouped = self._group(node, order_by, scope)
        items = self.items(node, scope, exists)
        having = ""
        if node.having is not None:
            scope.clause = "having"
            having = f" HAVING {self.t.predicate(node.having, scope)}"
        if node.distinct:
            for item in items:
                self._check_select_distinct(item.bound.type)
        tail = f"{f' FROM {sources}' if sources else ''}{where}{grouped}{having}"
        outputs = [item.output() for item in items]
        columns = ", ".join(
            f"{'NULL::integer' if item.bound.is_null else item.bound.sql} AS o{n}" for n, item in enumerate(items, 1)
        )
        if self._places is not None and node is self._places.select:
            columns += self._place_columns(self._places, items, scope)
        if node.distinct and any(has_key(output.type) for output in outputs):
            return self._distinct_by_key(node, query, columns, tail, items, outputs, scope)
        order = self._order(order_by, items, scope, node.distinct)
        distinct = "DISTINCT " if node.distinct else ""
        page = paging(self.t, query, node.top, scope, f"SELECT {distinct}{columns}{tail}")
        locks = self._take_locks(first_lock, node, grouped)
        sql = f"SELECT {distinct}{columns}{tail}{order}{page}{locks}"
        return Relation(sql, outputs, self._order_numbers(order_by, items, scope))

    def _place_columns(self, places: Places, items: list[_Item], scope: Scope) -> str:
        """Columns ``place0`` ...: locations of the rows in the tables of a changed common table."""
        if places.select.distinct or scope.groups is not None:
            raise NotSupported("changes through a common table that combines rows", places.select.line)
        bases = places.bases = {n: source for n, source in enumerate(scope.sources) if source.table is not None}
        known = {
            f"{source.engine_alias}.{column.physical}": (n, column)
            for n, source in bases.items()
            for column in (source.table.columns if source.table else ())
        }
        places.origins = [known.get(item.bound.sql) for item in items]
        return "".join(f", {source.engine_alias}.ctid AS place{n}" for n, source in bases.items())

    def where(self, where: nodes.Predicate | None, scope: Scope) -> str:
        if where is None:
            return ""
        self._refuse_aggregate(where, scope)
        scope.clause = "where"
        sql = self.t.predicate(where, scope)
        scope.clause = "select"
        return f" WHERE {sql}"

    def _refuse_aggregate(self, where: nodes.Predicate, scope: Scope) -> None:
        for call in walk(where):
            if is_aggregate(call) and not self._outer_only(call, scope):
                raise SqlServerError(147, line=call.line)

    def _outer_only(self, call: Any, scope: Scope) -> bool:
        """Whether an aggregate's columns all belong to an enclosing query."""
        columns = [node for node in walk(call.arguments) if isinstance(node, nodes.ColumnRef)]
        return bool(columns) and scope.parent is not None and all(self.t.names.here(c, scope) is None for c in columns)

    def _check_select_distinct(self, type_: SqlType) -> None:
        if type_.name in ("text", "ntext", "image", "xml", "json"):
            raise SqlServerError(421, type=label(type_))

    # ---- select list

    def items(self, node: nodes.Select, scope: Scope, exists: bool) -> list[_Item]:
        items: list[_Item] = []
        scope.clause = "select"
        for item in node.items:
            if isinstance(item.expression, nodes.Star):
                if exists and not item.expression.qualifier:
                    items.append(_Item(Bound("1", INT, False), ""))
                    continue
                items += self._star_items(item.expression, scope)
                continue
            bound = self.t.expression(item.expression, scope)
            name = item.alias
            if name == "":
                raise SqlServerError(1038, state=4, line=item.line)
            if name is None and isinstance(item.expression, nodes.ColumnRef):
                name = item.expression.parts[-1]
                if name.casefold() != "$action":
                    name = self.t.names.declared_name(item.expression, scope)
            if not isinstance(item.expression, nodes.ColumnRef):
                bound = replace(bound, identity=False, computed=False)
            items.append(_Item(bound, name or "", item.expression))
        return items

    def _star_items(self, star: nodes.Star, scope: Scope) -> list[_Item]:
        sources = [s for s in scope.sources if not star.qualifier or self.t.names.matches(star.qualifier, s)]
        if star.qualifier and not sources:
            raise SqlServerError(107, prefix=".".join(star.qualifier), line=star.line)
        if not sources:
            raise SqlServerError(263, line=star.line)
        items = []
        for source in sources:
            for column in source.columns:
                reference = nodes.ColumnRef((source.label, column.name), line=star.line)
                if sum(s.exposed == source.exposed for s in scope.sources) > 1 and source.schema:
                    reference.parts = (source.schema, *reference.parts)
                items.append(_Item(self.t.expression(reference, scope), column.name, reference))
        return items

    # ---- GROUP BY

    def _group(self, node: nodes.Select, order_by: list[nodes.OrderItem], scope: Scope) -> str:
        aggregates = any(
            contains_aggregate(part)
            for part in ([item.expression for item in node.items], node.having, [o.expression for o in order_by])
        )
        scope.grouped = node.group_by is not None or node.having is not None
        if node.group_by is None:
            if aggregates and not self._all_outer(node, scope) or node.having is not None:
                scope.groups = {}
            return ""
        return grouping.clause(self.t, node.group_by, scope)

    def _all_outer(self, node: nodes.Select, scope: Scope) -> bool:
        calls = [call for item in node.items for call in walk(item.expression) if is_aggregate(call)]
        return bool(calls) and all(self._outer_only(call, scope) for call in calls)

    # ---- DISTINCT, ORDER BY, TOP

    def _distinct_by_key(
        self, node: nodes.Select, query: nodes.Query, columns: str, tail: str, items: list[_Item],
        outputs: list[Output], scope: Scope,
    ) -> Relation:  # fmt: skip
        inner = f"SELECT {columns}{tail}"
        keys = ", ".join(key_sql(f"d.o{n}", output.type) for n, output in enumerate(outputs, 1))
        names = ", ".join(f"d.o{n}" for n in range(1, len(outputs) + 1))
        sql = f"SELECT DISTINCT ON ({keys}) {names} FROM ({inner}) d"
        order_by = query.order_by
        if not order_by and node.top is None and query.offset is None:
            return Relation(sql, outputs)
        parts: list[str] = []
        numbers: list[int] = []
        for item in order_by:
            number = self._selected(item.expression, items, scope)
            if number is None:
                raise not_selected(item)
            numbers.append(number)
            parts.append(direction(key_sql(f"r.o{number}", outputs[number - 1].type, True), item))
        order = f" ORDER BY {', '.join(parts)}" if parts else ""
        final = ", ".join(f"r.o{n}" for n in range(1, len(outputs) + 1))
        page = paging(self.t, query, node.top, scope, sql)
        return Relation(f"SELECT {final} FROM ({sql}) r{order}{page}", outputs, tuple(numbers))

    def _selected(self, node: nodes.Expression, items: list[_Item], scope: Scope) -> int | None:
        """The position of the select item that equals an ORDER BY expression."""
        if signed_integer(node) is not None:
            return wanted_position(node, len(items))
        if isinstance(node, nodes.ColumnRef) and len(node.parts) == 1:
            for number, item in enumerate(items, 1):
                if self.key(item.name) == self.key(node.parts[0]):
                    return number
        wanted = self.t.names.fingerprint(node, scope)
        for number, item in enumerate(items, 1):
            if item.node is not None and self.t.names.fingerprint(item.node, scope) == wanted:
                return number
        return None

    def _order_numbers(self, order_by: list[nodes.OrderItem], items: list[_Item], scope: Scope) -> tuple[int, ...]:
        """The numbers of the columns in ORDER BY; none if one is not selected."""
        numbers = [self._selected(item.expression, items, scope) for item in order_by]
        return tuple(number for number in numbers if number is not None) if None not in numbers else ()

    def _order(self, order_by: list[nodes.OrderItem], items: list[_Item], scope: Scope, distinct: bool) -> str:
        parts, seen = [], set()
        scope.clause = "order"
        for position, item in enumerate(order_by, 1):
            bound, fingerprint = self._order_expression(item, items, scope, distinct, position)
            if fingerprint in seen:
                raise SqlServerError(169, line=item.line)
            seen.add(fingerprint)
            if bound is None:
                continue
            check_sortable(bound.type)
            parts.append(direction(key_sql(bound.sql, bound.type, True), item))
        return f" ORDER BY {', '.join(parts)}" if parts else ""

    def _order_expression(
        self, item: nodes.OrderItem, items: list[_Item], scope: Scope, distinct: bool, position: int
    ) -> tuple[Bound | None, Any]:
        node: Any = item.expression
        if signed_integer(node) is not None:
            number = wanted_position(node, len(items))
            chosen = items[number - 1]
            same = self.t.names.fingerprint(chosen.node, scope) if chosen.node is not None else ("item", number)
            return chosen.bound, same
        if names_item(node, items):
            node = nodes.ColumnRef((node.text,), line=node.line)
        if is_constant(node):
            raise constant_order(position, node)
        if is_converted_variable(node):
            raise SqlServerError(1008, position=position, line=node.line)
        if isinstance(node, nodes.ColumnRef) and len(node.parts) == 1:
            named = [n for n, i in enumerate(items, 1) if i.name and self.key(i.name) == self.key(node.parts[0])]
            if len(named) > 1 and len({items[n - 1].bound.sql for n in named}) > 1:
                raise SqlServerError(209, name=node.parts[0], line=node.line)
            if named:
                chosen = items[named[0] - 1]
                print_key = self.t.names.fingerprint(chosen.node, scope) if chosen.node else named[0]
                return chosen.bound, print_key
        fingerprint = self.t.names.fingerprint(node, scope)
        if distinct and self._selected(node, items, scope) is None:
            raise not_selected(item)
        bound = self.t.expression(node, scope)
        if bound.is_constant or bound.is_null:
            raise constant_order(position, node)
        if isinstance(node, nodes.ScalarSubquery) and contains_constant_subquery(node):
            return None, ("constant", position)
        return bound, fingerprint

    # ---- locks

    def _take_locks(self, first: int, node: nodes.Select, grouped: str) -> str:
        statement = self.t.statement
        taken, statement.locks[first:] = statement.locks[first:], []
        if not taken:
            return ""
        if (
            grouped
            or node.distinct
            or any(contains_aggregate(i.expression) or contains_window(i.expression) for i in node.items)
        ):
            # The engine cannot lock rows in a grouped query: lock the tables' rows before.
            beforehand = taken
        else:
            beforehand = [(source, text) for source, text in taken if source.optional]
        for source, text in beforehand:
            clause = text.replace(f" OF {source.engine_alias}", "")
            if source.table is not None:
                statement.before.append(f"SELECT 1 FROM {source.table.physical} {clause}")
        return "" if beforehand is taken else "".join(f" {text}" for source, text in taken if not source.optional)
