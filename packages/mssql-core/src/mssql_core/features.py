"""Features of SQL Server that differ from Django's defaults; each False has the server's rule beside it."""

from typing import Dict, Optional, Tuple

from django.db.backends.base.features import BaseDatabaseFeatures

from .plugin.django_types import cached_property


class DatabaseFeatures(BaseDatabaseFeatures):
    # Transactions and locks
    supports_transactions = True
    # SAVE TRANSACTION has no counterpart to RELEASE SAVEPOINT.
    can_release_savepoints = False
    # Constraints are checked at the end of each statement; none is deferrable
    # (ALTER TABLE, table_constraint).
    can_defer_constraint_checks = False
    supports_deferrable_unique_constraints = False
    has_select_for_update = True
    has_select_for_update_nowait = True
    has_select_for_update_skip_locked = True
    has_select_for_update_of = True
    # Locks are hints behind a table's name: WITH (UPDLOCK, ...).
    for_update_after_from = True
    # UPDLOCK goes with the shared locks of those who check a foreign key (Lock compatibility).
    has_select_for_no_key_update = True

    # Inserts and updates
    can_return_columns_from_insert = True
    can_return_rows_from_bulk_insert = True
    can_return_rows_from_update = True
    supports_update_conflicts = True
    supports_update_conflicts_with_target = True
    # A CASE of parameters and NULLs has no type of its own (error 8133).
    requires_casted_case_in_updates = True
    insert_test_table_with_defaults = "INSERT INTO {} DEFAULT VALUES"

    # Long lists of values travel as one JSON parameter, so the limit of 2,100
    # parameters in a request (error 8003) is met by no query.
    max_query_params = None

    # A result that is still open is read into memory when another statement runs (cursor.py).
    can_use_chunked_reads = True

    # Data types
    has_real_datatype = True
    # bit is a number, not a predicate (error 4145).
    has_native_boolean_field = False
    # There is no interval type.
    has_native_duration_field = False
    supports_temporal_subtraction = True
    # numeric without precision is numeric(18, 0).
    supports_no_precision_decimalfield = False
    supports_unlimited_charfield = True
    # nvarchar(max) cannot be an index key (error 1919).
    supports_index_on_text_field = False
    supports_regex_backreferencing = False

    # Comparison and order
    has_case_insensitive_like = True
    # ORDER BY has no NULLS FIRST and NULLS LAST; NULL is the lowest value.
    supports_order_by_nulls_modifier = False
    order_by_nulls_first = True
    nulls_order_largest = False
    # GREATEST and LEAST skip NULLs, and so does MAX over VALUES before 2022.
    greatest_least_ignores_nulls = True
    # A predicate is not a value that raw SQL could select (Search Condition; errors 102 and 4145).
    supports_boolean_expr_in_select_clause = False
    # There is no XOR between predicates.
    supports_logical_xor = False

    # Queries
    # GROUP BY takes no ordinals (error 164); subqueries are computed beside the tables.
    allows_group_by_select_index = False
    supports_subqueries_in_group_by = True
    # ORDER BY in a subquery needs TOP or OFFSET (error 1033).
    ignores_unnecessary_order_by_in_subqueries = False
    supports_slicing_ordering_in_compound = True
    can_distinct_on_fields = True
    # Aggregates have no FILTER (WHERE ...).
    supports_aggregate_filter_clause = False
    supports_aggregate_order_by_clause = True
    # STRING_AGG takes no DISTINCT (STRING_AGG).
    supports_aggregate_distinct_multiple_argument = False
    supports_any_value = True
    supported_explain_formats = {"XML"}
    supports_over_clause = True
    # RANGE takes only UNBOUNDED and CURRENT ROW (error 4194); no EXCLUDE.
    supports_frame_range_fixed_distance = False
    supports_frame_exclusion = False
    only_supports_unbounded_with_preceding_and_following = True
    test_now_utc_template = "SYSUTCDATETIME()"

    # Functions
    supports_uuid4_function = True
    supports_uuid4_function_in_default = True
    supports_uuid7_function = True
    supports_uuid7_function_shift = True

    # Definition of tables
    can_rollback_ddl = True
    # ALTER TABLE changes one column per statement.
    supports_combined_alters = False
    can_rename_index = True
    # DDL takes no parameters.
    requires_literal_defaults = True
    # A filter compares columns with constants only (error 10735).
    supports_functions_in_partial_indexes = False
    supports_covering_indexes = True
    supports_nulls_distinct_unique_constraints = True
    supports_comments = True
    # There is no COMMENT clause: comments are extended properties.
    supports_comments_inline = False
    supports_tablespaces = True
    supports_stored_generated_columns = True
    supports_virtual_generated_columns = True
    can_clone_databases = True

    # JSON is the business of the plugin mssql-json. Where an alias lacks it, check E001 names the remedy; with a no here
    # Django would add one that names none (fields.E180), and leave out models and tests that ask for the flag.
    supports_json_field = True
    can_introspect_json_field = False
    has_json_object_function = False

    create_test_procedure_without_params_sql = """
        CREATE PROCEDURE test_procedure AS
        DECLARE @i int = 1
    """
    create_test_procedure_with_int_param_sql = """
        CREATE PROCEDURE test_procedure @p_i int AS
        DECLARE @i int = @p_i
    """
    # EXEC procedure @name = value (EXECUTE).
    supports_callproc_kwargs = True

    test_collations = {
        "ci": "Latin1_General_100_CI_AS",
        "cs": "Latin1_General_100_BIN2",
        "non_default": "Latin1_General_100_CI_AI",
        "swedish_ci": "Finnish_Swedish_100_CI_AS",
        "virtual": "Latin1_General_100_CI_AI",
    }

    @cached_property
    def minimum_database_version(self) -> Optional[Tuple[int, ...]]:
        """SQL Server 2016; the version number of Azure services means nothing."""
        return (13,) if self.connection.server.edition.is_versioned else None

    @property
    def ignores_table_name_case(self) -> bool:
        """As the database's collation says, once it is known: Django reads the flag before there is a database, too."""
        server = self.connection.server_if_known()
        return server is None or bool(server.ignores_case)

    @property
    def has_native_uuid_field(self) -> bool:
        return bool(self.connection.data_types["UUIDField"] == "uniqueidentifier")

    @property
    def supports_timezones(self) -> bool:
        """datetime2 stores no offset."""
        return bool(self.connection.data_types["DateTimeField"] == "datetimeoffset")

    @cached_property
    def introspected_field_types(self) -> Dict[str, str]:
        return {
            **super().introspected_field_types,
            "DurationField": "BigIntegerField",
            "GenericIPAddressField": "CharField",
            "PositiveBigIntegerField": "BigIntegerField",
            "PositiveIntegerField": "IntegerField",
            "PositiveSmallIntegerField": "SmallIntegerField",
        }
