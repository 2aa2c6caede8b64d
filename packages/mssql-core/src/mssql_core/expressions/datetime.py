"""Dates and times; parts and truncation are operations (operations/dates.py)."""

from typing import Any

from django.db.models.functions import Now

from ..plugin.django_types import Compiler, Connection, Expression
from ..plugin.types import Translation


def compile_now(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """The moment in the type of DateTimeField, in microseconds."""
    return node.as_sql(compiler, connection, template=connection.ops.now_sql(), **extra)


COMPILERS = {Now: compile_now}
