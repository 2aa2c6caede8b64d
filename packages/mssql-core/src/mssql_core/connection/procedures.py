"""EXEC of a procedure with its output parameters.

https://learn.microsoft.com/sql/t-sql/language-elements/execute-transact-sql
https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-parameters-transact-sql
"""

import re

from .. import errors

# Identifiers: letters, digits, @, $, # and _ behind the first @.
# https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers
_NAME = re.compile(r"@?([\w$#][\w@$#]*)\Z")
_PARAMETERS = (
    "SELECT p.name, p.is_output, t.name, p.max_length, p.precision, p.scale FROM sys.parameters AS p "
    "JOIN sys.types AS t ON t.user_type_id = p.system_type_id WHERE p.object_id = OBJECT_ID(%s) ORDER BY p.parameter_id"
)
_WITH_LENGTH = frozenset(("binary", "char", "varbinary", "varchar"))
_WITH_DOUBLE_BYTES = frozenset(("nchar", "nvarchar"))
_WITH_SCALE = frozenset(("datetime2", "datetimeoffset", "time"))
_WITH_PRECISION = frozenset(("decimal", "numeric"))


def outputs(cursor, procedure):
    """Place, from 0, of each output parameter -> (name in lower case, type); asked once for each connection."""
    known = cursor.pool.procedures
    if procedure not in known:
        cursor.execute(_PARAMETERS, [procedure])
        known[procedure] = {
            place: (name.lstrip("@").casefold(), _type(*kind))
            for place, (name, is_output, *kind) in enumerate(cursor.fetchall())
            if is_output
        }
    return known[procedure]


def _type(name, length, precision, scale):
    """A type as DECLARE writes it. :param length: bytes, -1 is max."""
    if name in _WITH_LENGTH or name in _WITH_DOUBLE_BYTES:
        size = length // 2 if name in _WITH_DOUBLE_BYTES and length > 0 else length
        return "%s(%s)" % (name, "max" if size < 0 else size)
    if name in _WITH_PRECISION:
        return "%s(%d, %d)" % (name, precision, scale)
    return "%s(%d)" % (name, scale) if name in _WITH_SCALE else name


def call(procedure, params, kparams, outputs):
    """The statement and its values.

    :raises mssql_core.errors.ProgrammingError: a name that no parameter has.
    :raises mssql_core.errors.NotSupportedError: an output parameter by name.
    """
    given = {place: kind for place, (_, kind) in outputs.items() if place < len(params)}
    marks = ["@o%d OUTPUT" % place if place in given else "%s" for place in range(len(params))]
    declared = ", ".join("@o%d %s = %%s" % (place, kind) for place, kind in given.items())
    values = [params[place] for place in given] + [value for place, value in enumerate(params) if place not in given]
    for name, value in kparams.items():
        marks.append("@%s = %%s" % _name(name, outputs))
        values.append(value)
    procedure = procedure.replace("%", "%%") if values else procedure
    sql = ("EXEC %s %s" % (procedure, ", ".join(marks))).strip()
    if given:
        sql = "DECLARE %s; %s; SELECT %s" % (declared, sql, ", ".join("@o%d" % place for place in given))
    return sql, values


def _name(name, outputs):
    match = _NAME.match(str(name))
    if match is None:
        raise errors.ProgrammingError("42000", "%r is not the name of a procedure's parameter." % name)
    if match.group(1).casefold() in {known for known, _ in outputs.values()}:
        raise errors.NotSupportedError(
            "0A000", "@%s is an output parameter: pass it by position, in params." % match.group(1)
        )
    return match.group(1)


def replaced(params, outputs, row):
    """The arguments with the values of output parameters."""
    places = (place for place in outputs if place < len(params))
    found = list(params)
    for place, value in zip(places, row):
        found[place] = value
    return found
