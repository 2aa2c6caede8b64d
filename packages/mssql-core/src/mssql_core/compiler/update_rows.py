"""UPDATE of ``bulk_update``: a join with the new values of all rows in one parameter.

Django writes ``CASE WHEN pk = 1 THEN .. WHEN pk = 2 THEN .. END`` for each field. The server searches it from the start
for each row, and its text differs with the number of rows. The join reads the keys once, and its text stays the same.

https://learn.microsoft.com/sql/t-sql/queries/update-transact-sql (FROM names another table than the target)
"""

from functools import partial
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from django.db.models import Case, Value, When
from django.db.models.expressions import Col
from django.db.models.functions import Cast
from django.db.models.lookups import Exact, In
from django.db.models.sql.where import AND

from ..compat.orm import placeholder_getter
from ..names import in_query
from ..plugin.django_types import Compiler, Connection, Field
from ..plugin.types import Capability, Compiled
from .field_values import compared, refuse_to_write, untyped
from .insert_columns import prepared
from .json_values import Carried, carried_values, carrier, json_text

# For a single row the CASE is as good.
_FEWEST = 2
# The lookup of a WHEN, and its value.
_When = Tuple[Exact, Any]


def rows_of(compiler: Compiler) -> Optional["UpdateRows"]:
    """The UpdateRows of an UPDATE in which every field's value depends on the key alone; else None."""
    query, connection = compiler.query, compiler.connection
    if not query.values or query.related_updates or query.count_active_tables() > 1:
        return None
    assigned: Dict[Field, List[_When]] = {}
    for field, _, value in query.values:
        whens = _whens(field, value)
        if whens is None:
            return None
        assigned[field] = whens
    keys = [[lookup.rhs for lookup, _ in whens] for whens in assigned.values()]
    if len(keys[0]) < _FEWEST or any([each != keys[0] for each in keys]):
        return None
    columns = {_column(lookup.lhs) for whens in assigned.values() for lookup, _ in whens}
    if len(columns) != 1 or not connection.server.has(Capability.OPENJSON):
        return None
    values = {field: [value for _, value in whens] for field, whens in assigned.items()}
    return UpdateRows(compiler, assigned[query.values[0][0]][0][0].lhs, keys[0], values)


def _whens(field: Field, value: Any) -> Optional[List[_When]]:
    """(lookup, value) of each WHEN if the expression is a CASE of the field's values; else None."""
    if type(value) is Cast and value.output_field is field:
        (value,) = value.get_source_expressions()
    if type(value) is not Case or placeholder_getter(field) is not None:
        return None
    if type(value.default) is not Value or value.default.value is not None:
        return None
    return _lookups(value.cases, field)


def _lookups(cases: Sequence[When], field: Field) -> Optional[List[_When]]:
    whens: List[_When] = []
    for case in cases:
        condition, result = case.condition, case.result
        lookup = condition.children[0] if len(getattr(condition, "children", ())) == 1 else None
        if lookup is None or condition.negated or not isinstance(lookup, Exact) or type(lookup.lhs) is not Col:
            return None
        if not lookup.rhs_is_direct_value() or type(result) is not Value or result._output_field_or_none is not field:
            return None
        whens.append((lookup, result.value))
    return whens


def _column(node: Col) -> Tuple[Optional[str], str]:
    return node.alias, node.target.column


class UpdateRows:
    """
    An UPDATE joined with its rows.

    :param key: the column of the key.
    :param keys: the key of each row.
    :param values: field -> its value in each row.
    """

    def __init__(self, compiler: Compiler, key: Col, keys: List[Any], values: Mapping[Field, List[Any]]) -> None:
        self._compiler = compiler
        self._key = key
        self._keys = keys
        self._values = values

    def as_sql(self) -> Optional[Compiled]:
        """(sql, params), or None if JSON cannot hold a value without loss."""
        compiler, connection = self._compiler, self._compiler.connection
        carried = self._carried(connection)
        if carried is None:
            return None
        names = ["[__r%d]" % index for index in range(len(carried))]
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

    def _carried(self, connection: Connection) -> Optional[List[Carried]]:
        """The JSON form of the keys and of each field's values."""
        keys = self._carried_keys(connection)
        columns: List[Carried] = [] if keys is None else [keys]
        for field, values in self._values.items():
            refuse_to_write(field, values, connection)
            scalars = prepared(field, values, connection, partial(field.get_db_prep_save, connection=connection))
            column = None if scalars is None else carried_values(field, scalars, connection)
            if column is not None:
                columns.append(column)
        # Only after each field has checked its values, and refused those that it cannot store.
        return columns if len(columns) == 1 + len(self._values) else None

    def _carried_keys(self, connection: Connection) -> Optional[Carried]:
        field = self._key.output_field
        field = getattr(field, "target_field", None) or field
        keys = [field.get_db_prep_value(key, connection, prepared=True) for key in self._keys]
        keys = [untyped(compared(field, key, connection)[1]) for key in keys]
        each = carrier(field, keys, connection, is_compared=True)
        return None if each is None or None in keys else (each, each.encoded(keys))

    @staticmethod
    def _rows(columns: Sequence[List[Any]]) -> List[Tuple[Any, ...]]:
        """The first row of each key: CASE takes the first one too, a join would take any."""
        by_key: Dict[Any, Tuple[Any, ...]] = {}
        for values in zip(*columns):
            by_key.setdefault(values[0], values)
        return list(by_key.values())

    def _where(self) -> Compiled:
        """The condition without the list of keys, since the join has them."""
        compiler, where = self._compiler, self._compiler.query.where
        if where.connector == AND and not where.negated:
            rest = [child for child in where.children if not self._is_list_of_keys(child)]
            if not rest:
                return "", []
            where = type(where)(rest, connector=AND)
        return compiler.compile(where)

    def _is_list_of_keys(self, node: Any) -> bool:
        if not isinstance(node, In) or type(node.lhs) is not Col or not node.rhs_is_direct_value():
            return False
        return _column(node.lhs) == _column(self._key) and list(node.rhs) == self._keys
