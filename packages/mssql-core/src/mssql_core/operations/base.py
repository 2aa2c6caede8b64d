"""The operations: fragments of T-SQL and converted values."""

import decimal
import uuid
from typing import Any, Callable, Iterable, List, Mapping, Optional, Sequence, Tuple, Union

# models first: Django's lookups import what the line below it would begin.
from django.db import NotSupportedError, models
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models.expressions import Col, RawSQL
from django.db.models.lookups import Lookup
from django.db.models.sql.where import WhereNode

from .. import names
from ..compat import Operations
from ..compiler.locking import LockedTables, hint
from ..compiler.returned_rows import last_rows
from ..introspection.cache_tables import is_cache_table
from ..literals import literal, string_literal
from ..plugin.django_types import Connection, Cursor, Expression, Field, Model
from ..plugin.types import Params
from .batches import split_batches
from .dates import DateTimeOperations
from .floats import exact_text
from .regex import regex_condition

# Statements that bulk_update writes have one CASE per field.
_MAX_CASE_PARAMETERS = 2000
# Operators that T-SQL has in another form.
_COMBINED = {
    # POWER has its first argument's type, and int overflows (232).
    "^": "POWER(CAST({0} AS float), {1})",
    "#": "{0} ^ {1}",
    "<<": "({0} * POWER(CAST(2 AS bigint), {1}))",
    # Rounds down, as shifting does; the division of integers rounds toward zero.
    ">>": "CAST(FLOOR(CAST({0} AS numeric(38, 0)) / POWER(CAST(2 AS bigint), {1})) AS bigint)",
}
_TEXT_FIELDS = ("CharField", "TextField", "SlugField", "FileField", "FilePathField", "GenericIPAddressField")


class DatabaseOperations(Operations, DateTimeOperations, BaseDatabaseOperations):
    compiler_module = "mssql_core.compiler.select"
    # The statement stays as it is: the session is told to explain it (explain.py).
    explain_prefix = ""
    cast_char_field_without_max_length = "nvarchar(max)"
    cast_data_types = {"AutoField": "int", "BigAutoField": "bigint", "SmallAutoField": "smallint"}

    # ---- names -----------------------------------------------------------------------

    def quote_name(self, name: str) -> str:
        """`[name]`, or `[schema].[name]` for the forms of Meta.db_table that carry a schema.

        A bare name may be a column's or an alias's: only that of a cache table, which
        Django gives to nobody else, gets the alias's schema. See :meth:`quote_table`.
        """
        if self.schema_option and is_cache_table(name):
            return self.quote_table(name)
        return names.quote_name(name)

    @property
    def schema_option(self) -> Optional[str]:
        """The schema that OPTIONS names for bare table names, or None."""
        return (self.connection.settings_dict.get("OPTIONS") or {}).get("schema") or None

    def quote_table(self, db_table: str) -> str:
        """A table's name in T-SQL, in the alias's schema (the option ``schema``) unless it names one.

        :param db_table: as Meta.db_table writes it.
        """
        return names.table_sql(db_table, self.schema_option)

    @staticmethod
    def quote_column(name: str) -> str:
        """The name of a column, an index or a constraint in T-SQL: one name, where quote_name() might see a table's parts."""
        return names.quote_identifier(name)

    def quote_target(self, db_table: str) -> str:
        """The name of a table that a statement changes. :raises NotSupportedError: a linked server's table."""
        if names.may_have_parts(db_table):
            names.TableName.parse(db_table).of_this_server()
        return self.quote_table(db_table)

    def max_name_length(self) -> int:
        return names.MAX_NAME_LENGTH

    def tablespace_sql(self, tablespace: str, inline: bool = False) -> str:
        return "ON %s" % self.quote_name(tablespace)

    # ---- paging and locks ---------------------------------------------------------------

    def limit_offset_sql(self, low_mark: Optional[int], high_mark: Optional[int]) -> str:
        """OFFSET ... FETCH; the compiler adds the ORDER BY that it needs."""
        offset = low_mark or 0
        sql = "OFFSET %d ROWS" % offset
        if high_mark is not None and high_mark > offset:
            # FETCH of no rows is error 10744; such a query has a WHERE that is never true.
            sql += " FETCH NEXT %d ROWS ONLY" % (high_mark - offset)
        return sql

    def window_frame_range_start_end(self, start: Optional[int] = None, end: Optional[int] = None) -> Tuple[str, str]:
        """:raises NotSupportedError: a distance, which RANGE does not take (error 4194)."""
        try:
            frame: Tuple[str, str] = super().window_frame_range_start_end(start, end)
            return frame
        except NotSupportedError as error:
            raise NotSupportedError(
                "%s RANGE takes no distance (error 4194): use RowRange, or a subquery over the range of values." % error
            ) from None

    def for_update_sql(
        self, nowait: bool = False, skip_locked: bool = False, of: Any = (), no_key: bool = False
    ) -> str:
        """The table hint, for raw SQL. The compiler's own hints follow each table's name, see locking.py."""
        return "" if isinstance(of, LockedTables) else hint(nowait, skip_locked)

    def cache_key_culling_sql(self) -> str:
        key = self.quote_name("cache_key")
        return "SELECT %s FROM %%s ORDER BY %s OFFSET %%%%s ROWS FETCH NEXT 1 ROWS ONLY" % (key, key)

    # ---- sets of values ------------------------------------------------------------------

    def bulk_batch_size(self, fields: Iterable[Field], objs: Sequence[Any]) -> int:
        """
        The number of objects that one statement takes.

        Inserts and IN lists travel as one JSON parameter; bulk_update, which passes
        the primary key twice, writes a CASE of parameters for each field.
        """
        fields = list(fields)
        if getattr(self.connection.features, "max_query_params", None):
            size: int = super().bulk_batch_size(fields, objs)
            return size
        if not objs or len(fields) < 3 or fields[0] != fields[1]:
            return len(objs)
        key = len(getattr(fields[0], "fields", (None,)))
        return max(1, _MAX_CASE_PARAMETERS // ((len(fields) - 2) * (key + 1) or 1))

    # ---- values --------------------------------------------------------------------------

    def adapt_decimalfield_value(
        self, value: Any, max_digits: Optional[int] = None, decimal_places: Optional[int] = None
    ) -> Any:
        return value

    def adapt_unknown_value(self, value: Any) -> Any:
        return value

    def stored_document(self, text: str) -> str:
        """
        Return the text of a JSONField's value as its column stores it; a plugin's mixin may change or refuse it.

        :raises ValueError: the column cannot hold it; the message goes behind the field's name.
        """
        return text

    def get_db_converters(self, expression: Expression) -> List[Callable[..., Any]]:
        converters: List[Callable[..., Any]] = super().get_db_converters(expression)
        kind = expression.output_field.get_internal_type()
        if kind == "DateTimeField":
            converters.append(self.datetime_converter())
        elif kind == "UUIDField":
            converters.append(self.convert_uuidfield_value)
        elif not isinstance(expression, Col):
            convert = _COMPUTED.get(kind)
            if convert is not None:
                converters.append(convert)
        return converters

    def convert_uuidfield_value(
        self, value: Any, expression: Expression, connection: Connection
    ) -> Optional[uuid.UUID]:
        return value if value is None or isinstance(value, uuid.UUID) else uuid.UUID(value)

    # ---- expressions -----------------------------------------------------------------------

    def combine_expression(self, connector: str, sub_expressions: Sequence[str]) -> str:
        """Operators that T-SQL writes in another form, such as a function."""
        template = _COMBINED.get(connector)
        if template is not None:
            return template.format(*sub_expressions)
        sql: str = super().combine_expression(connector, sub_expressions)
        return sql

    def sort_expressions(self, expression: Expression) -> List[Expression]:
        """The expressions of ORDER BY for `expression`; a plugin's types may need several."""
        return [expression]

    def conditional_expression_supported_in_where_clause(self, expression: Any) -> bool:
        if isinstance(expression, (models.Exists, Lookup, WhereNode)):
            return True
        if isinstance(expression, models.ExpressionWrapper) and expression.conditional:
            return self.conditional_expression_supported_in_where_clause(expression.expression)
        return isinstance(expression, RawSQL) and expression.conditional

    def lookup_cast(self, lookup_type: str, internal_type: Optional[str] = None) -> str:
        """LIKE takes text; other types are shown as the server writes them."""
        if lookup_type in _PATTERN_LOOKUPS and internal_type is not None and internal_type not in _TEXT_FIELDS:
            if internal_type == "UUIDField":
                return "CONVERT(nvarchar(36), %s)"
            if internal_type == "FloatField":
                return exact_text("%s")
            if internal_type in _CAST_FOR_LIKE:
                return "CONVERT(nvarchar(64), %s)"
        return "%s"

    def prep_for_like_query(self, x: object) -> str:
        """Escape the wildcards, `[` among them, which opens a set of characters."""
        return str(x).replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_").replace("[", r"\[")

    def prep_for_iexact_query(self, x: object) -> str:
        """Return text: with a number the server would convert the column (error 245), and take "03" for 3."""
        return str(x)

    def regex_lookup(self, lookup_type: str) -> str:
        return regex_condition(self.connection, lookup_type)

    # ---- statements ------------------------------------------------------------------------

    def last_executed_query(self, cursor: Cursor, sql: str, params: Union[Params, Mapping[str, Any], None]) -> str:
        """The statement with its values in place, to be read, not run."""
        # Execute wrappers may have changed it.
        sql = getattr(cursor, "statement", None) or sql
        if not params:
            return sql if params is None else sql.replace("%%", "%")
        if isinstance(params, dict):
            return sql % {name: _shown(value) for name, value in params.items()}
        return sql % tuple(_shown(value) for value in params)

    def savepoint_create_sql(self, sid: str) -> str:
        return "SAVE TRANSACTION %s" % self.quote_name(sid)

    def savepoint_commit_sql(self, sid: str) -> str:
        """Nothing: a savepoint cannot be released (SAVE TRANSACTION)."""
        return ""

    def savepoint_rollback_sql(self, sid: str) -> str:
        return "ROLLBACK TRANSACTION %s" % self.quote_name(sid)

    def fetch_returned_rows(self, cursor: Cursor, returning_params: Any) -> List[Tuple[Any, ...]]:
        """Rows of Django's own UPDATE that returns columns."""
        rows: List[Tuple[Any, ...]] = last_rows(cursor)
        return rows

    def start_transaction_sql(self) -> str:
        return "BEGIN TRANSACTION;"

    def end_transaction_sql(self, success: bool = True) -> str:
        return "COMMIT TRANSACTION;" if success else "ROLLBACK TRANSACTION;"

    # ---- flush and identities --------------------------------------------------------------

    def prepare_sql_script(self, sql: str) -> List[str]:
        """The parts of a script: its batches if it has GO lines, else its statements as Django splits them."""
        batches = split_batches(sql)
        return super().prepare_sql_script(sql) if batches is None else batches

    def sql_flush(
        self, style: Any, tables: Sequence[str], *, reset_sequences: bool = False, allow_cascade: bool = False
    ) -> List[str]:
        """
        Empty the tables, with their foreign keys switched off meanwhile and checked again.

        TRUNCATE is refused for tables that a foreign key points to (error 4712).
        """
        if not tables:
            return []
        quoted = [self.quote_target(table) for table in tables]
        switch = "%s %s %%s CONSTRAINT ALL;" % (style.SQL_KEYWORD("ALTER TABLE"), "%s")
        statements = ["\n".join(switch % (table, "NOCHECK") for table in quoted)]
        statements += ["%s %s;" % (style.SQL_KEYWORD("DELETE FROM"), style.SQL_FIELD(table)) for table in quoted]
        # WITH CHECK: an unchecked key would stay untrusted, and unused by the optimizer.
        statements.append("\n".join(switch % (table, "WITH CHECK CHECK") for table in quoted))
        if reset_sequences:
            statements.append("\n".join(_restart(table) for table in quoted))
        return statements

    def sequence_reset_by_name_sql(self, style: Any, sequences: Iterable[Mapping[str, Any]]) -> List[str]:
        return [_restart(self.quote_target(sequence["table"])) for sequence in sequences]

    def sequence_reset_sql(self, style: Any, model_list: Iterable[Model]) -> List[str]:
        """Raise each identity to the highest key (DBCC CHECKIDENT without a value)."""
        keyword = style.SQL_KEYWORD("DBCC CHECKIDENT")
        return [
            names.restart_sql(self.quote_target(opts.db_table)).replace("DBCC CHECKIDENT", keyword, 1)
            for opts in (model._meta for model in model_list)
            if opts.auto_field is not None and opts.managed and not opts.proxy
        ]


_PATTERN_LOOKUPS = (
    "iexact",
    "contains",
    "icontains",
    "startswith",
    "istartswith",
    "endswith",
    "iendswith",
    "regex",
    "iregex",
)
_CAST_FOR_LIKE = (
    "AutoField", "BigAutoField", "BigIntegerField", "BooleanField", "DateField", "DateTimeField", "DecimalField",
    "IntegerField", "PositiveBigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField",
    "SmallAutoField", "SmallIntegerField", "TimeField",
)  # fmt: skip


def _shown(value: Any) -> str:
    try:
        return literal(value)
    except ValueError:
        return repr(value)


def _restart(table: str) -> str:
    """
    Return the statement that restarts the identity of `table`.

    RESEED sets the last value, but the next one in a table that never had a row.
    https://learn.microsoft.com/sql/t-sql/database-console-commands/dbcc-checkident-transact-sql
    """
    view, restart = names.TableName.parse(table).view("identity_columns"), names.restart_sql(table, 0)
    condition = "object_id = OBJECT_ID(%s) AND last_value IS NOT NULL" % string_literal(table)
    return "IF EXISTS (SELECT 1 FROM %s WHERE %s) %s;" % (view, condition, restart)


def _boolean(value: Any, expression: Expression, connection: Connection) -> Any:
    # Conditions are selected as 1 and 0; a sum of them is called boolean as well, and stays a number.
    return bool(value) if value in (0, 1) else value


def _decimal(value: Any, expression: Expression, connection: Connection) -> Optional[decimal.Decimal]:
    if value is None or isinstance(value, decimal.Decimal):
        return value
    return decimal.Decimal(repr(value) if isinstance(value, float) else str(value))


def _float(value: Any, expression: Expression, connection: Connection) -> Any:
    return float(value) if isinstance(value, (decimal.Decimal, int)) else value


_COMPUTED = {"BooleanField": _boolean, "DecimalField": _decimal, "FloatField": _float}
