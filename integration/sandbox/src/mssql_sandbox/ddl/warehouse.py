"""Parts of CREATE TABLE that a Fabric warehouse refuses although its grammar has them.

https://learn.microsoft.com/fabric/data-warehouse/data-types
https://learn.microsoft.com/fabric/data-warehouse/table-constraints
"""

from ..errors import NotSupported
from ..syntax import nodes

TYPES = frozenset(
    "bit smallint int bigint decimal numeric float real date time datetime2 char varchar varbinary "
    "uniqueidentifier".split()
)
_LONGEST_FRACTION = 6


def check(statement: nodes.CreateTable) -> None:
    """:raises NotSupported: a type, key or default that tables of a warehouse cannot have."""
    for column in statement.columns:
        _check_type(column)
        for constraint in column.constraints:
            _refuse(constraint)
        if column.computed is not None:
            raise NotSupported("a computed column in a warehouse", column.line)
    for constraint in statement.constraints:
        _refuse(constraint)


def _check_type(column: nodes.ColumnDefinition) -> None:
    if column.type is None:
        return
    name = column.type.name.casefold()
    if name not in TYPES:
        raise NotSupported(f"a column of the type {name} in a warehouse", column.line)
    if name in ("time", "datetime2"):
        scale = column.type.arguments[0] if column.type.arguments else "7"
        if int(scale) > _LONGEST_FRACTION:
            raise NotSupported(f"{name}({scale}) in a warehouse, whose seconds have six digits", column.line)


def _refuse(constraint: nodes.Constraint) -> None:
    raise NotSupported(
        f"{constraint.kind} in CREATE TABLE of a warehouse; keys are added by ALTER TABLE, NOT ENFORCED",
        constraint.line,
    )
