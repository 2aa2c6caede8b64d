"""The versions that the sandbox plays, and what each supports: ``versions.toml``, with a source for each line."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PAGES = "https://learn.microsoft.com/sql/t-sql"


def _entry(kind: str, name: str, line: Any, release: str) -> dict[str, Any]:
    """A line completed by the defaults: the page of the function's name, error 195."""
    entry = {"name": name, **({"example": line} if isinstance(line, str) else line)}
    if release:
        entry["since"] = int(release)
    if kind == "function":
        entry["refused"] = entry.get("refused", 195) or None
    usual = {"function": "functions/" + name.replace("_", "-"), "version": "functions/serverproperty"}
    page = entry["source"] if "source" in entry else usual[kind]
    entry["source"] = page if "://" in page else f"{_PAGES}/{page}-transact-sql"
    return entry


def _table() -> dict[str, list[dict[str, Any]]]:
    """Kind of line -> the lines of versions.toml."""
    with open(Path(__file__).with_name("versions.toml"), "rb") as file:
        kinds = tomllib.load(file)
    return {
        kind: [
            _entry(kind, name, line, release)
            for release, lines in (sections if kind in ("function", "type", "syntax") else {"": sections}).items()
            for name, line in lines.items()
        ]
        for kind, sections in kinds.items()
    }


TABLE = _table()


def _needs(kind: str) -> dict[str, tuple[int, int]]:
    """Name -> (major version, compatibility level) of the entries of a kind."""
    return {entry["name"]: (entry["since"], entry.get("level", 0)) for entry in TABLE[kind]}


_FUNCTIONS, _SYNTAX = _needs("function"), _needs("syntax")
_FORBIDDEN = {entry["name"]: frozenset(entry["editions"]) for entry in TABLE["forbidden"]}

# Functions of SQL Server that the sandbox does not implement: refused as unsupported, not as unknown, unless a rule
# of their own applies first.
UNPLAYED = frozenset(
    """applock_mode applock_test approx_percentile_cont approx_percentile_disc assemblyproperty asymkey_id
    asymkeyproperty cert_id certencoded certprivatekey certproperty change_tracking_current_version
    change_tracking_is_column_in_mask change_tracking_min_valid_version checksum_agg columns_updated compress
    connectionproperty crypt_gen_random current_request_id current_timezone current_timezone_id
    database_principal_id decompress decryptbyasymkey decryptbycert decryptbykey decryptbykeyautoasymkey
    decryptbykeyautocert decryptbypassphrase edit_distance edit_distance_similarity encryptbyasymkey
    encryptbycert encryptbykey encryptbypassphrase eventdata file_id file_idex file_name filegroup_id
    filegroup_name filegroupproperty fileproperty filepropertyex formatmessage fulltextcatalogproperty
    fulltextserviceproperty get_filestream_transaction_context getansinull host_id indexkey_property
    is_objectsigned jaro_winkler_distance jaro_winkler_similarity json_contains key_guid key_id key_name
    loginproperty permissions product publishingservername pwdcompare pwdencrypt regexp_like regexp_matches
    regexp_split_to_table sessionproperty signbyasymkey signbycert stats_date suser_id suser_sid symkeyproperty
    tertiary_weights textptr textvalid trigger_nestlevel typeproperty update
    user_id vector_distance vector_norm vector_normalize vectorproperty verifysignedbyasymkey verifysignedbycert""".split()
)


@dataclass(frozen=True)
class Version:
    """A product version as it describes itself.

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
        """Whether this version has a function that the sandbox implements."""
        return self._reaches(_FUNCTIONS.get(name.casefold(), (0, 0)))

    def has_function_besides(self, name: str) -> bool:
        """Whether this version has a function that the sandbox does not implement."""
        return name.casefold() in UNPLAYED and self.has_function(name)

    def allows(self, key: str) -> bool:
        """Whether this version has a piece of syntax, or a feature that some editions lack."""
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
