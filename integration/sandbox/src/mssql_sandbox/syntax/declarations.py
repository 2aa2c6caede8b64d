"""Variables of a batch and its modules: each declared once, and in a module before its use.

Numbers: 134, 137, 154 and 1087,
https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors-0-to-999.
"""

from typing import Sequence

from ..errors import SqlServerError
from . import nodes
from .walk import children


def check_declarations(batch: nodes.Batch) -> None:
    """:raises SqlServerError: 134; 137 for a use before or, in modules, without a declaration; 1087; in modules 154."""
    for statement in batch.statements:
        if isinstance(statement, nodes.CreateModule):
            _check_module(statement)
    _declared(batch.statements, set())
    _check_labels(batch.statements)


def undeclared(batch: nodes.Batch) -> dict[str, int]:
    """Scalar variables used but not declared in the batch -> line of their first use."""
    used: dict[str, int] = {}
    known: set[str] = set()
    for node in _inside(batch.statements):
        if isinstance(node, (nodes.DeclareItem, nodes.DeclareTable)):
            known.add((node.variable if isinstance(node, nodes.DeclareTable) else node.name).casefold())
        for name in variables_of(node):
            if not name.startswith("@@"):
                used.setdefault(name.casefold(), node.line)
    return {name: line for name, line in used.items() if name not in known}


def _check_module(module: nodes.CreateModule) -> None:
    _check_labels(module.body)
    known: set[str] = set()
    _declared([*module.parameters, *module.body], known)
    for node in _inside([*module.body, *([module.query] if module.query else [])]):
        if isinstance(node, nodes.Use):
            raise SqlServerError(154, line=node.line)
        for name in variables_of(node):
            if not name.startswith("@@") and name.casefold() not in known:
                raise SqlServerError(137, name=name, line=node.line)


def _declared(statements: Sequence[nodes.Node], known: set[str]) -> None:
    """Add all declarations of the statements, regardless of control flow."""
    used: dict[str, nodes.Node] = {}
    for node in _inside(statements):
        table = (
            node.into if isinstance(node, nodes.Output) else node.name if isinstance(node, nodes.TableSource) else None
        )
        if table and table.parts[0].startswith("@") and table.parts[0].casefold() not in known:
            raise SqlServerError(1087, name=table.parts[0], line=node.line)
        for name in variables_of(node):
            if name.casefold() not in known:
                used.setdefault(name.casefold(), node)
        if isinstance(node, (nodes.DeclareItem, nodes.DeclareTable, nodes.ParameterDeclaration)):
            name = node.variable if isinstance(node, nodes.DeclareTable) else node.name
            if name.casefold() in known:
                raise SqlServerError(134, name=name, line=node.line)
            if name.casefold() in used:
                early = used[name.casefold()]
                raise SqlServerError(137, name=name, line=early.line)
            known.add(name.casefold())


def variables_of(node: nodes.Node) -> list[str]:
    """Scalar variables that a node itself reads or sets."""
    if isinstance(node, (nodes.Variable, nodes.SetVariable)):
        return [node.name]
    if isinstance(node, nodes.CursorCommand):
        return node.into
    if isinstance(node, nodes.Execute):
        return [node.result] if node.result else []
    return [node.assign] if isinstance(node, nodes.SelectItem) and node.assign else []


def _inside(statements: Sequence[nodes.Node]) -> list[nodes.Node]:
    """All nodes of the statements in text order, except the bodies of modules."""
    inside: list[nodes.Node] = []
    waiting: list[nodes.Node] = list(reversed(statements))
    while waiting:
        node = waiting.pop()
        inside.append(node)
        if not isinstance(node, nodes.CreateModule):
            waiting.extend(reversed(list(children(node))))
    return inside


def _check_labels(statements: list[nodes.Statement]) -> None:
    """:raises SqlServerError: 132 a repeated label, 133 GOTO an unknown label."""
    inside = _inside(statements)
    labels: set[str] = set()
    for node in inside:
        if isinstance(node, nodes.Label):
            if node.name.casefold() in labels:
                raise SqlServerError(132, name=node.name, line=node.line)
            labels.add(node.name.casefold())
    for node in inside:
        if isinstance(node, nodes.Goto) and node.label.casefold() not in labels:
            raise SqlServerError(133, name=node.label, line=node.line)
