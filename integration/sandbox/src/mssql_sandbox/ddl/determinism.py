"""Deterministic expressions: only those can be PERSISTED or indexed.

https://learn.microsoft.com/sql/relational-databases/user-defined-functions/deterministic-and-nondeterministic-functions
"""

from typing import Callable

from ..catalog.model import Table
from ..syntax import nodes
from ..syntax.walk import below

_FUNCTIONS = frozenset(
    """getdate getutcdate sysdatetime sysutcdatetime sysdatetimeoffset current_timestamp current_date newid
    newsequentialid rand format datename isdate user_name suser_sname suser_name host_name app_name object_id
    object_name db_id db_name current_user session_user system_user user original_login scope_identity ident_current
    session_context context_info serverproperty databasepropertyex columnproperty objectproperty col_length
    schema_id schema_name type_id type_name""".split()
)
_DATEFIRST_PARTS = frozenset(("weekday", "dw", "week", "wk", "ww"))
_OLD_DATES = ("datetime", "smalldatetime")
_DETERMINISTIC_STYLES = frozenset(
    (20, 21, 101, 102, 103, 104, 105, 108, 110, 111, 112, 114, 120, 121, 126, 127, 130, 131)
)


def is_deterministic(
    expression: nodes.Node, table: Table | None, known: Callable[[str], bool] = lambda name: False
) -> bool:
    """Whether the expression always gives the same value for the same columns.

    :param table: the table of the expression's columns; None inside a function, which has variables.
    :param known: whether the user-defined function of a name is deterministic.
    """
    return not any(_varies(node, table, known) for node in below(expression))


def _varies(node: nodes.Node, table: Table | None, known: Callable[[str], bool]) -> bool:
    if isinstance(node, (nodes.Variable, nodes.AtTimeZone)):
        return table is not None or isinstance(node, nodes.AtTimeZone) or node.name.startswith("@@")
    if isinstance(node, nodes.FunctionCall):
        name = node.name.casefold()
        if "." in name:
            return not known(node.name)
        if name == "rand" and node.arguments:
            return False
        if name == "datepart" and isinstance(node.arguments[0], nodes.ColumnRef):
            return node.arguments[0].parts[-1].casefold() in _DATEFIRST_PARTS
        return name in _FUNCTIONS
    if isinstance(node, nodes.Cast):
        return node.function in ("PARSE", "TRY_PARSE") or _date_text(node, table)
    return False


def _date_text(node: nodes.Cast, table: Table | None) -> bool:
    """Whether a conversion between text and datetime depends on the session's language or style."""
    target = node.type.name.casefold()
    style = node.style.text if isinstance(node.style, nodes.Literal) else None
    if style is not None and style.isdigit() and int(style) in _DETERMINISTIC_STYLES:
        return False
    if table is None:
        return style is None and any(word in target for word in ("date", "time"))
    column = table.column(node.operand.parts[-1]) if isinstance(node.operand, nodes.ColumnRef) else None
    if column is None:
        return isinstance(node.operand, nodes.Literal) and "string" in node.operand.kind and target in (
            *_OLD_DATES, "date", "time", "datetime2", "datetimeoffset"
        )  # fmt: skip
    if column.type.name in _OLD_DATES:
        return "char" in target
    return column.type.is_character and target in (*_OLD_DATES, "date", "time", "datetime2", "datetimeoffset")
