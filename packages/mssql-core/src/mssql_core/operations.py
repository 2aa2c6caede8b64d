"""Django's operations in T-SQL."""

import datetime
import decimal
import uuid

from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import Exists, Lookup
from django.db.models.sql.where import WhereNode
from django.utils import timezone

from .datetime_operations import DatetimeOperations
from .expressions import is_predicate
from .server import Capability
from .names import MAX_NAME_LENGTH, TableName, quote_identifier

# Values of one request; the server's limit is 2,100 (error 8003), some of which the driver needs.
MAX_PARAMETERS = 2000


class DatabaseOperations(DatetimeOperations, BaseDatabaseOperations):
    compiler_module = "mssql_core.compiler"
    # One pyodbc batch is one unit; RunSQL may be split at GO by the project.
    cast_char_field_without_max_length = "nvarchar(max)"
    explain_prefix = None
    integer_field_ranges = {
        **BaseDatabaseOperations.integer_field_ranges,
        "SmallIntegerField": (-32768, 32767),
        "IntegerField": (-2147483648, 2147483647),
        "BigIntegerField": (-9223372036854775808, 9223372036854775807),
        "PositiveSmallIntegerField": (0, 32767),
        "PositiveIntegerField": (0, 2147483647),
        "PositiveBigIntegerField": (0, 9223372036854775807),
        "SmallAutoField": (-32768, 32767),
        "AutoField": (-2147483648, 2147483647),
        "BigAutoField": (-9223372036854775808, 9223372036854775807),
    }
    cast_data_types = {
        "AutoField": "int",
        "BigAutoField": "bigint",
        "SmallAutoField": "smallint",
        "CharField": "nvarchar(%(max_length)s)",
        "SlugField": "nvarchar(%(max_length)s)",
        "TextField": "nvarchar(max)",
        "IntegerField": "int",
        "PositiveIntegerField": "int",
        "DurationField": "bigint",
    }
    set_operators = {"union": "UNION", "intersection": "INTERSECT", "difference": "EXCEPT"}

    # ---- names and limits -----------------------------------------------------------

    def max_name_length(self):
        return MAX_NAME_LENGTH

    def quote_name(self, name):
        """``[name]``; a name that carries a schema becomes ``[schema].[name]``."""
        if name.startswith("[") and name.endswith("]") and name.count("[") == 1:
            return name
        parsed = TableName.parse(name)
        if parsed.schema:
            return str(parsed)
        return quote_identifier(name)

    def bulk_batch_size(self, fields, objs):
        """Rows of one statement, by the limit of parameters."""
        if not fields:
            return 1000
        return max(MAX_PARAMETERS // len(fields), 1)

    def max_in_list_size(self):
        return None

    def limit_offset_sql(self, low_mark, high_mark):
        sql = "OFFSET %d ROWS" % (low_mark or 0)
        if high_mark is not None:
            sql += " FETCH NEXT %d ROWS ONLY" % (high_mark - (low_mark or 0))
        return sql

    def no_limit_value(self):
        return None

    def for_update_sql(self, nowait=False, skip_locked=False, of=(), no_key=False):
        """Locks are hints behind each table (see compiler.lock_hint)."""
        return ""

    def force_no_ordering(self):
        return []

    # ---- expressions -------------------------------------------------------------------

    def conditional_expression_supported_in_where_clause(self, expression):
        """A predicate may stand alone, a bit has to be compared."""
        if isinstance(expression, (Exists, Lookup, WhereNode)):
            return True
        return is_predicate(expression)

    def combine_expression(self, connector, sub_expressions):
        if connector == "^":
            left, right = sub_expressions
            return "POWER(CAST(%s AS float), %s)" % (left, right)
        if connector == "#":
            return "(%s)" % " ^ ".join(sub_expressions)
        if connector in ("<<", ">>"):
            left, right = sub_expressions
            if self.connection.server.has(Capability.SHIFT):
                return "%s(%s, %s)" % ("LEFT_SHIFT" if connector == "<<" else "RIGHT_SHIFT", left, right)
            operator = "*" if connector == "<<" else "/"
            return "(%s %s POWER(CAST(2 AS bigint), %s))" % (left, operator, right)
        if connector == "%%":
            return "(%s)" % " %% ".join(sub_expressions)
        return super().combine_expression(connector, sub_expressions)

    def unification_cast_sql(self, output_field):
        return "%s"

    def lookup_cast(self, lookup_type, internal_type=None):
        if lookup_type in ("iexact", "icontains", "istartswith", "iendswith") and self._case_sensitive:
            return "UPPER(%s)"
        return "%s"

    @property
    def _case_sensitive(self):
        """Whether the database's collation tells case; otherwise UPPER would only hide indexes."""
        collation = self.connection.server.collation.upper()
        return "_CS" in collation or "_BIN" in collation

    def lookup_sql_case(self, text):
        return "UPPER(%s)" % text if self._case_sensitive else text

    def prep_for_like_query(self, x):
        text = str(x).replace("\\", "\\\\")
        return text.replace("%", r"\%").replace("_", r"\_").replace("[", r"\[")

    prep_for_iexact_query = staticmethod(str)

    def field_cast_sql(self, db_type, internal_type):
        return "%s"

    def regex_lookup(self, lookup_type):
        from django.db import NotSupportedError

        raise NotSupportedError(
            "Regular expressions need SQL Server 2025 or Azure SQL at compatibility level 170 (REGEXP_LIKE)."
        )

    # ---- inserts -------------------------------------------------------------------------

    def pk_default_value(self):
        return "DEFAULT"

    def returning_columns(self, fields):
        """Nothing follows the statement: OUTPUT stands inside (see insert.py)."""
        return "", ()

    return_insert_columns = returning_columns

    def bulk_insert_sql(self, fields, placeholder_rows):
        return "VALUES %s" % ", ".join("(%s)" % ", ".join(row) for row in placeholder_rows)

    def last_insert_id(self, cursor, table_name, pk_name):
        cursor.execute("SELECT CAST(SCOPE_IDENTITY() AS bigint)")
        return cursor.fetchone()[0]

    # ---- values to the server ----------------------------------------------------------------

    def adapt_datefield_value(self, value):
        return value

    def adapt_timefield_value(self, value):
        if value is None or hasattr(value, "resolve_expression"):
            return value
        if timezone.is_aware(value):
            raise ValueError("SQL Server's time has no time zone; give a naive time.")
        return value

    def adapt_datetimefield_value(self, value):
        if value is None or hasattr(value, "resolve_expression"):
            return value
        if timezone.is_aware(value) and self._datetime_type != "datetimeoffset":
            from django.conf import settings

            if not settings.USE_TZ:
                raise ValueError("The column type datetime2 has no time zone and USE_TZ is off: give a naive datetime.")
            return timezone.make_naive(value, self.connection.timezone)
        return value

    def adapt_decimalfield_value(self, value, max_digits=None, decimal_places=None):
        return value

    def adapt_integerfield_value(self, value, internal_type):
        return value

    def adapt_ipaddressfield_value(self, value):
        return value or None

    # ---- values from the server -----------------------------------------------------------------

    def get_db_converters(self, expression):
        converters = super().get_db_converters(expression)
        kind = expression.output_field.get_internal_type()
        found = {
            "BooleanField": [_to_bool],
            "NullBooleanField": [_to_bool],
            "DateTimeField": [self._to_datetime],
            "DateField": [_to_date],
            "FloatField": [_to_float],
            "UUIDField": [_to_uuid],
            "BinaryField": [],
        }.get(kind, [])
        if kind == "DecimalField" and expression.output_field.decimal_places is not None:
            found = [_decimal_converter(expression.output_field)]
        return [*converters, *found]

    def _to_datetime(self, value, expression, connection):
        from django.conf import settings

        if isinstance(value, str):
            value = datetime.datetime.fromisoformat(value)
        if value is None:
            return None
        if settings.USE_TZ:
            if timezone.is_naive(value):
                return timezone.make_aware(value, self.connection.timezone)
            return value.astimezone(self.connection.timezone)
        return value if timezone.is_naive(value) else value.astimezone(datetime.timezone.utc).replace(tzinfo=None)

    # ---- maintenance ---------------------------------------------------------------------------------

    def savepoint_create_sql(self, sid):
        return "SAVE TRANSACTION %s" % self.quote_name(sid)

    def savepoint_rollback_sql(self, sid):
        return "ROLLBACK TRANSACTION %s" % self.quote_name(sid)

    def start_transaction_sql(self):
        return "BEGIN TRANSACTION"

    def tablespace_sql(self, tablespace, inline=False):
        return "ON %s" % self.quote_name(tablespace)

    def sql_flush(self, style, tables, *, reset_sequences=False, allow_cascade=False):
        """DELETE with the foreign keys off, which are then checked again: none is left untrusted."""
        if not tables:
            return []
        quoted = [self.quote_name(table) for table in tables]
        statements = ["ALTER TABLE %s NOCHECK CONSTRAINT ALL" % table for table in quoted]
        statements += ["DELETE FROM %s" % table for table in quoted]
        if reset_sequences:
            statements += [self._reseed(table) for table in tables]
        statements += ["ALTER TABLE %s WITH CHECK CHECK CONSTRAINT ALL" % table for table in quoted]
        return ["; ".join(statements)]

    def _reseed(self, table):
        """The next row gets 1: of a table that never had rows RESEED sets the next value itself."""
        name = self.quote_name(table).replace("'", "''")
        return (
            "IF EXISTS (SELECT 1 FROM sys.identity_columns WHERE object_id = OBJECT_ID(N'%s') AND last_value IS NOT NULL) "
            "DBCC CHECKIDENT (N'%s', RESEED, 0) WITH NO_INFOMSGS" % (name, name)
        )

    def sequence_reset_by_name_sql(self, style, sequences):
        return [self._reseed(sequence["table"]) for sequence in sequences]

    def sequence_reset_sql(self, style, model_list):
        """Identities continue behind the largest value."""
        statements = []
        for model in model_list:
            for field in model._meta.local_fields:
                if isinstance(field, _auto_fields()):
                    name = self.quote_name(model._meta.db_table).replace("'", "''")
                    statements.append("DBCC CHECKIDENT (N'%s', RESEED) WITH NO_INFOMSGS" % name)
                    break
        return statements

    def last_executed_query(self, cursor, sql, params):
        if not params:
            return sql
        if isinstance(params, dict):
            return sql % {name: repr(value) for name, value in params.items()}
        from .literals import literal

        def text(value):
            try:
                return literal(value)
            except ValueError:
                return repr(value)

        try:
            return sql % tuple(text(value) for value in params)
        except TypeError:
            return "%s -- %r" % (sql, params)

    def prepare_sql_script(self, sql):
        """Statements between lines that say GO."""
        batches, current = [], []
        for line in sql.splitlines():
            if line.strip().upper() == "GO":
                batches.append("\n".join(current))
                current = []
            else:
                current.append(line)
        batches.append("\n".join(current))
        return [batch for batch in batches if batch.strip()]

    def window_frame_range_start_end(self, start=None, end=None):
        from django.db import NotSupportedError

        if (start and start < 0) or (end and end > 0):
            raise NotSupportedError(
                "SQL Server only supports UNBOUNDED together with PRECEDING and FOLLOWING for RANGE (error 4194)."
            )
        return super().window_frame_range_start_end(start, end)


def _auto_fields():
    from django.db.models import AutoField, BigAutoField, SmallAutoField

    return (AutoField, BigAutoField, SmallAutoField)


def _to_bool(value, expression, connection):
    return bool(value) if value in (0, 1) and value is not None else value


def _to_date(value, expression, connection):
    return value.date() if isinstance(value, datetime.datetime) else value


def _to_float(value, expression, connection):
    return float(value) if isinstance(value, decimal.Decimal) else value


def _to_uuid(value, expression, connection):
    return uuid.UUID(value) if isinstance(value, str) else value


def _decimal_converter(field):
    quantum = decimal.Decimal(1).scaleb(-field.decimal_places)
    context = decimal.Context(prec=60)

    def convert(value, expression, connection):
        if value is None:
            return None
        if isinstance(value, float):
            value = decimal.Context(prec=15).create_decimal_from_float(value)
        elif not isinstance(value, decimal.Decimal):
            value = decimal.Decimal(value)
        if type(expression).__name__ == "Col":
            return value.quantize(quantum, context=context)
        return value

    return convert
