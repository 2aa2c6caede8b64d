"""How long a text may become: beyond 4,000 characters nvarchar is cut without an error, unless it is nvarchar(max).

https://learn.microsoft.com/sql/t-sql/functions/concat-transact-sql
https://learn.microsoft.com/sql/t-sql/functions/replace-transact-sql
https://learn.microsoft.com/sql/t-sql/language-elements/string-concatenation-transact-sql
"""

from typing import Any, Optional, Sequence

from django.db.models import Case, CharField, Field, TextField, Value
from django.db.models.expressions import Col, CombinedExpression
from django.db.models.functions import (
    Cast,
    Coalesce,
    Collate,
    Concat,
    Left,
    Lower,
    LTrim,
    Reverse,
    Right,
    RTrim,
    Trim,
    Upper,
)
from django.db.models.functions.text import ConcatPair
from django.db.models.sql.query import Query

from ..compat.orm import known_field, referred
from ..data_types import MAX_NVARCHAR
from ..plugin.django_types import Compiler, Connection, Expression
from ..plugin.types import Translation
from .float_text import FloatText

#: What values of other types need as text; CONCAT converts them.
_NUMBER = 50
_SAME_LENGTH = (Collate, Lower, LTrim, Reverse, RTrim, Trim, Upper)


def is_text(node: Any) -> bool:
    """Whether the expression is known to be text; Django has no type for a sum of texts."""
    if _is_sum(node):
        return is_text(node.lhs) or is_text(node.rhs)
    return isinstance(known_field(node), (CharField, TextField))


def longest(node: Any) -> Optional[int]:
    """The most UTF-16 units of the text that `node` becomes; None where that is not known, or (max)."""
    if isinstance(node, Value):
        value = node.value
        return len(value.encode("utf-16-le", "surrogatepass")) // 2 if isinstance(value, str) else _NUMBER
    if isinstance(node, (Concat, ConcatPair, Coalesce)) or _is_sum(node):
        return _together([longest(source) for source in node.get_source_expressions()])
    if isinstance(node, Case):
        results = [*(when.result for when in node.cases), node.default]
        # NULL has no length.
        return _greatest([longest(each) for each in results if getattr(each, "value", each) is not None])
    if isinstance(node, _SAME_LENGTH):
        return longest(node.get_source_expressions()[0])
    if isinstance(node, (Left, Right)):
        length = getattr(node.get_source_expressions()[-1], "value", None)
        # Under collations with supplementary characters two units are one.
        return length * 2 if isinstance(length, int) else None
    if isinstance(node, FloatText):
        return _NUMBER
    if isinstance(node, (Cast, Col)):
        return _of_field(node.output_field)
    return None


def may_be_longer(field: Any, size: int) -> bool:
    """Whether a GeneratedField's text may have more than `size` UTF-16 units."""
    node = field.expression.resolve_expression(Query(field.model, alias_cols=False))
    length = longest(node)
    return is_text(node) and (length is None or length > size)


def _of_field(field: Any) -> Optional[int]:
    field = referred(field)
    if isinstance(field, TextField) or not isinstance(field, Field):
        return None
    return field.max_length if isinstance(field, CharField) else _NUMBER


def _together(lengths: Sequence[Optional[int]]) -> Optional[int]:
    known = [length for length in lengths if length is not None]
    return sum(known) if len(known) == len(lengths) else None


def _greatest(lengths: Sequence[Optional[int]]) -> Optional[int]:
    known = [length for length in lengths if length is not None]
    return max(known) if known and len(known) == len(lengths) else None


def _is_sum(node: Any) -> bool:
    return isinstance(node, CombinedExpression) and node.connector == node.ADD


def widened(sql: str) -> str:
    """The text as nvarchar(max), so that the result has no maximum length."""
    return "CAST(%s AS nvarchar(max))" % sql


def compile_concat_pair(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """CONCAT ends at 4,000 characters, unless an argument is of a (max) type."""
    total = longest(node)
    if total is not None and total <= MAX_NVARCHAR:
        return node.as_sql(compiler, connection)
    (first, first_params), (second, second_params) = [compiler.compile(part) for part in node.get_source_expressions()]
    return "CONCAT(%s, %s)" % (widened(first), second), [*first_params, *second_params]


def compile_sum(node: Expression, compiler: Compiler, connection: Connection) -> Translation:
    """`+` of texts ends at 4,000 characters, unless one is of a (max) type; NotImplemented for other sums."""
    if not (is_text(node.lhs) or is_text(node.rhs)):
        return NotImplemented
    total = longest(node)
    if total is not None and total <= MAX_NVARCHAR:
        return NotImplemented
    lhs, lhs_params = compiler.compile(node.lhs)
    rhs, rhs_params = compiler.compile(node.rhs)
    return "(%s + %s)" % (widened(lhs), rhs), [*lhs_params, *rhs_params]


def compile_replace(node: Expression, compiler: Compiler, connection: Connection, collation: str) -> Translation:
    """
    REPLACE ends at 8,000 bytes, unless its first argument is of a (max) type.

    :param collation: by which the text is searched: the default ignores case.
    """
    text, old, new = node.get_source_expressions()
    (sql, params), (old_sql, old_params), (new_sql, new_params) = [compiler.compile(part) for part in (text, old, new)]
    length, replacement = longest(text), longest(new)
    if length is None or replacement is None or length * max(replacement, 1) > MAX_NVARCHAR:
        sql = widened(sql)
    sql = "(REPLACE(%s COLLATE %s, %s, %s) COLLATE DATABASE_DEFAULT)" % (sql, collation, old_sql, new_sql)
    return sql, [*params, *old_params, *new_params]
