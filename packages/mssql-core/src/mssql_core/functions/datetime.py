"""Now, and arithmetic of moments and durations."""

from django.db.models.expressions import DurationExpression
from django.db.models.functions import Now


def compile_now(node, compiler, connection, **extra):
    if connection.data_types["DateTimeField"] == "datetimeoffset":
        return "SYSDATETIMEOFFSET()", []
    return "SYSDATETIME()", []


def compile_duration(node, compiler, connection, **extra):
    """moment +- duration; DATEADD takes an int, so days, seconds and microseconds are added apart."""
    kinds = [_kind(side) for side in (node.lhs, node.rhs)]
    if node.connector not in ("+", "-") or kinds.count("DurationField") == 2 or "DurationField" not in kinds:
        return NotImplemented
    duration, moment = (node.lhs, node.rhs) if kinds[0] == "DurationField" else (node.rhs, node.lhs)
    d_sql, d_params = compiler.compile(duration)
    m_sql, m_params = compiler.compile(moment)
    sign = "-" if node.connector == "-" else ""
    kind = _kind(moment)
    target = {"DateTimeField": connection.data_types["DateTimeField"], "TimeField": "time"}.get(kind, "datetime2")
    clock = "CAST(%s%s / 1000000 %%%% 86400 AS int)" % (sign, d_sql)
    parts = [
        "DATEADD(microsecond, CAST(%s%s %%%% 1000000 AS int), " % (sign, d_sql),
        "DATEADD(second, %s, " % clock,
    ]
    params = [*d_params, *d_params]
    if target != "time":
        parts.append("DATEADD(day, CAST(%s%s / 86400000000 AS int), " % (sign, d_sql))
        params += d_params
    return "".join(parts) + "CAST(%s AS %s)" % (m_sql, target) + ")" * len(parts), [*params, *m_params]


def _kind(side):
    field = getattr(side, "_output_field_or_none", None)
    return field.get_internal_type() if field is not None else None


COMPILERS = {DurationExpression: compile_duration, Now: compile_now}
