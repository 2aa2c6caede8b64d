"""Rules beyond the grammar that need neither names nor types.

Numbers and texts: system messages of SQL Server,
https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors.
"""

from typing import Any, Callable

from ..errors import SqlServerError
from . import nodes
from .declarations import check_declarations
from .placement import check_option, check_placement
from .recursion import check_recursion, is_aggregate
from .walk import children

_MOST_ROWS = 1000  # of VALUES in INSERT
_MOST_ITEMS = 4096  # of a select list
_MOST_PARTS = 4  # server.database.schema.object
# Nodes whose direct query is not a subquery.
_TOP_LEVEL = (nodes.SelectStatement, nodes.Insert, nodes.DeclareCursor)


def check_restrictions(batch: nodes.Batch, check_call: Callable[[nodes.Node], None] | None = None) -> None:
    """Refuse what SQL Server's compiler refuses by the tree alone.

    :param check_call: refuses calls of built-in functions, which depend on the version, and what sets them.
    :raises SqlServerError: 102, 156 (a clause out of place), 111, 117, 134, 137, 135, 136, 158, 178, 199, 1033, 1046, 1056, 1075,
        10704, 10705, 10709, 10710, 10711, 10738, 10741, 13602 and those of recursive tables (recursion.py).
    """
    check_placement(batch)
    check_declarations(batch)
    rules: dict[type, Any] = {**_RULES, nodes.SetOption: lambda option, inner: check_option(option, batch)}
    if check_call:
        called = (nodes.FunctionCall, nodes.SetVariable, nodes.DeclareItem, nodes.Execute, nodes.CursorCommand)
        rules.update(dict.fromkeys(called, lambda node, inner: check_call(node)))
    for statement in batch.statements:
        _check(statement, rules)


def _check(root: nodes.Node, rules: dict[type, Any]) -> None:
    waiting: list[tuple[nodes.Node, bool]] = [(root, False)]
    while waiting:
        node, inner = waiting.pop()
        rule = rules.get(type(node))
        if rule is not None:
            rule(node, inner)
        # The branches of a set operation are on its level; a query in any other node is a subquery.
        if isinstance(node, nodes.Query):
            waiting.extend((child, True) for child in reversed(list(children(node))) if child is not node.body)
            waiting.append((node.body, inner))
        elif isinstance(node, nodes.SetOperation):
            waiting.extend((child, inner or isinstance(child, nodes.Query)) for child in reversed(list(children(node))))
        elif isinstance(node, nodes.Select):
            waiting.extend((child, True) for child in reversed(list(children(node))))
        else:
            own = node.query if isinstance(node, _TOP_LEVEL) else None
            waiting.extend(
                (child, child is not own and isinstance(child, nodes.Query)) for child in reversed(list(children(node)))
            )


# ---- queries


def _query(query: nodes.Query, inner: bool) -> None:
    top = query.body.top if isinstance(query.body, nodes.Select) else None
    if top is not None and query.offset is not None:
        raise SqlServerError(10741, line=query.line)
    if inner and query.order_by and top is None and query.offset is None and query.for_clause is None:
        raise SqlServerError(1033, line=query.line)
    for table in query.ctes:
        check_recursion(table)
    if isinstance(query.body, nodes.SetOperation):
        first = _first_select(query.body)
        for select in _selects(query.body):
            if select.into is not None and select is not first:
                raise _keyword("INTO", select)


def _select(select: nodes.Select, inner: bool) -> None:
    if len(select.items) > _MOST_ITEMS:
        raise SqlServerError(1056, maximum=_MOST_ITEMS, line=select.line)
    if inner and select.into is not None:
        raise _keyword("INTO", select)


def _subquery(node: Any, inner: bool) -> None:
    """Refuse variable assignments in a query used as a table or value."""
    for select in _selects(node.query):
        for item in select.items:
            if item.assign:
                raise SqlServerError(102, near=item.assign_operator, line=item.line)


def _first_select(body: Any) -> Any:
    while not isinstance(body, nodes.Select):
        body = body.left if isinstance(body, nodes.SetOperation) else body.body
    return body


def _selects(body: Any) -> list[nodes.Select]:
    """The SELECTs of a query expression, without subqueries."""
    selects, waiting = [], [body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Select):
            selects.append(node)
        elif isinstance(node, nodes.SetOperation):
            waiting += [node.right, node.left]
        else:
            waiting.append(node.body)
    return selects


def _keyword(word: str, node: nodes.Node) -> SqlServerError:
    return SqlServerError(156, near=word, line=node.line)


def _table(source: nodes.TableSource, inner: bool) -> None:
    if len(source.name.parts) > _MOST_PARTS:
        raise SqlServerError(117, name=".".join(source.name.parts), maximum=_MOST_PARTS - 1, line=source.line)


# ---- changes


def _insert(insert: nodes.Insert, inner: bool) -> None:
    for table in insert.ctes:
        check_recursion(table)
    if insert.rows is not None:
        _rows(insert.rows, insert)
        if len(insert.rows) > _MOST_ROWS:
            raise SqlServerError(10738, maximum=_MOST_ROWS, line=insert.line)
    if insert.query is None:
        return
    if any(item.assign for select in _selects(insert.query) for item in select.items):
        raise SqlServerError(199, line=insert.line)
    if any(select.into is not None for select in _selects(insert.query)):
        raise _keyword("INTO", insert)
    if insert.query.for_clause is not None and insert.query.for_clause.mode.startswith("JSON"):
        raise SqlServerError(13602, statement="INSERT", line=insert.line)


def _values(source: nodes.ValuesSource, inner: bool) -> None:
    _rows(source.rows, source)


def _rows(rows: list[list[nodes.Expression]], node: nodes.Node) -> None:
    if any(len(row) != len(rows[0]) for row in rows):
        raise SqlServerError(10709, line=node.line)


def _output(output: nodes.Output, inner: bool) -> None:
    waiting: list[nodes.Node] = list(output.items)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (nodes.ScalarSubquery, nodes.InQuery, nodes.Exists, nodes.QuantifiedComparison)):
            raise SqlServerError(10705, line=node.line)
        if is_aggregate(node):
            raise SqlServerError(158, line=node.line)
        waiting.extend(children(node))


def _merge_action(action: nodes.MergeAction, inner: bool) -> None:
    if action.when == "NOT MATCHED":
        if action.action != "INSERT":
            raise SqlServerError(10710, action=action.action, line=action.line)
    elif action.action == "INSERT":
        raise SqlServerError(10711, when=action.when, line=action.line)


# ---- other statements


def _print(statement: nodes.Print, inner: bool) -> None:
    waiting: list[nodes.Node] = [statement.value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.ScalarSubquery):
            raise SqlServerError(1046, line=node.line)
        waiting.extend(children(node))


_RULES: dict[type, Any] = {
    nodes.Query: _query,
    nodes.Select: _select,
    nodes.ScalarSubquery: _subquery,
    nodes.InQuery: _subquery,
    nodes.Exists: _subquery,
    nodes.QuantifiedComparison: _subquery,
    nodes.DerivedTable: _subquery,
    nodes.CommonTable: _subquery,
    nodes.CreateView: _subquery,
    nodes.TableSource: _table,
    nodes.Insert: _insert,
    nodes.ValuesSource: _values,
    nodes.Output: _output,
    nodes.MergeAction: _merge_action,
    nodes.Print: _print,
}
