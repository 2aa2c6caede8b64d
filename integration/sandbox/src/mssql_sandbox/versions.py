"""The versions the sandbox plays, and what each knows: ``versions.toml``, with a source for each line."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

with open(Path(__file__).with_name("versions.toml"), "rb") as _file:
    TABLE: dict[str, list[dict[str, Any]]] = tomllib.load(_file)


def _needs(kind: str) -> dict[str, tuple[int, int]]:
    """Name -> (major version, compatibility level) of the entries of a kind."""
    return {entry["name"]: (entry["since"], entry.get("level", 0)) for entry in TABLE[kind]}


_FUNCTIONS, _SYNTAX, _TYPES = _needs("function"), _needs("syntax"), _needs("type")
_FORBIDDEN = {entry["name"]: frozenset(entry["editions"]) for entry in TABLE["forbidden"]}

# Functions that SQL Server has and the sandbox may not: named, so that they are refused as unsupported and
# not as unknown.
_KNOWN = frozenset(
    """abs acos app_name applock_mode applock_test assemblyproperty asymkey_id asymkeyproperty cert_id certencoded
    certprivatekey certproperty change_tracking_current_version change_tracking_is_column_in_mask
    change_tracking_min_valid_version crypt_gen_random decryptbyasymkey decryptbycert decryptbykey
    decryptbykeyautoasymkey decryptbykeyautocert decryptbypassphrase encryptbyasymkey encryptbycert encryptbykey
    encryptbypassphrase eventdata file_idex filegroupproperty fileproperty filepropertyex fulltextcatalogproperty
    fulltextserviceproperty is_objectsigned key_guid key_id key_name loginproperty publishingservername signbyasymkey
    signbycert symkeyproperty tertiary_weights verifysignedbyasymkey verifysignedbycert approx_count_distinct approx_percentile_cont approx_percentile_disc ascii asin atan atn2 avg
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
    sysdatetimeoffset system_user sysutcdatetime tan textptr textvalid timefromparts todatetimeoffset translate trigger_nestlevel
    trim try_cast try_convert try_parse type_id type_name typeproperty unicode unistr update upper user user_id user_name
    var varp vector_distance vector_norm vector_normalize vectorproperty xact_state year""".split()
) | {"next value for"}


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

    @property
    def is_warehouse(self) -> bool:
        """A Fabric warehouse or SQL analytics endpoint."""
        return self.engine_edition == 11

    def at_level(self, compatibility: int) -> "Version":
        """The same product with a database of another compatibility level."""
        return replace(self, compatibility=compatibility)

    def _reaches(self, needed: tuple[int, int]) -> bool:
        return self.major >= needed[0] and self.compatibility >= needed[1]

    def has_function(self, name: str) -> bool:
        folded = name.casefold()
        return folded in _KNOWN and self._reaches(_FUNCTIONS.get(folded, (0, 0)))

    def has_type(self, name: str) -> bool:
        return self._reaches(_TYPES.get(name.casefold(), (0, 0)))

    def allows(self, key: str) -> bool:
        """Whether a piece of syntax, or what an edition may forbid, is there."""
        if key in _FORBIDDEN:
            return self.name not in _FORBIDDEN[key]
        return self._reaches(_SYNTAX[key])


def _banner(name: str, product_version: str) -> str:
    if not name.isdigit():
        return f"Microsoft SQL Azure (RTM) - {product_version} \n\tCopyright (C) Microsoft Corporation"
    return f"Microsoft SQL Server {name} - {product_version} (X64) \n\tDeveloper Edition (64-bit) on Linux"


def _version(entry: dict[str, Any]) -> Version:
    first, second, third, fourth = map(int, entry["product_version"].split("."))
    return Version(
        entry["name"], entry["major"], (first, second, third, fourth), entry["engine_edition"], entry["edition"],
        entry["compatibility"], entry["grammar"], _banner(entry["name"], entry["product_version"]),
        entry.get("update_type"),
    )  # fmt: skip


VERSIONS = {entry["name"]: _version(entry) for entry in TABLE["version"]}
