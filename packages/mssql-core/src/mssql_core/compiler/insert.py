"""INSERT: identities, returned columns in the objects' order, conflicts.

https://learn.microsoft.com/sql/t-sql/statements/insert-transact-sql
https://learn.microsoft.com/sql/t-sql/statements/merge-transact-sql
"""

from copy import copy
from functools import partial
from typing import Any, Callable, Container, Dict, Iterable, List, Optional, Sequence, Tuple

from django.db.models import Value
from django.db.utils import DatabaseError

from ..compat.orm import PARAMS, on_conflict, placeholder_getter
from ..names import in_query
from ..plugin.django_types import CompilerMixin, Field
from ..plugin.types import Capability, Compiled
from .compared_rows import ComparedRows
from .field_values import check_results, is_written_by_server, refuse_to_write, stored, whole_value
from .insert_columns import Cell, Column, field_values, groups_by_sequence, prepared
from .insert_rows import ORDINAL, JSONRows, RowSource, ValueRows
from .moments import assigned
from .new_rows import NewRows, matching
from .output_clause import OUTPUT_WITH_TRIGGERS, Returning
from .predicates import as_value
from .returned_rows import check_keys, last_rows
from .unique_keys import check_unique, fields_of_keys, unique_keys

# Up to so many values are parameters of their own: above, one JSON parameter
# compiles faster and its plan is reused for any number of rows.
_MAX_VALUES_PARAMETERS = 64


class InsertMixin(CompilerMixin):
    """INSERT of one object or many."""

    returning_fields: Optional[Sequence[Field]]
    # Whether the rows of each statement come with their ordinals.
    _is_merged = False

    def as_sql(self) -> List[Compiled]:
        """The statements with their parameters; with returning_fields each one also selects rows."""
        conflict = on_conflict(self.query)
        for field in self.query.update_fields if conflict == "update" else ():
            refuse_to_write(field, None, self.connection)
        columns = self._columns()
        if not columns:
            return [self._defaults_only()]
        json_source = self._json_source(columns, conflict)
        if json_source is not None:
            return [self._statement(json_source, conflict)]
        return [self._statement(source, conflict) for source in ValueRows.split(columns, self.connection)]

    # ---- values -----------------------------------------------------------------------

    def _columns(self) -> List[Column]:
        """The columns to insert, without those that the database fills."""
        columns: List[Column] = []
        compared = self._compared_fields(on_conflict(self.query))
        for field in self.query.fields:
            values = None if is_written_by_server(field) else field_values(field, self, field in compared)
            if values is not None:
                columns.append(self._column(field, values))
        return columns

    def _compared_fields(self, conflict: Optional[str]) -> List[Field]:
        """The fields by which a row conflicts with others."""
        opts = self.query.get_meta()
        if conflict == "ignore":
            return fields_of_keys(opts)
        return check_unique(opts, self.query.unique_fields).stored_fields(opts) if conflict == "update" else []

    def _column(self, field: Field, values: List[Any]) -> Column:
        getter = placeholder_getter(field)
        if getter is None:
            scalars = prepared(field, values, self.connection, partial(self.prepare_value, field))
            if scalars is not None:
                return Column(field, scalars)
        return Column(field, cells=[self._cell(field, getter, self._prepared(field, value)) for value in values])

    def _prepared(self, field: Field, value: Any) -> Any:
        value = as_value(self.prepare_value(field, value))
        if type(value) is Value and placeholder_getter(field) is None:
            return whole_value(field, value, self.connection)
        if hasattr(value, "resolve_expression"):
            check_results(field, value, self.connection)
        return assigned(field, value, self.connection)

    def _cell(self, field: Field, getter: Optional[Callable[..., Any]], value: Any) -> Cell:
        sql, params = self.field_as_sql(field, getter, value)
        if hasattr(value, "as_sql"):
            return sql, list(params)
        return sql, [stored(field, param, self.connection) for param in params]

    def _json_source(self, columns: Sequence[Column], conflict: Optional[str]) -> Optional[JSONRows]:
        rows = len(self.query.objs)
        if rows == 1 and not conflict:
            return None
        if not conflict and not self.returning_fields:
            if sum([column.parameters() for column in columns]) <= _MAX_VALUES_PARAMETERS:
                return None
        if not self.connection.server.has(Capability.OPENJSON):
            return None
        fields = [column.field for column in columns]
        opts = self.query.get_meta()
        keys = [field for key in unique_keys(opts, fields) for field in key.stored_fields(opts)] if conflict else ()
        return JSONRows.of(columns, rows, self.connection, keys)

    # ---- statements -------------------------------------------------------------------

    @property
    def _table(self) -> str:
        return in_query(self.connection.ops.quote_target(self.query.get_meta().db_table))

    def _defaults_only(self) -> Compiled:
        """INSERT of objects whose columns all take their defaults."""
        count = len(self.query.objs)
        if count == 1:
            return self._inserted("INSERT INTO %s" % self._table, "DEFAULT VALUES"), PARAMS()
        seed = ", ".join("(%d)" % number for number in range(count))
        sql = (
            "MERGE INTO %s USING (VALUES %s) AS [__source] ([%s]) ON 1 = 0 WHEN NOT MATCHED THEN INSERT DEFAULT VALUES"
            % (
                self._table,
                seed,
                ORDINAL,
            )
        )
        return self._merged(sql), PARAMS()

    def _statement(self, source: RowSource, conflict: Optional[str]) -> Compiled:
        if conflict == "update":
            sql, params = self._upsert(source)
        elif conflict == "ignore":
            sql, params = self._insert_new(source)
        elif len(source) > 1 and self.returning_fields:
            sql, params = self._insert_returning(source)
        else:
            sql, params = self._insert(source)
        return self._with_identity(sql, source.fields), PARAMS(params)

    def _insert(self, source: RowSource) -> Compiled:
        rows, params = source.insert_sql()
        return self._inserted("INSERT INTO %s (%s)" % (self._table, self._names(source.fields)), rows), params

    def _insert_returning(self, source: RowSource) -> Compiled:
        """MERGE of new rows: its OUTPUT, unlike that of INSERT, can name the source's row."""
        table, params = source.table_sql()
        sql = "MERGE INTO %s USING %s AS [__source] ON 1 = 0 WHEN NOT MATCHED THEN %s" % (
            self._table,
            table,
            self._merge_insert(source),
        )
        return self._merged(sql), params

    def _upsert(self, source: RowSource) -> Compiled:
        """MERGE; HOLDLOCK keeps other sessions from inserting the same key between the search and the insert."""
        opts, quote = self.query.get_meta(), self.quote_name
        key = check_unique(opts, self.query.unique_fields)
        # A key that the server writes is in no row yet.
        keys, rows = "1 = 0", ComparedRows(self, self._table, source, [])
        if key.is_within(opts, source.fields):
            rows = ComparedRows(self, self._table, source, [key])
            keys = matching(key, rows, "[__source]", self)
        table, params = rows.table_sql()
        changes = ", ".join(
            "%s = %s" % (quote(field.column), self._new_value(field, source)) for field in self.query.update_fields
        )
        sql = (
            "MERGE INTO %s WITH (HOLDLOCK) AS [__target] USING %s AS [__source] ON %s "
            "WHEN MATCHED THEN UPDATE SET %s WHEN NOT MATCHED THEN %s"
        ) % (self._table, table, keys, changes, self._merge_insert(source))
        return self._merged(sql), params

    def _new_value(self, field: Field, source: RowSource) -> str:
        # Columns that take their default in every row are not in the source.
        return "[__source].%s" % source.column(field) if field in source.fields else "DEFAULT"

    def _insert_new(self, source: RowSource) -> Compiled:
        """INSERT of the rows whose keys are neither in the table nor in an earlier row that is inserted."""
        keys = unique_keys(self.query.get_meta(), source.fields)
        return NewRows(self, self._table, ComparedRows(self, self._table, source, keys), keys).as_sql()

    # ---- parts ------------------------------------------------------------------------

    def _names(self, fields: Iterable[Field]) -> str:
        return ", ".join(self.quote_name(field.column) for field in fields)

    def _merge_insert(self, source: RowSource) -> str:
        return "INSERT (%s) VALUES (%s)" % (
            self._names(source.fields),
            ", ".join("[__source].%s" % source.column(field) for field in source.fields),
        )

    def _inserted(self, target: str, rows: str) -> str:
        """INSERT with the columns that it returns; the identity alone needs no OUTPUT."""
        fields = self.returning_fields
        if not fields:
            return "%s %s" % (target, rows)
        auto = self.query.get_meta().auto_field
        if list(fields) == [auto] and auto not in self.query.fields:
            # Not affected by triggers that insert elsewhere, unlike @@IDENTITY.
            return "%s %s; SELECT CAST(SCOPE_IDENTITY() AS bigint)" % (target, rows)
        returning = self._returning()
        return returning.around("%s %s %s" % (target, returning.output_clause(), rows))

    def _merged(self, sql: str) -> str:
        """MERGE with the columns that it returns, in the objects' order."""
        if not self.returning_fields:
            return "%s;" % sql
        self._is_merged = True
        returning = self._returning()
        return returning.around("%s %s" % (sql, returning.output_clause("[__source].[%s]" % ORDINAL)), ordinal=True)

    def _returning(self) -> Returning:
        """The returned columns; through a table variable where triggers are known, and in the TRY of :meth:`_with_identity`."""
        sets_identity = self.query.get_meta().auto_field in self.query.fields
        directly = not sets_identity and self._table not in self.connection.tables_with_triggers
        return Returning(self.connection, self.returning_fields or (), directly)

    def _with_identity(self, sql: str, fields: Container[Field]) -> str:
        """Let the statement set the identity column (error 544).

        It is switched back even if the statement fails: the next one would be refused (545).
        """
        auto = self.query.get_meta().auto_field
        if auto is None or auto not in fields:
            return sql
        switch = "SET IDENTITY_INSERT %s" % self._table
        return (
            "%(switch)s ON; BEGIN TRY %(sql)s; %(switch)s OFF; END TRY BEGIN CATCH %(switch)s OFF; THROW; END CATCH"
        ) % {"switch": switch, "sql": sql.rstrip(";")}

    def _known_rows(self, returning_fields: Optional[Sequence[Field]]) -> Optional[List[Tuple[int, ...]]]:
        """The rows to return, if they consist of keys that the objects have already; else None."""
        auto = self.query.get_meta().auto_field
        if not returning_fields or list(returning_fields) != [auto] or auto not in self.query.fields:
            return None
        keys = [self.pre_save_val(auto, obj) for obj in self.query.objs]
        if on_conflict(self.query) or not all(isinstance(key, int) for key in keys):
            return None
        return [(key,) for key in keys]

    # ---- execution ----------------------------------------------------------------------

    def execute_sql(self, returning_fields: Optional[Sequence[Field]] = None) -> List[Tuple[Any, ...]]:
        groups = groups_by_sequence(self)
        if len(groups) > 1:
            return self._execute_groups(groups, returning_fields)
        known = self._known_rows(returning_fields)
        if known is not None:
            self.execute_sql()
            return known
        self.returning_fields = returning_fields
        rows = self._execute()
        if not returning_fields:
            return []
        auto = self.query.get_meta().auto_field
        if auto in returning_fields:
            place = list(returning_fields).index(auto)
            keys = [row[place] for row in rows]
            if not all(keys):
                check_keys(self.connection, self._table, keys)
        converters = self.get_converters([field.cached_col for field in returning_fields])
        if converters:
            rows = self.apply_converters(rows, converters)
        return [tuple(row) for row in rows]

    def _execute(self) -> List[Tuple[Any, ...]]:
        """Run the statements; the rows that they return, in the objects' order."""
        rows: List[Tuple[Any, ...]] = []
        with self.connection.cursor() as cursor:
            for number, (sql, params) in enumerate(self.as_sql()):
                try:
                    cursor.execute(sql, params)
                except DatabaseError as error:
                    if number > 0 or not self._is_refused_for_triggers(error):
                        raise
                    self.connection.tables_with_triggers.add(self._table)
                    return self._execute()
                if self.returning_fields:
                    returned = last_rows(cursor)
                    rows.extend(self._returning().in_order(returned) if self._is_merged else returned)
        return rows

    def _is_refused_for_triggers(self, error: DatabaseError) -> bool:
        """Whether a statement was refused before it ran, as its table has triggers and OUTPUT no INTO (error 334)."""
        refused = getattr(error.__cause__, "number", None) == OUTPUT_WITH_TRIGGERS
        return refused and self._table not in self.connection.tables_with_triggers

    def _execute_groups(
        self, groups: Sequence[Sequence[int]], returning_fields: Optional[Sequence[Field]]
    ) -> List[Tuple[Any, ...]]:
        """Insert each group of objects by itself; the rows come in the objects' order."""
        rows: Dict[int, Tuple[Any, ...]] = {}
        for places in groups:
            part = copy(self)
            part.query = copy(self.query)
            part.query.objs = [self.query.objs[place] for place in places]
            rows.update(zip(places, part.execute_sql(returning_fields)))
        return [rows[place] for place in sorted(rows)]
