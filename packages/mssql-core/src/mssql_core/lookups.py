"""Lookups: sets of values, text comparison."""

import datetime
import decimal
import json
import uuid

from django.core.exceptions import EmptyResultSet
from django.db.models.lookups import In, IRegex, Regex

from .server import Capability

# Lists up to this length are parameters; longer ones travel as one JSON parameter.
MAX_PARAMETERS_IN_LIST = 64
_LENGTHS = (1, 2, 4, 8, 16, 32, 64)


def compile_in(node, compiler, connection, **extra):
    """``IN`` over values: few plans for short lists, one parameter for long ones."""
    if not node.rhs_is_direct_value() or getattr(node.lhs, "output_field", None) is None:
        return NotImplemented
    try:
        values = list(node.rhs)
    except TypeError:
        return NotImplemented
    if any(hasattr(value, "resolve_expression") or hasattr(value, "as_sql") for value in values):
        return NotImplemented
    if type(node).process_rhs is not In.process_rhs and type(node).__name__ != "RelatedIn":
        return NotImplemented
    lhs_sql, lhs_params = node.process_lhs(compiler, connection)
    values = _prepared(node, [value for value in dict.fromkeys(_hashable(values)) if value is not None], connection)
    if not values:
        raise EmptyResultSet
    if len(values) > MAX_PARAMETERS_IN_LIST:
        kind = _json_type(node.lhs.output_field, values, connection)
        if kind is not None and connection.server.has(Capability.OPENJSON):
            sql = "%s IN (SELECT [v] FROM OPENJSON(%%s) WITH ([v] %s '$'))" % (lhs_sql, kind)
            return sql, [*lhs_params, json.dumps([_json_value(value) for value in values])]
    length = next((number for number in _LENGTHS if number >= len(values)), len(values))
    values += [values[-1]] * (length - len(values))
    return "%s IN (%s)" % (lhs_sql, ", ".join(["%s"] * length)), [*lhs_params, *values]


def _hashable(values):
    return [value if value.__hash__ is not None else repr(value) for value in values]


def _prepared(node, values, connection):
    field = node.lhs.output_field
    prepare = getattr(field, "get_db_prep_value", None)
    if prepare is None:
        return values
    return [prepare(value, connection, prepared=True) for value in values]


def _json_type(field, values, connection):
    """The type of the JSON list's column, wide enough for every value; None when JSON cannot carry them."""
    kinds = {type(value) for value in values}
    if kinds <= {int}:
        return "bigint" if all(-(2**63) <= value < 2**63 for value in values) else None
    if kinds <= {str}:
        return "nvarchar(max)" if max(map(len, values)) > 4000 else "nvarchar(4000)"
    if kinds <= {uuid.UUID}:
        return "uniqueidentifier"
    if kinds <= {datetime.date}:
        return "date"
    if kinds <= {datetime.datetime}:
        return connection.data_types["DateTimeField"]
    if kinds <= {decimal.Decimal}:
        places = max(max(-value.as_tuple().exponent, 0) for value in values)
        return "decimal(38, %d)" % places if places <= 30 else None
    return None


def _json_value(value):
    if isinstance(value, (int, str)):
        return value
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    return str(value)




def compile_regex(node, compiler, connection, **extra):
    """REGEXP_LIKE where the server has it; it is a predicate."""
    if not connection.server.has(Capability.REGEXP):
        return NotImplemented
    lhs, lhs_params = node.process_lhs(compiler, connection)
    rhs, rhs_params = node.process_rhs(compiler, connection)
    flags = "i" if isinstance(node, IRegex) else "c"
    return "REGEXP_LIKE(%s, %s, '%s')" % (lhs, rhs, flags), [*lhs_params, *rhs_params]


COMPILERS = {In: compile_in, IRegex: compile_regex, Regex: compile_regex}
