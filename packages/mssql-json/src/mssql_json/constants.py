"""Conditions on a row of OPENJSON with a constant: equal, contains, contained by.

For each container of the constant, one pass over the document's members numbers them by the constant's member that each
matches. A derived table computes the number, since an aggregate takes no subquery (error 130).
https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors-0-to-999

JSON_CONTAINS is not used: it is a preview, in SQL Server 2025 alone, and NULL if the path does not exist, so that its
negation loses rows. https://learn.microsoft.com/sql/t-sql/functions/json-contains-transact-sql
"""

from typing import Any, Callable, Dict, List, Sequence, Tuple, Union

from . import values
from .documents import ARRAY, OBJECT, Item, children, is_key
from .path import compile_path, is_path_key, literal, position

# Up to so many members and elements are compared one by one; a larger constant is one parameter, so that the SQL stays short.
LARGEST = 50
# Below it different integers are different floats.
_EXACT = 2**53
# A condition and its parameters.
_Condition = Tuple[str, List[Any]]


def _is_small(value: Any) -> bool:
    """Whether a Python value is compared member by member."""
    return _size(value) <= LARGEST and values.depth(value) <= values.DEEPEST_CONTAINED


def _size(value: Any) -> int:
    return 1 + sum(map(_size, _members(value)))


def _members(value: Any) -> List[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _is_container(value: Any) -> bool:
    return isinstance(value, (dict, list))


def _type(value: Any) -> int:
    return OBJECT if isinstance(value, dict) else ARRAY


def _as_parameter(value: Any, condition: Callable[[str], str]) -> _Condition:
    """EXISTS with the constant as a row of its own, one parameter of any size; `condition` takes its alias."""
    other = Item("%s", [values.text_of(value)], prefix="c")
    return "EXISTS (SELECT 1 FROM %s WHERE %s)" % (other.from_sql, condition(other.alias)), other.params


def texts(value: Any, path: Sequence[str] = ()) -> List[Tuple[Sequence[str], Union[str, bool]]]:
    """(names, value) of the strings and booleans that a path can reach."""
    if not isinstance(value, dict):
        return [(path, value)] if isinstance(value, (str, bool)) and path else []
    return [leaf for key, member in value.items() if is_path_key(key) for leaf in texts(member, (*path, key))]


# ---- scalars ------------------------------------------------------------------------


def equals_scalar(alias: str, value: Any) -> _Condition:
    """Condition that the row's value is None, a boolean, a number or a string: (condition, params)."""
    if value is None:
        return "%s.[type] = 0" % alias, []
    if isinstance(value, bool):
        return "%s.[type] = 3 AND %s.[value] = N'%s'" % (alias, alias, "true" if value else "false"), []
    if isinstance(value, (int, float)):
        sql, params = _is_number(alias, value)
        return "%s.[type] = 2 AND %s" % (alias, sql), params
    return "%s.[type] = 1 AND %s = %%s" % (alias, values.exactly(alias)), [value + "."]


def _is_number(alias: str, value: Union[int, float]) -> _Condition:
    """Comparison of integers of many digits digit by digit, and of other numbers as float."""
    if abs(value) < _EXACT:
        return "%s = %%s" % values.as_float(alias), [float(value)]
    tests: List[str] = []
    params: List[Any] = []
    if isinstance(value, int) or value.is_integer():
        tests.append("%s.[value] = %%s" % alias)
        params.append(str(int(value)))
    fraction = values.nearest_float(value)
    if fraction == value:
        tests.append("%s AND %s = %%s" % (values.has_point(alias), values.as_float(alias)))
        params.append(fraction)
    return "(%s)" % " OR ".join(tests), params


# ---- equality -----------------------------------------------------------------------


def equals(alias: str, value: Any) -> _Condition:
    """Condition that the row's value equals the Python `value`: (condition, params)."""
    if _is_small(value):
        return _equals(alias, value, 1)
    sql, params = _as_parameter(value, lambda other: values.same(alias, other, values.depth(value)))
    return "%s.[type] = %d AND %s" % (alias, _type(value), sql), params


def _equals(alias: str, value: Any, level: int) -> _Condition:
    if not _is_container(value):
        return equals_scalar(alias, value)
    if not value:
        return _is_empty(alias, value), []
    members, params = _numbered(alias, value, level)
    # Every member matches one of the constant, and each of these is matched; the same name twice is the same value.
    sql = "EXISTS (SELECT 1 FROM %s HAVING COUNT(DISTINCT [t].[n]) = %d AND MIN([t].[n]) = 1)" % (members, len(value))
    return sql, params


def _is_empty(alias: str, value: Any) -> str:
    return "%s.[type] = %d AND NOT EXISTS (SELECT 1 FROM %s)" % (alias, _type(value), _rows(alias, value, "[m]"))


def _rows(alias: str, value: Any, name: str) -> str:
    """The members of the row; none if it is not a container of the constant's type."""
    return "OPENJSON(%s) AS %s" % (children(alias, (_type(value),)), name)


def _numbered(alias: str, value: Any, level: int) -> _Condition:
    """FROM clause with the number (from 1, else 0) of the constant's member that each member matches; (sql, params)."""
    name = "[m%d]" % level
    items = value.items() if isinstance(value, dict) else enumerate(value)
    tests = [_member(name, value, key, *_equals(name, member, level + 1)) for key, member in items]
    case, params = _case(tests)
    return "(SELECT %s AS [n] FROM %s) AS [t]" % (case, _rows(alias, value, name)), params


def _member(name: str, container: Any, key: Any, sql: str, params: List[Any]) -> _Condition:
    """A test of a member with its name or its position."""
    place = is_key(name, key) if isinstance(container, dict) else "%s.[key] = N'%d'" % (name, key)
    return "%s AND %s" % (place, sql), params


def _case(tests: Sequence[_Condition]) -> _Condition:
    whens = " ".join("WHEN %s THEN %d" % (sql, number) for number, (sql, _) in enumerate(tests, 1))
    return "CASE %s ELSE 0 END" % whens, [param for _, params in tests for param in params]


# ---- containment ----------------------------------------------------------------------


def contains(alias: str, value: Any) -> _Condition:
    """
    Condition that the row's value contains the Python `value`, by the rules of PostgreSQL's @>: (condition, params).

    :raises NotSupportedError: the constant has more levels than the server can nest.
    """
    if not _is_small(value):
        return _as_parameter(value, lambda other: values.contains(alias, other, values.depth(value)))
    if _is_container(value):
        return _contains(alias, value, 1)
    sql, params = equals_scalar(alias, value)
    element, more = equals_scalar("[m]", value)
    # An array contains a scalar, too.
    return "%s OR EXISTS (SELECT 1 FROM %s WHERE %s)" % (sql, _rows(alias, [], "[m]"), element), [*params, *more]


def _contains(alias: str, value: Any, level: int) -> _Condition:
    if not _is_container(value):
        return equals_scalar(alias, value)
    if not value:
        return "%s.[type] = %d" % (alias, _type(value)), []
    if isinstance(value, dict):
        return _has_members(alias, value, level)
    # In Python True equals 1.
    scalars = {(type(element) is bool, element): element for element in value if not _is_container(element)}
    tests = [_has_elements(alias, list(scalars.values()), level)] if scalars else []
    tests += [_has_elements(alias, [element], level) for element in value if _is_container(element)]
    return " AND ".join(sql for sql, _ in tests), [param for _, params in tests for param in params]


def _has_members(alias: str, value: Any, level: int) -> _Condition:
    """Condition on an object's members; through objects of one member a path leads straight to the last one."""
    path = []
    while _leads_to_names(value):
        ((key, value),) = value.items()
        path.append(key)
    name = "[m%d]" % level
    source = _rows(alias, value, name)
    if path:
        source = "OPENJSON(%s, %s) AS %s" % (children(alias, (OBJECT,)), literal(compile_path(path)), name)
    tests = [_member(name, value, key, *_contains(name, member, level + 1)) for key, member in value.items()]
    return _has_all(source, tests)


def _leads_to_names(value: Dict[str, Any]) -> bool:
    """Whether the only member is an object whose names cannot be the positions of an array at the same path."""
    members = list(value.items())
    if len(members) > 1 or not isinstance(members[0][1], dict) or not members[0][1]:
        return False
    return is_path_key(members[0][0]) and all(position(key) is None for key in members[0][1])


def _has_elements(alias: str, elements: List[Any], level: int) -> _Condition:
    """Condition on elements, of which each element of the row can match only one."""
    name = "[m%d]" % level
    return _has_all(_rows(alias, elements, name), [_contains(name, element, level + 1) for element in elements])


def _has_all(source: str, tests: Sequence[_Condition]) -> _Condition:
    if len(tests) == 1:
        ((sql, params),) = tests
        return "EXISTS (SELECT 1 FROM %s WHERE %s)" % (source, sql), params
    case, params = _case(tests)
    sql = (
        "EXISTS (SELECT 1 FROM (SELECT %s AS [n] FROM %s) AS [t] WHERE [t].[n] > 0 HAVING COUNT(DISTINCT [t].[n]) = %d)"
    )
    return sql % (case, source, len(tests)), params


def contained_by(alias: str, value: Any) -> _Condition:
    """
    Condition that the Python `value` contains the row's value: (condition, params).

    :raises NotSupportedError: the constant has more levels than the server can nest.
    """
    if not _is_small(value):
        return _as_parameter(value, lambda other: values.contains(other, alias, values.depth(value)))
    sql, params = _contained_by(alias, value, 1)
    tests = [equals_scalar(alias, element) for element in _members(value) if not _is_container(element)]
    if isinstance(value, list) and tests:
        sql = " OR ".join("(%s)" % test for test in [sql, *(test for test, _ in tests)])
        params = [*params, *(param for _, more in tests for param in more)]
    return sql, params


def _contained_by(alias: str, value: Any, level: int) -> _Condition:
    if not _is_container(value):
        return equals_scalar(alias, value)
    if not value:
        return _is_empty(alias, value), []
    name = "[m%d]" % level
    if isinstance(value, dict):
        tests = [_member(name, value, key, *_contained_by(name, member, level + 1)) for key, member in value.items()]
    else:
        tests = [_contained_by(name, element, level + 1) for element in value]
    case, params = _case(tests)
    sql = "%s.[type] = %d AND NOT EXISTS (SELECT 1 FROM %s WHERE %s = 0)"
    return sql % (alias, _type(value), _rows(alias, value, name), case), params
