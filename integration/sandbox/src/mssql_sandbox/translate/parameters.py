"""Types of undeclared parameters, from the columns they are compared with or assigned to."""

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
    """(name, suggested type) of undeclared variables; nvarchar(4000) where the server refuses (11508)."""
    translator = Translator(Setting(context))
    types: dict[str, SqlType | None] = {}
    for variable in _variables(statement):
        if variable.name not in context.variables and not variable.name.startswith("@@"):
            types.setdefault(variable.name, None)
    if isinstance(statement, nodes.Insert) and statement.rows is not None:
        table = translator.sources.find_table(statement.target.name)
        columns = [table.column(name) for name in statement.columns] or [
            c for c in table.columns if c.identity is None and c.computed is None
        ]
        for row in statement.rows:
            for column, value in zip(columns, row):
                if isinstance(value, nodes.Variable) and column is not None and not types.get(value.name):
                    types[value.name] = column.type
    if isinstance(statement, nodes.Update):
        table = translator.sources.find_table(statement.target.name)
        for assignment in statement.assignments:
            if isinstance(assignment.value, nodes.Variable) and assignment.column:
                column = table.column(assignment.column[-1])
                if column is not None:
                    types[assignment.value.name] = column.type
    _from_comparisons(statement, translator, types)
    return [(name, type_ or nvarchar(4000, context.collation)) for name, type_ in types.items()]


def _from_comparisons(statement: Any, translator: Translator, types: dict[str, SqlType | None]) -> None:
    scope = Scope()
    for source in _sources(statement):
        try:
            translator.sources.source(source, scope)
        except SqlServerError:
            continue
    for node in below(statement):
        if isinstance(node, nodes.Comparison):
            for variable, other in ((node.left, node.right), (node.right, node.left)):
                _match(variable, other, translator, scope, types)
        elif isinstance(node, nodes.InList):
            for item in node.items:
                _match(item, node.operand, translator, scope, types)


def _match(variable: Any, other: Any, translator: Translator, scope: Scope, types: dict[str, SqlType | None]) -> None:
    if isinstance(variable, nodes.Variable) and variable.name in types and types[variable.name] is None:
        if isinstance(other, nodes.ColumnRef):
            try:
                types[variable.name] = translator.names.column(other, scope)[0].type
            except SqlServerError:
                return


def _sources(statement: Any) -> list[nodes.Source]:
    sources = []
    if isinstance(statement, nodes.SelectStatement) and isinstance(statement.query.body, nodes.Select):
        sources += statement.query.body.sources
    elif isinstance(statement, (nodes.Update, nodes.Delete)):
        sources += statement.sources or [statement.target]
    return sources


def _variables(statement: Any) -> list[nodes.Variable]:
    return [node for node in below(statement) if isinstance(node, nodes.Variable)]
