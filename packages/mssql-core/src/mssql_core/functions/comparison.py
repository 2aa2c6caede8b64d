"""Cast, Coalesce, Collate, Greatest, Least, NullIf."""

from django.db.models.functions import Cast, Collate, Greatest, Least

from ..expressions import as_value
from ..server import Capability


def compile_cast(node, compiler, connection, **extra):
    source = node.get_source_expressions()[0]
    sql, params = compiler.compile(as_value(source))
    kind = node.output_field.cast_db_type(connection)
    if kind.endswith(" IDENTITY (1, 1)"):
        kind = kind.split(" ")[0]
    return "CAST(%s AS %s)" % (sql, kind), params


def compile_collate(node, compiler, connection, **extra):
    """A collation's name stands without brackets; Collate has checked its characters."""
    sql, params = compiler.compile(node.get_source_expressions()[0])
    return "%s COLLATE %s" % (sql, node.collation), params


def _extreme(function, aggregate):
    def compile_extreme(node, compiler, connection, **extra):
        parts = [compiler.compile(as_value(source)) for source in node.get_source_expressions()]
        params = [value for _, values in parts for value in values]
        if connection.server.has(Capability.GREATEST_LEAST):
            return "%s(%s)" % (function, ", ".join(sql for sql, _ in parts)), params
        rows = ", ".join("(%s)" % sql for sql, _ in parts)
        return "(SELECT %s([v]) FROM (VALUES %s) AS [values] ([v]))" % (aggregate, rows), params

    return compile_extreme


COMPILERS = {
    Cast: compile_cast,
    Collate: compile_collate,
    Greatest: _extreme("GREATEST", "MAX"),
    Least: _extreme("LEAST", "MIN"),
}
