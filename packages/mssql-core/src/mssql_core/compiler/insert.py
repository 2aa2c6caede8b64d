"""INSERT: identities, returned columns in the objects' order, conflicts.

https://learn.microsoft.com/sql/t-sql/statements/insert-transact-sql
https://learn.microsoft.com/sql/t-sql/statements/merge-transact-sql
"""

from functools import partial

from ..compat.orm import PARAMS, on_conflict, placeholder_getter
from ..names import in_query
from ..plugin.types import Capability
from .cross_apply import Hoists
from .field_values import is_text, is_written_by_server, refuse_to_write, stored
from .insert_columns import Column, field_values, prepared
from .insert_rows import ORDINAL, JSONRows, ValueRows
from .output_clause import Returning
from .predicates import PredicateValue, is_predicate
from .returned_rows import check_keys, last_rows
from .unique_keys import check_unique, unique_keys

# Up to here rows are parameters of their own: above, one JSON parameter is
# shorter to compile and its plan is reused for any number of rows.
_MAX_VALUES_PARAMETERS = 64


class InsertMixin:
    """INSERT of one object or many."""

    def as_sql(self):
        """Statements with their parameters; with returning_fields each one also selects rows."""
        self._hoists = Hoists()
        conflict = on_conflict(self.query)
        columns = self._columns()
        if not columns:
            return [self._defaults_only()]
        source = self._json_source(columns, conflict)
        sources = ValueRows.split(columns, self.connection) if source is None else [source]
        return [self._statement(source, conflict) for source in sources]

    # ---- values -----------------------------------------------------------------------

    def _columns(self):
        """The columns to insert, without those that the database fills."""
        columns = []
        for field in self.query.fields:
            values = None if is_written_by_server(field) else field_values(field, self)
            if values is not None:
                columns.append(self._column(field, values))
        return columns

    def _column(self, field, values):
        getter = placeholder_getter(field)
        if getter is None:
            scalars = prepared(field, values, self.connection, partial(self.prepare_value, field))
            if scalars is not None:
                return Column(field, scalars)
        return Column(field, cells=[self._cell(field, getter, self._prepared(field, value)) for value in values])

    def _prepared(self, field, value):
        value = self.prepare_value(field, value)
        return PredicateValue(value) if is_predicate(value) else value

    def _cell(self, field, getter, value):
        sql, params = self.field_as_sql(field, getter, value)
        if hasattr(value, "as_sql"):
            return sql, list(params)
        return sql, [stored(field, param, self.connection) for param in params]

    def _json_source(self, columns, conflict):
        rows = len(self.query.objs)
        if rows == 1 and not conflict:
            return None
        if not conflict and not self.returning_fields:
            if sum([column.parameters() for column in columns]) <= _MAX_VALUES_PARAMETERS:
                return None
        if not self.connection.server.has(Capability.OPENJSON):
            return None
        fields = [column.field for column in columns]
        keys = [field for key in unique_keys(self.query.get_meta(), fields) for field in key] if conflict else ()
        return JSONRows.of(columns, rows, self.connection, keys)

    # ---- statements -------------------------------------------------------------------

    @property
    def _table(self):
        return in_query(self.connection.ops.quote_target(self.query.get_meta().db_table))

    def _defaults_only(self):
        """Objects of which every column takes its default."""
        count = len(self.query.objs)
        returning = self._returning(identity_only=count == 1)
        if count == 1:
            return self._finished(returning, "INSERT INTO %s" % self._table, "DEFAULT VALUES"), PARAMS()
        seed = ", ".join("(%d)" % number for number in range(count))
        sql = (
            "MERGE INTO %s USING (VALUES %s) AS [source] ([%s]) ON 1 = 0 WHEN NOT MATCHED THEN INSERT DEFAULT VALUES"
            % (
                self._table,
                seed,
                ORDINAL,
            )
        )
        return self._merged(returning, sql), PARAMS()

    def _statement(self, source, conflict):
        if conflict == "update":
            sql, params = self._upsert(source)
        elif conflict == "ignore":
            sql, params = self._insert_new(source)
        elif len(source) > 1 and self.returning_fields:
            sql, params = self._insert_returning(source)
        else:
            sql, params = self._insert(source)
        return self._with_identity(sql, source.fields), PARAMS(params)

    def _insert(self, source):
        head = "INSERT INTO %s (%s)" % (self._table, self._names(source.fields))
        rows, params = source.insert_sql()
        return self._finished(self._returning(identity_only=True), head, rows), params

    def _insert_returning(self, source):
        """OUTPUT of MERGE, unlike that of INSERT, can name the source's row."""
        table, params = source.table_sql()
        sql = "MERGE INTO %s USING %s AS [source] ON 1 = 0 WHEN NOT MATCHED THEN %s" % (
            self._table,
            table,
            self._merge_insert(source),
        )
        return self._merged(self._returning(), sql), params

    def _upsert(self, source):
        """HOLDLOCK keeps another session from inserting the same key between search and insert."""
        for field in self.query.update_fields:
            refuse_to_write(field, None, self.connection)
        table, params = source.table_sql()
        quote = self.quote_name
        check_unique(self.query.get_meta(), self.query.unique_fields)
        keys = " AND ".join(
            "[target].%s = [source].%s" % (quote(field.column), source.column(field))
            for field in self.query.unique_fields
        )
        changes = ", ".join(
            "%s = %s" % (quote(field.column), self._new_value(field, source)) for field in self.query.update_fields
        )
        sql = (
            "MERGE INTO %s WITH (HOLDLOCK) AS [target] USING %s AS [source] ON %s "
            "WHEN MATCHED THEN UPDATE SET %s WHEN NOT MATCHED THEN %s"
        ) % (self._table, table, keys, changes, self._merge_insert(source))
        return self._merged(self._returning(), sql), params

    def _new_value(self, field, source):
        # Columns that take their default in every row are not in the source.
        return "[source].%s" % source.column(field) if field in source.fields else "DEFAULT"

    def _insert_new(self, source):
        """The rows whose keys neither the table nor an earlier row of the source has."""
        table, params = source.table_sql()
        numbers, conditions = [], []
        for index, key in enumerate(unique_keys(self.query.get_meta(), source.fields)):
            columns = [source.column(field) for field in key]
            groups = ", ".join(self._collated(field, source.column(field)) for field in key)
            numbers.append("ROW_NUMBER() OVER (PARTITION BY %s ORDER BY [%s]) AS [__n%d]" % (groups, ORDINAL, index))
            nulls = " OR ".join("[source].%s IS NULL" % column for column in columns)
            conditions.append("([source].[__n%d] = 1 OR %s)" % (index, nulls))
            matches = " AND ".join(
                "[target].%s = [source].%s" % (self.quote_name(field.column), source.column(field)) for field in key
            )
            conditions.append(
                "NOT EXISTS(SELECT 1 FROM %s AS [target] WITH (UPDLOCK, HOLDLOCK) WHERE %s)" % (self._table, matches)
            )
        sql = "INSERT INTO %s (%s) SELECT %s FROM (SELECT %s FROM %s AS [rows]) AS [source]" % (
            self._table,
            self._names(source.fields),
            ", ".join(source.column(field) for field in source.fields),
            ", ".join(["[rows].*", *numbers]),
            table,
        )
        return sql + (" WHERE " + " AND ".join(conditions) if conditions else ""), params

    def _collated(self, field, column):
        """The source's `column` with the collation of the table's, by which the key is unique.

        Where the field names none, an empty read of the table's column brings it along: its label goes over that of
        values (Collation precedence).
        """
        if not is_text(field, self.connection):
            return column
        collation = getattr(field, "db_collation", None)
        if collation:
            return "%s COLLATE %s" % (column, collation)
        name = self.quote_name(field.column)
        return "COALESCE((SELECT [t].%s FROM %s AS [t] WHERE 1 = 0), %s)" % (name, self._table, column)

    # ---- parts ------------------------------------------------------------------------

    def _names(self, fields):
        return ", ".join(self.quote_name(field.column) for field in fields)

    def _merge_insert(self, source):
        return "INSERT (%s) VALUES (%s)" % (
            self._names(source.fields),
            ", ".join("[source].%s" % source.column(field) for field in source.fields),
        )

    def _returning(self, identity_only=False):
        """What the statement returns: a Returning, 'identity', or None."""
        fields = self.returning_fields
        if not fields:
            return None
        auto = self.query.get_meta().auto_field
        if identity_only and list(fields) == [auto] and auto not in self.query.fields:
            return "identity"
        return Returning(self.connection, fields)

    def _finished(self, returning, head, rows):
        if returning is None:
            return "%s %s" % (head, rows)
        if returning == "identity":
            # Not affected by triggers that insert elsewhere, unlike @@IDENTITY.
            return "%s %s; SELECT CAST(SCOPE_IDENTITY() AS bigint)" % (head, rows)
        return returning.around("%s %s %s" % (head, returning.output_clause(), rows))

    def _merged(self, returning, sql):
        if returning is None:
            return "%s;" % sql
        return returning.around("%s %s" % (sql, returning.output_clause("[source].[%s]" % ORDINAL)), ordinal=True)

    def _with_identity(self, sql, fields):
        """Let the statement set the identity column, and switch back even if it fails (error 545)."""
        auto = self.query.get_meta().auto_field
        if auto is None or auto not in fields:
            return sql
        switch = "SET IDENTITY_INSERT %s" % self._table
        return (
            "%(switch)s ON; BEGIN TRY %(sql)s; %(switch)s OFF; END TRY BEGIN CATCH %(switch)s OFF; THROW; END CATCH"
        ) % {"switch": switch, "sql": sql.rstrip(";")}

    def _known_rows(self, returning_fields):
        """The rows to return, if they are nothing but keys that the objects bring along."""
        auto = self.query.get_meta().auto_field
        if not returning_fields or list(returning_fields) != [auto] or auto not in self.query.fields:
            return None
        keys = [self.pre_save_val(auto, obj) for obj in self.query.objs]
        if on_conflict(self.query) or not all(isinstance(key, int) for key in keys):
            return None
        return [(key,) for key in keys]

    # ---- execution ----------------------------------------------------------------------

    def execute_sql(self, returning_fields=None):
        known = self._known_rows(returning_fields)
        if known is not None:
            self.execute_sql()
            return known
        self.returning_fields = returning_fields
        statements, rows = self.as_sql(), []
        with self.connection.cursor() as cursor:
            for sql, params in statements:
                cursor.execute(sql, params)
                if returning_fields:
                    rows.extend(last_rows(cursor))
        if not returning_fields:
            return []
        auto = self.query.get_meta().auto_field
        if auto in returning_fields:
            place = list(returning_fields).index(auto)
            keys = [row[place] for row in rows]
            if not all(keys):
                check_keys(self.connection, self._table, keys)
        table = self.query.get_meta().db_table
        converters = self.get_converters([field.get_col(table) for field in returning_fields])
        if converters:
            rows = self.apply_converters(rows, converters)
        return [tuple(row) for row in rows]
