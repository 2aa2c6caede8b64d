"""Types for parameters that nothing declares: from the columns they are compared with or stored into."""

from typing import Any

from ..errors import SqlServerError
from ..sqltypes import SqlType, nvarchar
from ..syntax import nodes
from ..syntax.walk import below
from .bound import Scope
from .plan import Context
from .translation import Setting
from .translator import Translator


def suggest(statement: nodes.Statement, context: Context) -> list[tuple[str, SqlType]]:
    """:raises SqlServerError: 11508-like refusals become an nvarchar(4000) suggestion, as sp_describe does for LIKE."""
    translator = Translator(Setting(context))
    found: dict[str, SqlType | None] = {}
    for variable in _variables(statement):
        if variable.name not in context.variables and not variable.name.startswith("@@"):
            found.setdefault(variable.name, None)
    if isinstance(statement, nodes.Insert) and statement.rows is not None:
        table = translator.sources.find_table(statement.target.name)
        columns = [table.column(name) for name in statement.columns] or [
            c for c in table.columns if c.identity is None and c.computed is None
        ]
        for row in statement.rows:
            for column, value in zip(columns, row):
                if isinstance(value, nodes.Variable) and column is not None and not found.get(value.name):
                    found[value.name] = column.type
    if isinstance(statement, nodes.Update):
        table = translator.sources.find_table(statement.target.name)
        for assignment in statement.assignments:
            if isinstance(assignment.value, nodes.Variable) and assignment.column:
                column = table.column(assignment.column[-1])
                if column is not None:
                    found[assignment.value.name] = column.type
    _from_comparisons(statement, translator, found)
    return [(name, type_ or nvarchar(4000, context.collation)) for name, type_ in found.items()]


def _from_comparisons(statement: Any, translator: Translator, found: dict[str, SqlType | None]) -> None:
    scope = Scope()
    for source in _sources(statement):
        try:
            translator.sources.source(source, scope)
        except SqlServerError:
            continue
    for node in below(statement):
        if isinstance(node, nodes.Comparison):
            for variable, other in ((node.left, node.right), (node.right, node.left)):
                _match(variable, other, translator, scope, found)
        elif isinstance(node, nodes.InList):
            for item in node.items:
                _match(item, node.operand, translator, scope, found)


def _match(variable: Any, other: Any, translator: Translator, scope: Scope, found: dict[str, SqlType | None]) -> None:
    if isinstance(variable, nodes.Variable) and variable.name in found and found[variable.name] is None:
        if isinstance(other, nodes.ColumnRef):
            try:
                found[variable.name] = translator.names.column(other, scope)[0].type
            except SqlServerError:
                return


def _sources(statement: Any) -> list[nodes.Source]:
    found = []
    if isinstance(statement, nodes.SelectStatement) and isinstance(statement.query.body, nodes.Select):
        found += statement.query.body.sources
    elif isinstance(statement, (nodes.Update, nodes.Delete)):
        found += statement.sources or [statement.target]
    return found


def _variables(statement: Any) -> list[nodes.Variable]:
    return [node for node in below(statement) if isinstance(node, nodes.Variable)]
