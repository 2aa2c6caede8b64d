"""UPDATE of many rows, each with values of its own, as ``bulk_update`` writes it: a join with the rows in one parameter.

Django says ``CASE WHEN pk = 1 THEN .. WHEN pk = 2 THEN .. END`` for each field, in which the server looks for each row's
key from the beginning, and which is another text for each number of rows. The join reads the keys once, and its text is
always the same.

https://learn.microsoft.com/sql/t-sql/queries/update-transact-sql (FROM names another table than the target)
"""

from functools import partial

from django.db.models import Case, Value
from django.db.models.expressions import Col
from django.db.models.functions import Cast
from django.db.models.lookups import Exact, In
from django.db.models.sql.where import AND

from ..compat.orm import placeholder_getter
from ..names import in_query
from ..plugin.types import Capability
from .field_values import compared, refuse_to_write, untyped
from .insert_columns import prepared
from .json_values import carried_values, carrier, json_text

# The join's alias is [__rows], since a table may well be named rows (error 1013).
# Of a single row the CASE is as good.
_FEWEST = 2


def rows_of(compiler):
    """The UpdateRows of an UPDATE that assigns nothing but values by the key's; else None."""
    query, connection = compiler.query, compiler.connection
    if not query.values or query.related_updates or query.count_active_tables() > 1:
        return None
    assigned = {field: _whens(field, value) for field, _, value in query.values}
    if None in assigned.values():
        return None
    keys = [[when.rhs for when, _ in whens] for whens in assigned.values()]
    if len(keys[0]) < _FEWEST or any([each != keys[0] for each in keys]):
        return None
    columns = {_column(when.lhs) for whens in assigned.values() for when, _ in whens}
    if len(columns) != 1 or not connection.server.has(Capability.OPENJSON):
        return None
    values = {field: [value for _, value in whens] for field, whens in assigned.items()}
    return UpdateRows(compiler, assigned[query.values[0][0]][0][0].lhs, keys[0], values)


def _whens(field, value):
    """(lookup, value) of each WHEN, where the expression is a CASE of values of the field; else None."""
    if type(value) is Cast and value.output_field is field:
        (value,) = value.get_source_expressions()
    if type(value) is not Case or placeholder_getter(field) is not None:
        return None
    if type(value.default) is not Value or value.default.value is not None:
        return None
    return _lookups(value.cases, field)


def _lookups(cases, field):
    found = []
    for case in cases:
        condition, result = case.condition, case.result
        lookup = condition.children[0] if len(getattr(condition, "children", ())) == 1 else None
        if lookup is None or condition.negated or not isinstance(lookup, Exact) or type(lookup.lhs) is not Col:
            return None
        if not lookup.rhs_is_direct_value() or type(result) is not Value or result._output_field_or_none is not field:
            return None
        found.append((lookup, result.value))
    return found


def _column(node):
    return node.alias, node.target.column


class UpdateRows:
    """
    Writes the statement.

    :param key: the column of the key.
    :param keys: its value of each row.
    :param values: field -> its value in each row.
    """

    def __init__(self, compiler, key, keys, values):
        self._compiler = compiler
        self._key = key
        self._keys = keys
        self._values = values

    def as_sql(self):
        """(sql, params), or None where JSON does not carry a value without loss."""
        compiler, connection = self._compiler, self._compiler.connection
        carried = [self._carried_keys(connection)]
        for field, values in self._values.items():
            refuse_to_write(field, values, connection)
            scalars = prepared(field, values, connection, partial(field.get_db_prep_save, connection=connection))
            carried.append(None if scalars is None else carried_values(field, scalars, connection))
        if None in carried:
            return None
        names = ["[r%d]" % index for index in range(len(carried))]
        definitions = [
            each.definition(name, "$[%d]" % place) for place, (name, (each, _)) in enumerate(zip(names, carried))
        ]
        sources = [each.value("[__rows].%s" % name) for name, (each, _) in zip(names, carried)]
        changes = [
            "%s = %s" % (compiler.quote_name(field.column), sql) for field, sql in zip(self._values, sources[1:])
        ]
        key, _ = compiler.compile(self._key)
        table = compiler.query.get_meta().db_table
        sql = "UPDATE %s SET %s FROM %s INNER JOIN OPENJSON(%%s) WITH (%s) AS [__rows] ON %s = %s" % (
            compiler.quote_name(table),
            ", ".join(changes),
            in_query(connection.ops.quote_target(table)),
            ", ".join(definitions),
            key,
            sources[0],
        )
        where, params = self._where()
        if where:
            sql = "%s WHERE %s" % (sql, where)
        return sql, [json_text(self._rows([encoded for _, encoded in carried])), *params]

    def _carried_keys(self, connection):
        field = self._key.output_field
        field = getattr(field, "target_field", None) or field
        keys = [field.get_db_prep_value(key, connection, prepared=True) for key in self._keys]
        keys = [untyped(compared(field, key, connection, "in")[1]) for key in keys]
        each = carrier(field, keys, connection, is_compared=True)
        return None if each is None or None in keys else (each, each.encoded(keys))

    @staticmethod
    def _rows(columns):
        """The rows, without later ones of a key: CASE takes the first, a join any."""
        rows = {}
        for row in zip(*columns):
            rows.setdefault(row[0], row)
        return list(rows.values())

    def _where(self):
        """The condition without the list of the same keys, which the join has."""
        compiler, where = self._compiler, self._compiler.query.where
        if where.connector == AND and not where.negated:
            rest = [child for child in where.children if not self._is_list_of_keys(child)]
            if not rest:
                return "", []
            where = type(where)(rest, connector=AND)
        return compiler.compile(where)

    def _is_list_of_keys(self, node):
        if not isinstance(node, In) or type(node.lhs) is not Col or not node.rhs_is_direct_value():
            return False
        return _column(node.lhs) == _column(self._key) and list(node.rhs) == self._keys
