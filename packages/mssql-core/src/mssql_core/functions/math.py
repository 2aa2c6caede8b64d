"""Mathematical functions; integer arguments become float where the server would stay with integers."""

from django.db.models.functions import ATan2, Ceil, Degrees, Ln, Log, Mod, Power, Radians, Random, Round


def _arguments(node, compiler):
    parts = [compiler.compile(source) for source in node.get_source_expressions()]
    return [sql for sql, _ in parts], [value for _, values in parts for value in values]


def _template(text):
    def compile_template(node, compiler, connection, **extra):
        sql, params = _arguments(node, compiler)
        return text.format(*sql), params

    return compile_template


def compile_log(node, compiler, connection, **extra):
    """LOG(value, base); Django gives the base first."""
    (base, base_params), (value, value_params) = (compiler.compile(s) for s in node.get_source_expressions())
    return "LOG(CAST(%s AS float), %s)" % (value, base), [*value_params, *base_params]


def compile_mod(node, compiler, connection, **extra):
    """The dividend's sign, as % has it; % refuses float (error 8117)."""
    left, right = node.get_source_expressions()
    (a, a_params), (b, b_params) = compiler.compile(left), compiler.compile(right)
    kinds = {_kind(side) for side in (left, right)}
    if "FloatField" in kinds:
        sql = "(%s - %s * ROUND(CAST(%s AS float) / %s, 0, 1))" % (a, b, a, b)
        return sql, [*a_params, *b_params, *a_params, *b_params]
    return "(%s %%%% %s)" % (a, b), [*a_params, *b_params]


def _kind(side):
    field = getattr(side, "_output_field_or_none", None)
    return field.get_internal_type() if field is not None else None


COMPILERS = {
    ATan2: _template("ATN2({0}, {1})"),
    Ceil: _template("CEILING({0})"),
    Degrees: _template("DEGREES(CAST({0} AS float))"),
    Ln: _template("LOG({0})"),
    Log: compile_log,
    Mod: compile_mod,
    Power: _template("POWER(CAST({0} AS float), {1})"),
    Radians: _template("RADIANS(CAST({0} AS float))"),
    # RAND() is one value for all rows of a statement; seeded by NEWID() it is one a row.
    Random: _template("RAND(CHECKSUM(NEWID()))"),
    Round: _template("ROUND({0}, {1})"),
}
