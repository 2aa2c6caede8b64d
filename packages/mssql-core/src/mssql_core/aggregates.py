"""Aggregate functions."""

from django.db.models import Aggregate, Avg, Count, Max, Min, StdDev, Sum, Variance

from .expressions import as_value, with_values

_INTEGERS = ("int", "bigint", "smallint", "bit")


def _source_type(node, connection):
    """The column type of what is aggregated, without its size."""
    sources = node.get_source_expressions()
    field = getattr(sources[0], "_output_field_or_none", None) if sources else None
    if field is None:
        return ""
    kind = field.rel_db_type(connection) if hasattr(field, "rel_db_type") else None
    return (kind or "").split("(")[0].split(" ")[0].lower()


def _plain(node, compiler, connection, **extra):
    """The aggregate with predicates made values, compiled by Django."""
    return (with_values(node) or node).as_sql(compiler, connection, **extra)


def compile_aggregate(node, compiler, connection, **extra):
    return _plain(node, compiler, connection)


def compile_count(node, compiler, connection, **extra):
    return _plain(node, compiler, connection, function="COUNT_BIG")


def compile_sum(node, compiler, connection, **extra):
    """Sums of int would overflow as int (error 8115)."""
    if _source_type(node, connection) in ("int", "smallint", "bit"):
        return _cast(node, compiler, connection, "bigint")
    return _plain(node, compiler, connection)


def compile_avg(node, compiler, connection, **extra):
    """AVG of integers is an integer on the server."""
    if _source_type(node, connection) in _INTEGERS:
        return _cast(node, compiler, connection, "float")
    return _plain(node, compiler, connection)


def compile_min_max(node, compiler, connection, **extra):
    """MIN and MAX refuse bit (error 8117)."""
    if _source_type(node, connection) == "bit":
        return _cast(node, compiler, connection, "int")
    return _plain(node, compiler, connection)


def _cast(node, compiler, connection, kind):
    from django.db.models import FloatField, IntegerField
    from django.db.models.functions import Cast

    field = FloatField() if kind == "float" else IntegerField()
    field.cast_db_type = lambda connection: kind
    copy = node.copy()
    sources = copy.get_source_expressions()
    copy.set_source_expressions([Cast(as_value(sources[0]), field), *sources[1:]])
    return copy.as_sql(compiler, connection)


def compile_stddev(node, compiler, connection, **extra):
    return _plain(node, compiler, connection, function="STDEVP" if node.function == "STDDEV_POP" else "STDEV")


def compile_variance(node, compiler, connection, **extra):
    return _plain(node, compiler, connection, function="VARP" if node.function == "VAR_POP" else "VAR")


COMPILERS = {
    Aggregate: compile_aggregate,
    Avg: compile_avg,
    Count: compile_count,
    Max: compile_min_max,
    Min: compile_min_max,
    StdDev: compile_stddev,
    Sum: compile_sum,
    Variance: compile_variance,
}

try:
    from django.db.models import AnyValue

    def compile_any_value(node, compiler, connection, **extra):
        """There is no ANY_VALUE; the largest value is one of them."""
        return _plain(node, compiler, connection, function="MAX")

    COMPILERS[AnyValue] = compile_any_value
except ImportError:  # before Django 6.0
    pass

try:
    from django.db.models import StringAgg

    def compile_string_agg(node, compiler, connection, **extra):
        """STRING_AGG with its order in WITHIN GROUP; long results need nvarchar(max) (error 9829)."""
        sources = node.get_source_expressions()
        value, delimiter = sources[0], sources[1]
        condition = getattr(node, "filter", None)
        from django.db.models import Case, TextField, When
        from django.db.models.functions import Cast

        value = Cast(as_value(value), TextField())
        if condition is not None:
            value = Case(When(condition, then=value), output_field=TextField())
        value_sql, params = compiler.compile(value)
        delimiter = getattr(delimiter, "value", delimiter)
        text = getattr(delimiter, "value", delimiter)
        order_sql = ""
        order = getattr(node, "order_by", None)
        params = [*params]
        if order is not None:
            items, order_params = compiler.compile(order)
            order_sql = " WITHIN GROUP (%s)" % items if items.startswith("ORDER BY") else " WITHIN GROUP (ORDER BY %s)" % items
            params += order_params
        from .literals import string_literal

        return "STRING_AGG(%s, %s)%s" % (value_sql, string_literal(str(text)).replace("%", "%%"), order_sql), params

    COMPILERS[StringAgg] = compile_string_agg
except ImportError:  # before Django 6.0
    pass
