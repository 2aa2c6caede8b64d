"""Scalar expressions."""

import math
from dataclasses import replace
from decimal import Decimal
from typing import Callable, Iterable

from ..errors import NotSupported, SqlServerError
from ..sqltypes import INT, MAX, MONEY, NULL_TYPE, SqlType, decimal, nvarchar, varbinary, varchar
from ..syntax import nodes
from ..types import collation as collations
from ..types.arithmetic import BITWISE, binary_sql, check_bitwise
from ..types.code_pages import length_of, recoded
from ..types.pairs import label
from ..types.typenames import engine_cast
from . import builtins, functions
from .bound import EXPLICIT, LITERAL, Bound, Scope, quote
from .builtins.session import GLOBAL_VARIABLES, OTHER_VARIABLES, SESSION_FUNCTIONS
from .constants import UNKNOWN, condition_of, folded_integer, truth
from .operands import beside, convert, recollated, same_collation, stronger, unified
from .translation import Translation

_MAX_INT = 2147483647
_LONGEST_INT = 11  # digits; a longer literal is decimal, whatever its value
# Integers beyond int are decimal. https://learn.microsoft.com/sql/t-sql/data-types/int-bigint-smallint-and-tinyint-transact-sql


class Expressions:
    """Values.

    :param t: translates conditions and queries in them.
    """

    def __init__(self, t: Translation) -> None:
        self.t = t
        self.context = t.context
        self.names = t.names

    def expression(self, node: nodes.Node, scope: Scope) -> Bound:
        """:raises SqlServerError: SQL Server's binding error."""
        if scope.groups is not None and not scope.in_aggregate:
            group = self.names.group_match(node, scope)
            if group is not None:
                return group
        handler = _HANDLERS.get(type(node))
        if handler is None:
            if isinstance(node, nodes.Predicate):
                raise SqlServerError(102, near=")", line=node.line)
            raise NotSupported(type(node).__name__, node.line)
        try:
            return handler(self, node, scope)
        except SqlServerError as error:
            error.line = error.line or node.line
            raise

    def expressions(self, items: Iterable[nodes.Node], scope: Scope) -> list[Bound]:
        return [self.expression(item, scope) for item in items]

    # ---- literals and names

    def _literal(self, node: nodes.Literal, scope: Scope) -> Bound:
        kind, text = node.kind, node.text
        if kind == "int":
            return _integer(text)
        if kind == "string":
            width = length_of(text, self.context.collation)
            type_ = varchar(max(width, 1) if width <= 8000 else MAX, self.context.collation)
            sql = f"{quote(text)}::text"
            return Bound(sql if text.isascii() else recoded(sql, type_), type_, False, LITERAL, text, True)
        if kind == "nstring":
            units = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
            type_ = nvarchar(max(units, 1) if units <= 4000 else MAX, self.context.collation)
            return Bound(f"{quote(text)}::text", type_, False, LITERAL, text, True)
        if kind == "null":
            return Bound("NULL", NULL_TYPE, True, LITERAL, None, True)
        if kind == "decimal":
            return _decimal_literal(text)
        if kind == "float":
            digits = text if text[-1].isdigit() else text + "0"
            if math.isinf(float(digits)):
                raise SqlServerError(168, text=text)
            return Bound(
                f"{float(digits)!r}::float8",
                SqlType("float"),
                False,
                constant=float(digits),
                is_constant=True,
            )
        if kind == "money":
            return Bound(f"{text[1:]}::numeric(19,4)", MONEY, False, constant=text[1:], is_constant=True)
        if kind == "binary":
            digits = text if len(text) % 2 == 0 else "0" + text
            length = len(digits) // 2
            return Bound(
                f"'\\x{digits}'::bytea", varbinary(max(length, 1) if length <= 8000 else MAX), False,
                constant=bytes.fromhex(digits), is_constant=True,
            )  # fmt: skip
        raise NotSupported(f"{kind} literal")

    def _variable(self, node: nodes.Variable, scope: Scope) -> Bound:
        """:raises SqlServerError: 137 for an undeclared variable."""
        name = node.name
        if name in self.t.setting.frame:
            return self.t.setting.frame[name]
        if name == "@@dbts":
            return Bound("ms.dbts()", varbinary(8), False)
        type_ = self.context.variables.get(name) or GLOBAL_VARIABLES.get(name)
        if name in OTHER_VARIABLES and type_ is None:
            raise NotSupported(name.upper())
        if type_ is None:
            raise SqlServerError(137, name=name)
        return Bound(self.t.statement.parameter(name, type_), type_, coercibility=LITERAL)

    def _column(self, node: nodes.ColumnRef, scope: Scope) -> Bound:
        if node.parts[-1].casefold() == "$action":
            return self._merge_action(node)
        bound, owner = self.names.column(node, scope)
        if owner is not scope:
            bound.columns = False
            if owner.groups is not None and not owner.in_aggregate:
                group = self.names.group_match(node, owner)
                if group is None:
                    raise self.names.ungrouped(node, owner)
                return replace(group, columns=False)
            return bound
        if scope.groups is not None and not scope.in_aggregate:
            if not (scope.grouped and scope.unreached):
                raise self.names.ungrouped(node, scope)
            bound.sql = f"NULL::{engine_cast(bound.type)}"
        return bound

    def _merge_action(self, node: nodes.ColumnRef) -> Bound:
        if self.t.setting.merging:
            return Bound("merge_action()", nvarchar(10), False)
        raise SqlServerError(207, name=node.parts[-1])

    # ---- operators

    def _unary(self, node: nodes.Unary, scope: Scope) -> Bound:
        operand = self.expression(node.operand, scope)
        if node.operator == "~":
            if not operand.type.is_integer:
                raise SqlServerError(8117, type=label(operand.type), operator="'~'")
            if operand.type.name == "bit":
                return replace(operand, sql=f"(1 - {operand.sql})::smallint", is_constant=False)
            if operand.type.name == "tinyint":
                return replace(operand, sql=f"(255 - {operand.sql})::smallint", is_constant=False)
            return replace(operand, sql=f"(~ {operand.sql})", is_constant=False)
        if node.operator == "+":
            return operand
        if isinstance(node.operand, nodes.Literal) and node.operand.kind == "int":
            return _negative(node.operand.text)
        if operand.type.is_character or operand.type.is_temporal or operand.type.name in ("bit", "uniqueidentifier"):
            raise SqlServerError(8117, type=label(operand.type), operator="minus")
        if operand.type.name == "tinyint":
            return Bound(f"(- {operand.sql})::smallint", SqlType("smallint"), operand.nullable, columns=operand.columns)
        constant = -operand.constant if isinstance(operand.constant, int) else operand.constant
        return replace(operand, sql=f"(- {operand.sql})", constant=constant)

    def _binary(self, node: nodes.Binary, scope: Scope) -> Bound:
        # Chains of + are left-deep; a loop avoids deep recursion.
        chain = [node]
        while isinstance(chain[-1].left, nodes.Binary) and not self._is_group(chain[-1].left, scope):
            chain.append(chain[-1].left)
        left = self.expression(chain[-1].left, scope)
        for step in reversed(chain):
            right = self.expression(step.right, scope)
            left = self._combine(step.operator, left, right)
        return left

    def _is_group(self, node: nodes.Node, scope: Scope) -> bool:
        return scope.groups is not None and not scope.in_aggregate and self.names.group_match(node, scope) is not None

    def _combine(self, operator: str, left: Bound, right: Bound) -> Bound:
        if operator == "||" and not self.context.version.allows("concat_operator"):
            raise SqlServerError(102, near="|")
        if operator in ("<<", ">>") and not self.context.version.allows("shift_operators"):
            raise SqlServerError(102, near=operator[0])
        if left.type.is_character and right.type.is_character:
            left, right = same_collation([left, right], "add")
        if operator in BITWISE:
            check_bitwise(operator, left.type, right.type)
        sql, type_ = binary_sql(operator, left.sql, beside(left, right), right.sql, beside(right, left))
        if type_.is_character:
            type_ = replace(type_, collation=stronger(left, right).type.collation)
        return Bound(
            sql, type_, left.nullable or right.nullable, max(left.coercibility, right.coercibility),
            columns=left.columns or right.columns,
        )  # fmt: skip

    def _collate(self, node: nodes.Collate, scope: Scope) -> Bound:
        operand = self.expression(node.operand, scope)
        name = node.collation
        if name.casefold() == "database_default":
            name = self.context.collation
        if not collations.is_known(name, self.context.version.major):
            raise SqlServerError(448, name=name)
        if operand.is_null:
            operand = Bound("NULL::text", nvarchar(1), True)
        if not operand.type.is_character:
            raise SqlServerError(447, type=label(operand.type), state=0)
        return replace(recollated(operand, name, EXPLICIT), is_constant=False)

    def _at_time_zone(self, node: nodes.AtTimeZone, scope: Scope) -> Bound:
        operand = self.expression(node.operand, scope)
        zone = self.expression(node.zone, scope)
        if not zone.type.is_character:
            raise SqlServerError(8116, type=label(zone.type), position=2, name="AT TIME ZONE")
        if operand.type.name not in ("datetime", "smalldatetime", "datetime2", "datetimeoffset"):
            raise SqlServerError(8116, type=label(operand.type), position=1, name="AT TIME ZONE")
        # datetime and smalldatetime have three digits there.
        scale = operand.type.scale if operand.type.scale is not None else 3
        result = SqlType("datetimeoffset", scale=scale)
        function = "ms.move_zone" if operand.type.name == "datetimeoffset" else "ms.attach_zone"
        return Bound(f"{function}({operand.sql}, {zone.sql})", result, True, columns=operand.columns or zone.columns)

    # ---- CASE, CAST

    def _case(self, node: nodes.Case, scope: Scope) -> Bound:
        conditions, results, outside = [], [], scope.unreached
        for when in node.whens:
            condition = condition_of(node, when)
            conditions.append(self.t.predicate(condition, scope))
            reached = truth(condition)
            never = reached in (False, UNKNOWN)
            scope.unreached += never
            results.append(self.expression(when.result, scope))
            scope.unreached += (reached is True) - never
        default = self.expression(node.default, scope) if node.default is not None else None
        scope.unreached = outside
        branches = results + ([default] if default is not None else [])
        if all(branch.is_null for branch in branches):
            raise SqlServerError(8133)
        type_, converted, coercibility = unified(branches, "CASE")
        pairs = " ".join(f"WHEN {c} THEN {r}" for c, r in zip(conditions, converted))
        tail = f" ELSE {converted[-1]}" if default is not None else ""
        nullable = default is None or any(branch.nullable for branch in branches)
        return Bound(
            f"(CASE {pairs}{tail} END)", type_, nullable, coercibility, columns=any(b.columns for b in branches)
        )

    def _cast(self, node: nodes.Cast, scope: Scope) -> Bound:
        if node.function in ("PARSE", "TRY_PARSE"):
            raise NotSupported(node.function)
        operand = self.expression(node.operand, scope)
        target = self.context.type_of(node.type)
        style = None
        if node.style is not None:
            style = folded_integer(node.style)
            if self.expression(node.style, scope).is_null:  # gives NULL
                operand = Bound(f"NULL::{engine_cast(operand.type)}", operand.type)
            elif style is None or abs(style) >= 2**31:
                raise NotSupported("CONVERT with a style that is not a constant of the type int")
        if target.is_character:
            source_collation = operand.type.collation if operand.type.is_character else None
            target = replace(target, collation=source_collation or self.context.collation)
        sql = convert(operand, target, True, style=style, try_=node.function.startswith("TRY_"))
        nullable = operand.nullable or node.function.startswith("TRY_")
        coercibility = operand.coercibility if operand.type.is_character else LITERAL
        return Bound(sql, target, nullable, coercibility, columns=operand.columns)

    # ---- calls

    def _call(self, node: nodes.FunctionCall, scope: Scope) -> Bound:
        name = node.name.casefold()
        if name in SESSION_FUNCTIONS and not node.arguments:
            type_ = SESSION_FUNCTIONS[name]
            return Bound(self.t.statement.parameter(name, type_), type_)
        spec = builtins.lookup(name, self.context.version)
        if spec is None:
            if "." in name:
                self._refuse_method(node, scope)
                called = functions.call(self.t, node, scope)
                if called is not None:
                    return called
                raise SqlServerError(4121, column=node.name.split(".")[0], name=node.name)
            raise builtins.unknown(node)
        return spec.bind(self.t, node, scope)

    def _refuse_method(self, node: nodes.FunctionCall, scope: Scope) -> None:
        """Refuse methods of a column's type, and partition functions of ``$PARTITION``."""
        parts = tuple(node.name.split(".")[:-1])
        if parts[0].casefold() == "$partition":
            raise NotSupported("$PARTITION")
        level: Scope | None = scope
        while level is not None:
            if self.names.here(nodes.ColumnRef(parts), level) is not None:
                raise NotSupported(f"the method {node.name.split('.')[-1]} of a column")
            level = level.parent

    def _subquery(self, node: nodes.ScalarSubquery, scope: Scope) -> Bound:
        if scope.in_aggregate:
            raise SqlServerError(130)
        relation = self.t.relation(node.query, scope)
        if len(relation.outputs) != 1:
            raise SqlServerError(116)
        output = relation.outputs[0]
        return Bound(f"({relation.sql})", output.type, True, output.coercibility, columns=False)

    def _star(self, node: nodes.Star, scope: Scope) -> Bound:
        raise NotSupported("a star as the argument of this function")

    def _default(self, node: nodes.DefaultValue, scope: Scope) -> Bound:
        raise SqlServerError(156, near="DEFAULT")


def _integer(text: str) -> Bound:
    value = int(text)
    if value <= _MAX_INT and len(text) <= _LONGEST_INT:
        return Bound(f"{value}::integer" if value > 32767 else f"{value}", INT, False, constant=value, is_constant=True)
    digits = len(str(value))
    if digits > 38:
        raise SqlServerError(1007, text=text)
    return Bound(f"{value}::numeric", decimal(digits, 0), False, constant=value, is_constant=True)


def _negative(text: str) -> Bound:
    value = int(text)
    if value <= _MAX_INT + 1 and len(text) <= _LONGEST_INT:
        return Bound(f"(-{value})", INT, False, constant=-value, is_constant=True)
    return Bound(f"(-{value})::numeric", decimal(len(str(value)), 0), False, constant=-value, is_constant=True)


def _decimal_literal(text: str) -> Bound:
    whole, _, fraction = text.partition(".")
    whole = whole.lstrip("0")
    precision = max(len(whole) + len(fraction), 1)
    if precision > 38:
        raise SqlServerError(1007, text=text)
    literal = f"{whole or '0'}.{fraction}" if fraction else whole or "0"
    return Bound(
        f"{literal}::numeric", decimal(precision, len(fraction)), False, constant=Decimal(literal), is_constant=True
    )


_HANDLERS: dict[type, Callable[..., Bound]] = {
    nodes.Literal: Expressions._literal,
    nodes.Variable: Expressions._variable,
    nodes.ColumnRef: Expressions._column,
    nodes.Unary: Expressions._unary,
    nodes.Binary: Expressions._binary,
    nodes.Collate: Expressions._collate,
    nodes.AtTimeZone: Expressions._at_time_zone,
    nodes.Case: Expressions._case,
    nodes.Cast: Expressions._cast,
    nodes.FunctionCall: Expressions._call,
    nodes.ScalarSubquery: Expressions._subquery,
    nodes.Star: Expressions._star,
    nodes.DefaultValue: Expressions._default,
}
