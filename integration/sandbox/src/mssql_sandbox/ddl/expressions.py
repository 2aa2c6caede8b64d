"""DEFAULT, CHECK, computed and filter expressions as engine SQL."""

from dataclasses import replace
from typing import Any

from .. import translate
from ..catalog.model import Column, Table
from ..errors import NotSupported, SqlServerError
from ..sqltypes import SqlType
from ..syntax import nodes
from ..syntax.parser import parse_batch
from ..types import collation
from ..types.collation import key_sql
from ..types.conversion import convert_sql
from .context import Ddl


def value_sql(
    ddl: Ddl, expression: nodes.Expression, table: Table | None, target: SqlType | None
) -> tuple[str, SqlType, bool]:
    """(engine SQL, type, nullable) of an expression over the columns of ``table``.

    :param target: the type that an assignment converts the value to; None for no conversion.
    :raises NotSupported: when the value depends on the session.
    """
    plan = translate.column_expression(expression, table, _context(ddl), target)
    if plan.parameters:
        raise NotSupported(f"{plan.parameters[0]} in a stored expression", expression.line)
    column = plan.columns[0]
    return plan.sql, column.type, column.nullable


def condition_sql(ddl: Ddl, predicate: nodes.Predicate, table: Table) -> str:
    """Engine SQL of a CHECK constraint or index filter."""
    plan = translate.column_predicate(predicate, table, _context(ddl))
    if plan.parameters:
        raise NotSupported(f"{plan.parameters[0]} in a stored condition", predicate.line)
    return plan.sql


def key(column: Column) -> str:
    """The engine expression that compares and orders values of a column."""
    return key_sql(column.physical, column.type)


def is_plain_key(column: Column) -> bool:
    return key(column) == column.physical


def convert(sql: str, source: SqlType, target: SqlType, assign_to: tuple[str, str] | None = None) -> str:
    """A stored value converted to another type as in an assignment. :raises SqlServerError: 206, 257, 529."""
    return convert_sql(sql, source, target, explicit=False, assign_to=assign_to)


def check_collation(name: str, version: int) -> None:
    """:raises SqlServerError: 448 for an unknown collation."""
    if not collation.is_known(name, version):
        raise SqlServerError(448, name=name)


def parse_expression(text: str) -> nodes.Expression:
    """The tree of an expression in the catalogue, such as a default's definition."""
    statement: Any = parse_batch(f"SELECT {text}", quoted_identifier=True).statements[0]
    expression: nodes.Expression = statement.query.body.items[0].expression
    return expression


def _context(ddl: Ddl) -> Any:
    return replace(ddl.session.context(ddl.scope), variables={})
