"""INSERT of the rows that violate no unique key: `bulk_create(ignore_conflicts=True)`."""

from typing import Any, List, Sequence

from ..compat.orm import is_computed
from ..plugin.django_types import Compiler
from ..plugin.types import Compiled
from .compared_rows import ComparedRows
from .insert_rows import ORDINAL
from .unique_keys import UniqueKey

# In each pass MERGE, whose OUTPUT can name the source's row, inserts those that nothing left is before.
_REPEATED = (
    "DECLARE @__done TABLE ([__ord] int PRIMARY KEY); DECLARE @__left int = %%s; WHILE @__left > 0 BEGIN "
    "MERGE INTO %s USING (%s) AS [__new] ON 1 = 0 WHEN NOT MATCHED THEN INSERT (%s) VALUES (%s) "
    "OUTPUT [__new].[__ord] INTO @__done; SET @__left = CASE @@ROWCOUNT WHEN 0 THEN 0 ELSE @__left - @@ROWCOUNT END; END"
)
_NOT_DONE = "[__rows].[__ord] NOT IN (SELECT [__d].[__ord] FROM @__done AS [__d])"


def matching(key: UniqueKey, source: ComparedRows, alias: str, compiler: Compiler) -> str:
    """Condition that a row of [__target] has the key of a row of the source."""
    tests: List[str] = []
    for field in key.fields:
        pair = ("[__target].%s" % compiler.quote_name(field.column), "%s.%s" % (alias, source.column(field)))
        test = "%s = %s" % pair
        if key.equal_nulls and (field.null or is_computed(field)):
            test = "(%s OR (%s IS NULL AND %s IS NULL))" % (test, *pair)
        tests.append(test)
    return " AND ".join(tests)


class NewRows:
    """
    The statement.

    :param table: as FROM names it.
    :param source: the rows.
    :param keys: the unique keys.
    """

    def __init__(self, compiler: Compiler, table: str, source: ComparedRows, keys: Sequence[UniqueKey]) -> None:
        self._compiler = compiler
        self._connection = compiler.connection
        self._opts = compiler.query.get_meta()
        self._table = table
        self._source = source
        self._keys = keys

    def as_sql(self) -> Compiled:
        """
        Return (sql, params).

        Where there are several keys, a row may be left out for one that is left out itself: so the rest is tried again,
        until all rows are inserted, or none.
        """
        columns = ", ".join(self._compiler.quote_name(field.column) for field in self._source.fields)
        names = list(map(self._source.column, self._source.fields))
        repeats = len(self._keys) > 1 and len(self._source) > 1
        sql, params = self._new([_NOT_DONE] if repeats else [])
        if repeats:
            values = ", ".join("[__new].%s" % name for name in names)
            new = "SELECT [__source].* FROM %s" % sql
            return _REPEATED % (self._table, new, columns, values), [len(self._source), *params]
        return "INSERT INTO %s (%s) SELECT %s FROM %s" % (self._table, columns, ", ".join(names), sql), params

    def _new(self, conditions: List[str]) -> Compiled:
        """
        The rows to insert, as [__source] in FROM, with WHERE.

        First the rows go whose keys are in the table: WHERE comes before ROW_NUMBER, so that they count for no other.
        """
        rows, source_params = self._rows()
        params = [*source_params]
        numbers: List[str] = []
        kept: List[str] = []
        for index, key in enumerate(self._keys):
            sql, more = self._is_absent(index, key)
            conditions = [*conditions, sql]
            params += more
            numbers.append(self._number(index, key))
            kept.append(self._is_first(index, key))
        selected = ", ".join(["[__rows].*", *numbers])
        numbered = "SELECT %s FROM %s AS [__rows]%s" % (selected, rows, _where(conditions))
        return "(%s) AS [__source]%s" % (numbered, _where(kept)), params

    def _rows(self) -> Compiled:
        """The source, with columns for what each key computes: whether a row meets its condition, and its expressions."""
        table, params = self._source.table_sql()
        computed: List[str] = []
        computed_params: List[Any] = []
        for index, key in enumerate(self._keys):
            row = self._source.row_sql(key.computed_from(self._opts))
            for number, (sql, more) in enumerate(key.expressions_sql(self._opts, self._connection)):
                computed.append("(SELECT %s FROM %s) AS %s" % (sql, row, _expression(index, number)))
                computed_params += more
            if key.condition is not None:
                sql, more = key.condition_sql(self._opts, self._connection)
                meets = "CASE WHEN EXISTS(SELECT 1 FROM %s WHERE %s) THEN 1 ELSE 0 END AS [__if%d]"
                computed.append(meets % (row, sql, index))
                computed_params += more
        if not computed:
            return table, params
        return "(SELECT %s FROM %s AS [__all])" % (", ".join(["[__all].*", *computed]), table), [
            *computed_params,
            *params,
        ]

    def _is_absent(self, index: int, key: UniqueKey) -> Compiled:
        """Condition that no row of the table has the key."""
        tests: List[str] = [matching(key, self._source, "[__rows]", self._compiler)] if key.fields else []
        params: List[Any] = []
        for number, (sql, more) in enumerate(key.expressions_sql(self._opts, self._connection)):
            pair = (sql, "[__rows].%s" % _expression(index, number))
            test, times = "%s = %s" % pair, 1
            if key.equal_nulls:
                test, times = "(%s OR (%s IS NULL AND %s IS NULL))" % (test, *pair), 2
            tests.append(test)
            params += [*more] * times
        if key.condition is not None:
            sql, more = key.condition_sql(self._opts, self._connection)
            tests += ["[__rows].[__if%d] = 1" % index, "(%s)" % sql]
            params += more
        target = "%s AS [__target] WITH (UPDLOCK, HOLDLOCK)" % self._table
        return "NOT EXISTS(SELECT 1 FROM %s WHERE %s)" % (target, " AND ".join(tests)), params

    def _number(self, index: int, key: UniqueKey) -> str:
        groups = [self._source.collated(field) for field in key.fields]
        groups += [_expression(index, number) for number in range(len(key.expressions))]
        if key.condition is not None:
            groups.append("[__if%d]" % index)
        return "ROW_NUMBER() OVER (PARTITION BY %s ORDER BY [%s]) AS [__n%d]" % (", ".join(groups), ORDINAL, index)

    def _is_first(self, index: int, key: UniqueKey) -> str:
        tests = ["[__source].[__n%d] = 1" % index]
        if not key.equal_nulls:
            columns = [self._source.column(field) for field in key.fields]
            columns += [_expression(index, number) for number in range(len(key.expressions))]
            tests += ["[__source].%s IS NULL" % column for column in columns]
        if key.condition is not None:
            tests.append("[__source].[__if%d] = 0" % index)
        return "(%s)" % " OR ".join(tests)


def _expression(index: int, number: int) -> str:
    """The name of a key's expression in the source."""
    return "[__k%d_%d]" % (index, number)


def _where(conditions: List[str]) -> str:
    return " WHERE " + " AND ".join(conditions) if conditions else ""
