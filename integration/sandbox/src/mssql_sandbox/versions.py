"""The versions the sandbox plays, and what each knows.

Sources: the "Applies to" lines of https://learn.microsoft.com/sql/t-sql/ and
https://learn.microsoft.com/sql/sql-server/what-s-new-in-sql-server-2025.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .errors import SqlServerError

# Functions by the first major version that has them; what is not named here is in all of them.
_FUNCTIONS = {
    14: "string_agg concat_ws translate trim",
    15: "approx_count_distinct",
    16: "greatest least datetrunc date_bucket generate_series json_object json_array json_path_exists bit_count "
    "get_bit set_bit left_shift right_shift approx_percentile_cont approx_percentile_disc",
    17: "json_objectagg json_arrayagg json_contains regexp_like regexp_count regexp_instr regexp_replace regexp_substr "
    "regexp_matches regexp_split_to_table current_date unistr base64_encode base64_decode product edit_distance "
    "edit_distance_similarity jaro_winkler_distance jaro_winkler_similarity vector_distance vector_norm "
    "vector_normalize vectorproperty",
}
_SINCE = {name: major for major, names in _FUNCTIONS.items() for name in names.split()}
# Functions that need a compatibility level besides.
_LEVEL = {"openjson": 130, "string_split": 130, "generate_series": 160, "regexp_like": 170}

# Functions that SQL Server has and the sandbox may not: named, so that they are refused as unsupported and
# not as unknown.
_KNOWN = frozenset(
    """abs acos app_name approx_count_distinct approx_percentile_cont approx_percentile_disc ascii asin atan atn2 avg
    base64_decode base64_encode binary_checksum bit_count ceiling char charindex checksum checksum_agg choose coalesce
    col_length col_name collationproperty columnproperty columns_updated compress concat concat_ws connectionproperty
    context_info cos cot count count_big cume_dist current_date current_request_id current_timestamp current_timezone
    current_timezone_id current_transaction_id current_user cursor_status database_principal_id databasepropertyex
    datalength date_bucket dateadd datediff datediff_big datefromparts datename datepart datetime2fromparts
    datetimefromparts datetimeoffsetfromparts datetrunc day db_id db_name decompress degrees dense_rank difference
    edit_distance edit_distance_similarity eomonth error_line error_message error_number error_procedure
    error_severity error_state exp file_id file_name filegroup_id filegroup_name first_value floor format
    formatmessage generate_series get_bit get_filestream_transaction_context getansinull getdate getutcdate greatest
    grouping grouping_id has_dbaccess has_perms_by_name hashbytes host_id host_name ident_current ident_incr
    ident_seed iif index_col indexkey_property indexproperty is_member is_rolemember is_srvrolemember isdate isjson
    isnull isnumeric jaro_winkler_distance jaro_winkler_similarity json_array json_arrayagg json_contains json_modify
    json_object json_objectagg json_path_exists json_query json_value lag last_value lead least left left_shift len
    log log10 lower ltrim max min min_active_rowversion month nchar newid newsequentialid ntile nullif object_definition
    object_id object_name object_schema_name objectproperty objectpropertyex openjson original_db_name original_login
    parsename patindex percent_rank percentile_cont percentile_disc permissions pi power product pwdcompare pwdencrypt
    quotename radians rand rank regexp_count regexp_instr regexp_like regexp_matches regexp_replace
    regexp_split_to_table regexp_substr replace replicate reverse right right_shift round row_number rowcount_big rtrim
    schema_id schema_name scope_identity serverproperty session_context session_user sessionproperty set_bit sign sin
    smalldatetimefromparts soundex space sql_variant_property sqrt square stats_date stdev stdevp str string_agg
    string_escape string_split stuff substring sum suser_id suser_name suser_sid suser_sname switchoffset sysdatetime
    sysdatetimeoffset system_user sysutcdatetime tan textptr timefromparts todatetimeoffset translate trigger_nestlevel
    trim try_cast try_convert try_parse type_id type_name typeproperty unicode unistr update upper user user_id user_name
    var varp vector_distance vector_norm vector_normalize vectorproperty xact_state year""".split()
) | {"next value for"}

_TYPES = {"json": 17, "vector": 17}

# Syntax and behaviour: key -> (major version, compatibility level).
_SYNTAX = {
    "json_path_expression": (14, 100),
    "is_distinct_from": (16, 100),
    "window_clause": (16, 160),
    "trim_characters": (16, 160),
    "isjson_type": (16, 100),
    "string_split_ordinal": (16, 100),
    "ignore_nulls": (16, 100),
    "shift_operators": (16, 100),
    "verbose_truncation": (15, 150),
    "concat_operator": (17, 100),
    "json_value_returning": (17, 100),
    "substring_without_length": (17, 100),
    "dateadd_bigint": (17, 100),
    "regexp_like": (17, 170),
}


@dataclass(frozen=True)
class Version:
    """One product as it describes itself.

    :param major: feature level, 13 (2016) ... 17 (2025); the cloud editions have the newest.
    :param product_version: SERVERPROPERTY('ProductVersion'); 12.0.2000.8 in the cloud.
    :param engine_edition: SERVERPROPERTY('EngineEdition').
    :param grammar: maxdop's --parser-version.
    """

    name: str
    major: int
    product_version: tuple[int, int, int, int]
    engine_edition: int
    edition: str
    compatibility: int
    grammar: str
    banner: str
    update_type: str | None = None

    @staticmethod
    def named(name: str) -> "Version":
        """:raises ValueError: for an unknown name, listing the known ones."""
        try:
            return VERSIONS[name.casefold()]
        except KeyError:
            raise ValueError(f"unknown version {name!r}; known: {', '.join(VERSIONS)}") from None

    @property
    def is_cloud_database(self) -> bool:
        """Azure SQL Database and SQL database in Fabric."""
        return self.engine_edition in (5, 12)

    def at_level(self, compatibility: int) -> "Version":
        """The same product with a database of another compatibility level."""
        return replace(self, compatibility=compatibility)

    def has_function(self, name: str) -> bool:
        folded = name.casefold()
        if folded not in _KNOWN:
            return False
        return self.major >= _SINCE.get(folded, 0) and self.compatibility >= _LEVEL.get(folded, 0)

    def has_type(self, name: str) -> bool:
        return self.major >= _TYPES.get(name.casefold(), 0)

    def allows(self, key: str) -> bool:
        """Whether a piece of syntax or an edition's right is there.

        'use' and 'cross_database' are refused by Azure SQL Database and Fabric (40508, 40515);
        'sql_logins' by Fabric. https://learn.microsoft.com/azure/azure-sql/database/transact-sql-tsql-differences-sql-server
        """
        if key in ("use", "cross_database"):
            return not self.is_cloud_database
        if key == "sql_logins":
            return self.engine_edition != 12
        major, level = _SYNTAX[key]
        return self.major >= major and self.compatibility >= level


def _box(year: str, major: int, build: tuple[int, int], update: str) -> Version:
    text = f"{major}.0.{build[0]}.{build[1]}"
    return Version(
        year, major, (major, 0, *build), 3, "Developer Edition (64-bit)", major * 10, year,
        f"Microsoft SQL Server {year} ({update}) - {text} (X64) \n\tDeveloper Edition (64-bit) on Linux",
    )  # fmt: skip


_AZURE_BANNER = "Microsoft SQL Azure (RTM) - 12.0.2000.8 \n\tCopyright (C) Microsoft Corporation"

VERSIONS = {
    "2016": _box("2016", 13, (6300, 2), "SP3"),
    "2017": _box("2017", 14, (1000, 169), "RTM"),
    "2019": _box("2019", 15, (2000, 5), "RTM"),
    "2022": _box("2022", 16, (1000, 6), "RTM"),
    "2025": _box("2025", 17, (1000, 7), "RTM"),
    "azure": Version("azure", 17, (12, 0, 2000, 8), 5, "SQL Azure", 170, "2025", _AZURE_BANNER),
    "managed-instance": Version(
        "managed-instance", 17, (12, 0, 2000, 8), 8, "SQL Azure", 170, "2025", _AZURE_BANNER, "Continuous"
    ),
    "fabric": Version("fabric", 17, (12, 0, 2000, 8), 12, "SQL Azure", 170, "2025", _AZURE_BANNER),
    "warehouse": Version("warehouse", 17, (12, 0, 2000, 8), 11, "SQL Azure", 170, "fabricdw", _AZURE_BANNER),
}


def refuse_statement(version: Version, what: str) -> SqlServerError:
    """40510: what a cloud database does not take."""
    del version
    return SqlServerError(40510, f"Statement '{what}' is not supported in this version of SQL Server.", 15)
