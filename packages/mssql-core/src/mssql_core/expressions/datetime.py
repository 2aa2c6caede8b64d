"""Dates and times; parts and truncation are operations (operations/dates.py)."""

from django.db.models.functions import Now


def compile_now(node, compiler, connection, **extra):
    """The moment in the type of DateTimeField, in microseconds."""
    return node.as_sql(compiler, connection, template=connection.ops.now_sql(), **extra)


COMPILERS = {Now: compile_now}
