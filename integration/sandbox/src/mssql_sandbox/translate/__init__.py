"""From T-SQL tree to PostgreSQL: one pass resolves names, computes types and writes the text.

Every visitor returns a :class:`~.bound.Bound` (engine SQL with its SQL Server
type), so everything written has a type. What SQL Server refuses at compile
time is refused here, with its number.
"""

import re

from ..catalog.model import Table, UserFunction
from ..errors import NotSupported, SqlServerError
from ..interface import ResultColumn
from ..sqltypes import INT, SqlType
from ..syntax import nodes
from . import bodies, folding
from .aggregates import contains_aggregate
from .bound import Bound, Output, Relation, Scope, Source, SourceColumn
from .operands import convert
from .parameters import suggest
from .plan import Access, Context, Images, Plan
from .translation import Setting
from .translator import Translator

__all__ = [
    "Access", "Context", "Images", "Plan", "column_expression", "column_predicate", "compile_body", "describe", "translate",
    "translate_expression", "translate_predicate", "undeclared_parameters", "view",
]  # fmt: skip


def translate(statement: nodes.Statement, context: Context) -> Plan:
    """A query or data change as engine SQL.

    :raises SqlServerError: as SQL Server's compiler does.
    :raises NotSupported: for constructs that the sandbox does not model.
    """
    options = statement.query.options if isinstance(statement, nodes.SelectStatement) else _own_options(statement)
    merging = isinstance(statement, nodes.Merge)
    translator = Translator(Setting(context, merging=merging, max_recursion=_max_recursion(options)))
    if isinstance(statement, nodes.SelectStatement):
        return _select(translator, statement)
    return translator.change(statement)


def _select(translator: Translator, statement: nodes.SelectStatement) -> Plan:
    _check_options(statement.query.options)
    body = statement.query.body
    if isinstance(body, nodes.Select) and (assigned := [item for item in body.items if item.assign]):
        return _assign(translator, statement, body, assigned)
    if isinstance(body, nodes.Select) and body.into is not None:
        return _select_into(translator, statement, body)
    relation = translator.relation(statement.query, None)
    plan = translator.statement.plan("select", relation.sql, result_columns(relation.outputs))
    plan.order = relation.order
    return plan


def _own_options(statement: nodes.Statement) -> list[str]:
    options = getattr(statement, "options", None)
    query = getattr(statement, "query", None)
    return options if isinstance(options, list) else query.options if isinstance(query, nodes.Query) else []


def _max_recursion(options: list[str]) -> int:
    """:raises SqlServerError: 310 for more than 32,767."""
    for option in options:
        matched = re.match(r"MAXRECURSION\s+(\d+)", option, re.I)
        if matched and int(matched[1]) > 32767:
            raise SqlServerError(310, value=matched[1])
        if matched:
            return int(matched[1])
    return 100


_HINT_BEGINNINGS = ("ABORT_", "ASSUME_", "DISABLE_", "DISALLOW_", "ENABLE_", "FORCE_", "QUERY_")


def _check_options(options: list[str]) -> None:
    known = ("RECOMPILE", "MAXDOP", "MAXRECURSION", "OPTIMIZE", "HASH", "LOOP", "MERGE", "FORCE", "FAST", "USE HINT",
             "KEEPFIXED", "KEEP", "ROBUST", "ORDER", "CONCAT", "EXPAND", "LABEL")  # fmt: skip
    for option in options:
        if not option.upper().startswith(known):
            raise NotSupported(f"OPTION ({option})")
        _check_use_hint(option)


def _check_use_hint(option: str) -> None:
    """Check the names in USE HINT by their prefixes, as each version has its own names.

    https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-query (hint_name)

    :raises SqlServerError: 10715.
    """
    if not option.upper().startswith("USE HINT"):
        return
    for name in re.findall(r"'([^']*)'", option):
        if not name.upper().startswith(_HINT_BEGINNINGS):
            raise SqlServerError(10715, name=name)


def _assign(
    translator: Translator, statement: nodes.SelectStatement, body: nodes.Select, assigned: list[nodes.SelectItem]
) -> Plan:
    if len(assigned) != len(body.items):
        raise SqlServerError(141)
    types = []
    for item in assigned:
        type_ = translator.context.variables.get(item.assign)
        if type_ is None:
            raise SqlServerError(137, name=item.assign, line=item.line)
        types.append(type_)
    if any(folding.mentions(folding.assigned(item), {other.assign or "" for other in assigned}) for item in assigned):
        sql = folding.fold(translator, statement.query, assigned, types)
    else:
        relation = translator.relation(statement.query, None)
        values = [
            f"{convert(Bound(f'q.o{number}', output.type), type_)} AS o{number}"
            for number, (output, type_) in enumerate(zip(relation.outputs, types), 1)
        ]
        sql = f"SELECT {', '.join(values)} FROM ({relation.sql}) q"
    plan = translator.statement.plan("assign", sql, [ResultColumn("", type_) for type_ in types])
    plan.assign = [item.assign for item in assigned]
    return plan


def _select_into(translator: Translator, statement: nodes.SelectStatement, body: nodes.Select) -> Plan:
    relation = translator.relation(statement.query, None)
    for output in relation.outputs:
        if not output.name:
            raise SqlServerError(1038)
    if translator.statement.rowversions:
        raise NotSupported("SELECT INTO from a table with a rowversion column")
    plan = translator.statement.plan("into", relation.sql, result_columns(relation.outputs))
    plan.into = body.into
    return plan


def result_columns(outputs: list[Output]) -> list[ResultColumn]:
    return [
        ResultColumn(output.name, INT if output.type.name == "null" else output.type, output.nullable, output.identity,
                     output.computed)
        for output in outputs
    ]  # fmt: skip


def translate_expression(expression: nodes.Expression, context: Context, target: SqlType | None) -> Plan:
    """A statement for the value of an expression outside any query, converted to ``target``."""
    translator = Translator(Setting(context))
    bound = translator.expression(expression, Scope())
    type_ = target or bound.type
    sql = convert(bound, type_) if target is not None else bound.sql
    if type_.name == "null":
        type_, sql = INT, "NULL::integer"
    plan = translator.statement.plan("select", f"SELECT {sql}", [ResultColumn("", type_, bound.nullable)])
    return plan


def translate_predicate(predicate: nodes.Predicate, context: Context) -> Plan:
    """A statement for the value of a predicate: true, false or NULL."""
    translator = Translator(Setting(context))
    return translator.statement.plan("select", f"SELECT {translator.predicate(predicate, Scope())}")


# ---- stored expressions


def column_expression(
    expression: nodes.Expression, table: Table | None, context: Context, target: SqlType | None = None
) -> Plan:
    """A DEFAULT or computed column: an expression over unqualified columns of one table."""
    translator = _stored_translator(expression, context)
    bound = translator.expression(expression, _table_scope(table))
    type_ = target or bound.type
    sql = convert(bound, type_) if target is not None else bound.sql
    if bound.is_null and target is None:
        type_, sql = INT, "NULL::integer"
    return translator.statement.plan("select", sql, [ResultColumn("", type_, bound.nullable)])


def column_predicate(predicate: nodes.Predicate, table: Table, context: Context) -> Plan:
    """A CHECK constraint or an index filter over unqualified columns of one table."""
    translator = _stored_translator(predicate, context)
    return translator.statement.plan("select", translator.predicate(predicate, _table_scope(table)))


def _stored_translator(node: nodes.Node, context: Context) -> Translator:
    if contains_aggregate(node):
        raise NotSupported("an aggregate in a stored expression")
    return Translator(Setting(context, stored=True))


def _table_scope(table: Table | None) -> Scope:
    if table is None:
        return Scope()
    columns = [
        SourceColumn(column.name, column.type, column.physical, column.nullable, False, False)
        for column in table.columns
    ]
    return Scope(sources=[Source(table.key(table.name), table.name, "", columns, table.schema, table, key=table.key)])


def view(query: nodes.Query, context: Context) -> Relation:
    """The query of a view; its columns are o1 ... on."""
    translator = Translator(Setting(context))
    relation = translator.relation(query, None)
    if translator.statement.parameters:
        raise NotSupported(f"{translator.statement.parameters[0]} in a view")
    return relation


def compile_body(function: UserFunction, context: Context) -> bodies.Body:
    """The body of a scalar function; see :func:`~.bodies.compile_body`."""
    return bodies.compile_body(function, context, Translator)


# ---- describing


def describe(statement: nodes.Statement, context: Context) -> list[ResultColumn] | None:
    """The result set of a statement, without running it."""
    return translate(statement, context).columns


def undeclared_parameters(statement: nodes.Statement, context: Context) -> list[tuple[str, SqlType]]:
    """Suggested types of undeclared variables, from the columns they are compared with or assigned to."""
    return suggest(statement, context)
