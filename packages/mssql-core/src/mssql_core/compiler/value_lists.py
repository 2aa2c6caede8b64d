"""Sets of values in one parameter: no statement meets the limit of 2,100 (error 8003).

A short list travels as parameters, padded to a few lengths so that the server
keeps few plans; a long one as a JSON array, which OPENJSON makes a table of
(database compatibility level 130).
https://learn.microsoft.com/sql/t-sql/functions/openjson-transact-sql
"""

import datetime
import decimal
import json
import math
import uuid
from contextlib import contextmanager

from django.db import DataError
from django.db.models.lookups import In

from ..compat.orm import ColPairs
from ..plugin.types import Capability

# The server allows 2,100, of which the driver needs some for itself.
MAX_PARAMETERS = 2050
# Lengths that a list of parameters is padded to.
_LENGTHS = (1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64)
_SPILLED_LENGTHS = (1, 2)


def within_limit(connection, build):
    """Compile with long value lists in one parameter each, if parameters are too many otherwise."""
    sql, params = build()
    if len(params) > MAX_PARAMETERS and not getattr(connection, "spills_values", False):
        with _spilling(connection):
            sql, params = build()
    return sql, tuple(params)


@contextmanager
def _spilling(connection):
    connection.spills_values = True
    try:
        yield
    finally:
        connection.spills_values = False


def padded(values, connection):
    """`values` repeated to one of few lengths, or None where they should travel as JSON."""
    spills = getattr(connection, "spills_values", False)
    for length in _SPILLED_LENGTHS if spills else _LENGTHS:
        if len(values) <= length:
            return [*values, *[values[-1]] * (length - len(values))]
    return None


# ---- JSON ------------------------------------------------------------------------


def column_type(field, values, connection):
    """
    The type that holds `values` of `field` without loss, or None if there is none.

    The field's own length and scale are not used: a longer value must not be cut
    to one that then matches.
    """
    types = {type(value) for value in values if value is not None}
    if not types:
        return "nvarchar(4000)"
    if types <= {bool}:
        return "bit"
    if types <= {int, bool}:
        return "bigint" if all(-(2**63) <= value < 2**63 for value in values if value is not None) else None
    if types <= {int, float, bool}:
        return "float"
    if types <= {int, decimal.Decimal}:
        return _decimal_type(values)
    if all(issubclass(kind, str) for kind in types):
        return _text_type(field, values)
    for kind, name in _TYPES:
        if all(issubclass(found, kind) for found in types):
            return name if isinstance(name, str) else name(values)
    return None


def _decimal_type(values):
    scale = 0
    for value in values:
        if isinstance(value, decimal.Decimal):
            if not value.is_finite():
                return None
            scale = max(scale, -value.as_tuple().exponent)
    return "numeric(38, %d)" % scale if scale <= 38 else None


def _text_type(field, values):
    longest = max(len(value.encode("utf-16-le", "surrogatepass")) // 2 for value in values if value is not None)
    return "nvarchar(4000)" if longest <= 4000 else "nvarchar(max)"


def _datetime_type(values):
    aware = {value.tzinfo is not None for value in values if value is not None}
    if len(aware) > 1:
        return None
    return "datetimeoffset" if aware.pop() else "datetime2"


_TYPES = (
    (datetime.datetime, _datetime_type),
    (datetime.date, "date"),
    (datetime.time, "time"),
    (uuid.UUID, "uniqueidentifier"),
    ((bytes, bytearray, memoryview), "varbinary(max)"),
)


def json_value(value):
    """`value` as OPENJSON reads it without loss into the type of :func:`column_type`.

    :raises DataError: NaN and infinities, which the server has not.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise DataError("%r cannot be stored: float has no NaN and no infinity." % value)
        return float(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return _datetime_text(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    return str(value)


def _datetime_text(value):
    text = value.isoformat(timespec="microseconds")
    # Seconds of historical offsets are unknown to datetimeoffset.
    return text[:32]


# What JSON writes as it is; most values are, and there may be a million.
_PLAIN = frozenset((bool, int, str, type(None)))


def json_array(values):
    """One parameter that holds all `values`: scalars, or rows of scalars."""
    if values and isinstance(values[0], (list, tuple)):
        values = [[value if type(value) in _PLAIN else json_value(value) for value in row] for row in values]
    else:
        values = [value if type(value) in _PLAIN else json_value(value) for value in values]
    return json.dumps(values, separators=(",", ":"))


def wire_type(type_name):
    """The type OPENJSON should produce: bytes travel as hexadecimal text."""
    return "nvarchar(max)" if type_name.startswith("varbinary") else type_name


def from_wire(sql, type_name):
    """The value of `type_name` in the OPENJSON column `sql`."""
    return "CONVERT(varbinary(max), %s, 2)" % sql if type_name.startswith("varbinary") else sql


def collated(sql, type_name, field):
    # Columns of OPENJSON have the database's collation; another one of the
    # field's would be in conflict with it (error 468).
    collation = getattr(field, "db_collation", None)
    return "%s COLLATE %s" % (sql, collation) if collation and type_name.startswith("nvarchar") else sql


def scalar_table(type_name, field=None):
    """A subquery with the values of one JSON parameter."""
    column = collated(from_wire("[v]", type_name), type_name, field)
    return "(SELECT %s FROM OPENJSON(%%s) WITH ([v] %s '$'))" % (column, wire_type(type_name))


# ---- lookups ---------------------------------------------------------------------


def compile_in(node, compiler, connection, **extra):
    """IN over a list: padded parameters, or one JSON parameter."""
    if not node.rhs_is_direct_value() or isinstance(node.lhs, (ColPairs, tuple)):
        return NotImplemented
    if type(node).process_rhs is not In.process_rhs or getattr(node, "bilateral_transforms", None):
        return NotImplemented
    values = _distinct_values(node)
    if not values:
        # Django says that nothing matches.
        return NotImplemented
    marks, params = node.batch_process_rhs(compiler, connection, values)
    params = list(params)
    if any(mark != "%s" for mark in marks) or len(params) != len(marks):
        return NotImplemented
    lhs_sql, lhs_params = node.process_lhs(compiler, connection)
    if all(isinstance(param, bool) for param in params):
        # Literals, as in expressions/lookups.py: a filtered index serves no parameter.
        return "%s IN (%s)" % (lhs_sql, ", ".join(str(int(param)) for param in params)), lhs_params
    short = padded(params, connection)
    if short is not None:
        rhs = "(%s)" % ", ".join(["%s"] * len(short))
        return "%s IN %s" % (lhs_sql, rhs), [*lhs_params, *short]
    field = getattr(node.lhs, "output_field", None)
    type_name = column_type(field, params, connection)
    if type_name is None or not connection.server.has(Capability.OPENJSON):
        return NotImplemented
    rhs = scalar_table(type_name, field)
    return "%s IN %s" % (lhs_sql, rhs), [*lhs_params, json_array(params)]


def _distinct_values(node):
    try:
        return [value for value in dict.fromkeys(node.rhs) if value is not None]
    except TypeError:  # Unhashable values.
        return [value for value in node.rhs if value is not None]


COMPILERS = {In: compile_in}
