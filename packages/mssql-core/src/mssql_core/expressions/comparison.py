"""Comparison and conversion."""

import re
from typing import Any, List

from django.db.models import CharField, TextField, Value
from django.db.models.functions import Cast, Coalesce, Collate, Greatest, Least

from mssql_core.expressions.float_text import with_text
from mssql_core.plugin.types import Capability

from ..plugin.django_types import Compiler, Connection, Expression
from ..plugin.types import CompileFunction, Translation

_COLLATION = re.compile(r"^\w+$")


def compile_collate(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """
    COLLATE takes a plain word.

    :raises ValueError: the name is none, so that nothing else can come with it.
    """
    if not _COLLATION.match(node.collation):
        raise ValueError("Invalid collation name: %r." % node.collation)
    return node.as_sql(compiler, connection, collation=node.collation, **extra)


def _extreme(function: str) -> CompileFunction:
    def compile_extreme(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
        """NULLs are skipped, by GREATEST and LEAST (2022) as by an aggregate over VALUES."""
        if connection.server.has(Capability.GREATEST_LEAST):
            return NotImplemented
        rows: List[str] = []
        params: List[Any] = []
        for expression in node.get_source_expressions():
            sql, expression_params = compiler.compile(expression)
            rows.append("(%s)" % sql)
            params.extend(expression_params)
        return "(SELECT %s([__v]) FROM (VALUES %s) AS [__t] ([__v]))" % (function, ", ".join(rows)), params

    return compile_extreme


def compile_coalesce(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """COALESCE of nothing but NULL needs a type (error 4127)."""
    sources = node.get_source_expressions()
    if not all(isinstance(source, Value) and source.value is None for source in sources) or any(
        source._output_field_or_none is not None for source in sources
    ):
        return NotImplemented
    return compiler.compile(Value(None, output_field=node.output_field))


def compile_cast(node: Expression, compiler: Compiler, connection: Connection, **extra: Any) -> Translation:
    """A float becomes the text that Python prints of it."""
    changed = with_text(node) if isinstance(node.output_field, (CharField, TextField)) else node
    return NotImplemented if changed is node else changed.as_sql(compiler, connection, **extra)


COMPILERS = {
    Cast: compile_cast,
    Coalesce: compile_coalesce,
    Collate: compile_collate,
    Greatest: _extreme("MAX"),
    Least: _extreme("MIN"),
}
