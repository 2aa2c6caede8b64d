"""Names and forms of Django's ORM that changed, each in the form of the newest Django."""

import itertools
from copy import copy
from typing import Any, Callable, Dict, List, Optional, Tuple, TypeVar

import django
from django.core.exceptions import FieldError
from django.db import models
from django.db.models import DateField, DateTimeField, DurationField, TimeField, expressions

from ..plugin.django_types import Compiler, Connection, Expression, Field, Query
from ..plugin.types import Compiled

_Original = TypeVar("_Original")

# Columns that the database computes are fields since Django 5.0.
HAS_GENERATED_FIELD = hasattr(models, "GeneratedField")

# Compiled parameters are tuples since Django 6.0, lists before.
PARAMS = tuple if django.VERSION >= (6, 0) else list
#: Whether Django compiles the branches of a set operation with names for their columns.
NAMES_BRANCHES = django.VERSION >= (4, 2)
#: Whether Value(None, JSONField()), assigned to a JSONField, is the JSON null; before, it is NULL.
STORES_JSON_NULL = django.VERSION >= (4, 2)

try:
    from django.db.models.expressions import DatabaseDefault as DatabaseDefault
except ImportError:

    class DatabaseDefault(expressions.Expression):  # type: ignore[no-redef]
        """Placeholder: this Django has no db_default."""


try:
    from django.core.exceptions import FullResultSet as FullResultSet
except ImportError:  # Before 4.2 a condition that is always true compiles to ''.

    class FullResultSet(Exception):  # type: ignore[no-redef]
        """Placeholder: this Django never raises it."""


try:
    from django.db.models.expressions import NegatedExpression as NegatedExpression
except ImportError:

    class NegatedExpression(expressions.ExpressionWrapper):  # type: ignore[no-redef]
        """Placeholder: this Django negates conditions otherwise."""


try:
    from django.db.models.aggregates import AggregateFilter as AggregateFilter
except ImportError:

    class AggregateFilter(expressions.Func):  # type: ignore[no-redef]
        """Placeholder: a filter of this Django's aggregates is a condition."""


try:
    from django.db.models.sql.compiler import PositionRef as PositionRef
except ImportError:

    class PositionRef(expressions.Ref):  # type: ignore[no-redef]
        """Placeholder: this Django sorts by no positions."""


try:
    from django.db.models.expressions import ColPairs as ColPairs
except ImportError:

    class ColPairs(expressions.Expression):  # type: ignore[no-redef]
        """Placeholder: this Django has no CompositePrimaryKey."""


try:
    from django.db.models.functions import JSONArray as JSONArray
except ImportError:

    class JSONArray(expressions.Func):  # type: ignore[no-redef]
        """Placeholder: this Django has no JSONArray."""


def filter_condition(aggregate: Expression) -> Expression:
    """The condition of an aggregate's filter."""
    condition: Expression = aggregate.filter
    return condition.condition if isinstance(condition, AggregateFilter) else condition


def copied(node: Expression) -> Expression:
    """A copy of an expression, or of a lookup, which is none before Django 4.0."""
    return node.copy() if hasattr(node, "copy") else copy(node)


def shallow_copy(original: _Original) -> _Original:
    """A copy of a compiler, a query or an expression that shares its parts.

    copy.copy() takes ten times as long: for the queries of a union, a tenth of its compilation.
    """
    duplicate = object.__new__(type(original))
    duplicate.__dict__.update(original.__dict__)
    return duplicate


def referred(field: Any) -> Any:
    """The field that a foreign key refers to, over others; any other field itself."""
    while getattr(field, "target_field", None) is not None:
        field = field.target_field
    return field


def is_computed(field: Field) -> bool:
    """Whether the server computes the field's column, as it does a GeneratedField's (Django 5.0 on)."""
    return getattr(field, "generated", False)


def known_field(node: Expression) -> Optional[Field]:
    """The field of an expression's value, or None where nothing says what its mixed types make."""
    if type(node) is expressions.Col:
        # Most are, and have theirs: 0.1 microseconds where the property below takes 0.7.
        field: Field = node.output_field
        return field
    try:
        # A subquery that selects a foreign key has that one.
        known: Optional[Field] = referred(getattr(node, "_output_field_or_none", None))
    except FieldError:
        return None
    return known


def output_field(node: Expression) -> Optional[Field]:
    """The field of an expression's value, or None; before Django 4.1 a moment plus a duration has none."""
    try:
        return getattr(node, "_output_field_or_none", None)
    except FieldError:
        fields = [output_field(source) for source in node.get_source_expressions()]
        moments: List[Field] = [field for field in fields if isinstance(field, (DateField, TimeField))]
        if len(moments) != 1 or len(fields) != 2 or not any(isinstance(field, DurationField) for field in fields):
            raise
        # As newer Django has it: with a time, a date is a moment.
        moment: Field = moments[0] if isinstance(moments[0], TimeField) else DateTimeField()
        return moment


def optional(module: Any, *names: str) -> List[type]:
    """The classes among `names` that this Django's `module` has."""
    return [getattr(module, name) for name in names if hasattr(module, name)]


def join_condition(join: Any, compiler: Compiler, connection: Connection) -> Compiled:
    """The ON condition of a join: (sql, params)."""
    quote = compiler.quote_name
    parts = [
        "%s.%s = %s.%s" % (quote(join.parent_alias), quote(left), quote(join.table_alias), quote(right))
        for left, right in join.join_cols
    ]
    params: List[Any] = []
    for condition in (_extra_restriction(join, compiler), join.filtered_relation):
        if condition is None:
            continue
        try:
            sql, condition_params = compiler.compile(condition)
        except FullResultSet:
            continue
        parts.append("(%s)" % sql)
        params.extend(condition_params)
    return " AND ".join(parts), params


def _extra_restriction(join: Any, compiler: Compiler) -> Optional[Expression]:
    arguments: Tuple[Any, ...] = (join.table_alias, join.parent_alias)
    if django.VERSION < (4, 0):
        arguments = (compiler.query.where_class, *arguments)
    restriction: Optional[Expression] = join.join_field.get_extra_restriction(*arguments)
    return restriction


def selectable(condition: Any) -> Any:
    """A condition as GROUP BY takes it: before Django 4.0 a lookup is no expression."""
    if hasattr(condition, "select_format"):
        return condition
    return expressions.ExpressionWrapper(condition, models.BooleanField())


def tuple_lookups(*names: str) -> List[type]:
    """The lookups of tuples among `names`: public since Django 5.2."""
    try:
        from django.db.models.fields import tuple_lookups as module
    except ImportError:
        return []
    return optional(module, *names)


def default_expression(field: Field) -> Expression:
    """The expression of a field's db_default."""
    expression: Optional[Expression] = getattr(field, "_db_default_expression", None)
    if expression is None:
        expression = field.db_default
    return expression


def on_conflict(query: Query) -> Optional[str]:
    """'ignore', 'update' or None."""
    if hasattr(query, "on_conflict"):
        return None if query.on_conflict is None else query.on_conflict.value
    return "ignore" if query.ignore_conflicts else None


def placeholder_getter(field: Field) -> Optional[Callable[..., Any]]:
    """What SQLInsertCompiler.field_as_sql expects of a field with a placeholder of its own."""
    name = "get_placeholder_sql" if django.VERSION >= (6, 1) else "get_placeholder"
    return getattr(field, name, None)


def placeholder_sql(field: Field, value: Any, compiler: Compiler, connection: Connection) -> Compiled:
    """``get_placeholder_sql`` of a field class that has ``get_placeholder``: Django asks for it since version 6.1."""
    placeholder: str = field.get_placeholder(value, compiler, connection)
    if hasattr(value, "as_sql"):
        sql, params = compiler.compile(value)
        return placeholder % sql, params
    return placeholder, (value,)


def window_order(sql: str) -> str:
    """The order of a window as Window.order_by compiles it: with its keyword since Django 4.1."""
    return "ORDER BY %s" % sql if django.VERSION >= (4, 1) else sql


def _setup_query(compiler: Compiler, with_col_aliases: bool) -> None:
    compiler.setup_query(with_col_aliases)


def _setup_query_with_names(compiler: Compiler, with_col_aliases: bool) -> None:
    compiler.setup_query()
    if with_col_aliases:
        unnamed = itertools.count(1)
        compiler.select = [
            (expression, compiled, "col%d" % next(unnamed) if alias is None else alias)
            for expression, compiled, alias in compiler.select
        ]


def _split_where(compiler: Compiler) -> None:
    query = compiler.query
    parts = query.where.split_having_qualify(must_group_by=query.group_by is not None)
    compiler.where, compiler.having, compiler.qualify = parts


def _split_where_without_windows(compiler: Compiler) -> None:
    compiler.where, compiler.having = compiler.query.where.split_having()


#: SQLCompiler.setup_query(), which names columns that have no name itself since Django 4.2.
setup_query = _setup_query if django.VERSION >= (4, 2) else _setup_query_with_names
#: Sets the conditions of WHERE and HAVING, and those on windows, which Django filters by since 4.2.
split_where = _split_where if django.VERSION >= (4, 2) else _split_where_without_windows


def explain_arguments(query: Query) -> Tuple[Optional[str], Dict[str, Any]]:
    """The format and the options that QuerySet.explain() was called with."""
    if django.VERSION < (4, 0):
        return query.explain_format, query.explain_options
    return (query.explain_info.format, query.explain_info.options) if query.explain_info else (None, {})


def column_names(compiler: Compiler) -> List[Optional[str]]:
    """The names of the columns that a compiler selected ``with_col_aliases``."""
    return [alias for _, _, alias in compiler.select]
