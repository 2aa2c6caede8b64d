"""Collations: what a name says, and the key by which strings compare."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ..errors import NotSupported, SqlServerError
from ..sqltypes import DEFAULT_COLLATION, SqlType

_NAME = re.compile(
    r"(?P<base>SQL_Latin1_General_(?:Pref_)?CP(?:1|437|850|1250|1251|1252|1253|1254|1255|1256|1257)"
    r"|SQL_(?:Scandinavian|SwedishPhone|Danish_Pref|Icelandic)_(?:Pref_)?CP\w+"
    r"|[A-Z][A-Za-z0-9]*(?:_[A-Z][A-Za-z]*)*?(?:_(?:80|90|100|140|160))?)"
    r"_(?P<flags>BIN2|BIN|C[IS]_A[IS](?:_KS)?(?:_WS)?(?:_VSS)?(?:_SC)?)(?P<utf8>_UTF8)?",
    re.I,
)
_LANGUAGES = frozenset(
    """sql latin1 albanian arabic bosnian chinese croatian cyrillic czech danish estonian finnish french georgian
    german greek hebrew hungarian icelandic indic japanese kazakh korean latvian lithuanian macedonian maltese
    modern norwegian polish romanian sami serbian slovak slovenian swedishphone traditional thai turkish ukrainian
    upper uzbek vietnamese welsh""".split()
)


@dataclass(frozen=True)
class Collation:
    """The comparison rules of a collation."""

    name: str
    case_sensitive: bool
    accent_sensitive: bool
    binary: bool
    utf8: bool
    supplementary: bool = False

    @property
    def key_function(self) -> str:
        if self.binary:
            return "ms.k_bin2"
        language = "sv_" if self.name.casefold().startswith("finnish_swedish") else ""
        return f"ms.k_{language}{'cs' if self.case_sensitive else 'ci'}_{'as' if self.accent_sensitive else 'ai'}"


@lru_cache(maxsize=500)
def parse(name: str) -> Collation:
    """:raises SqlServerError: 448 for an unknown name."""
    if name.casefold() in ("database_default", "catalog_default"):
        name = DEFAULT_COLLATION
    match = _NAME.fullmatch(name)
    if not match or match["base"].casefold().split("_")[0] not in _LANGUAGES:
        raise SqlServerError(448, name=name)
    flags = match["flags"].upper()
    if match["base"].casefold().startswith(("turkish", "uzbek")) and not flags.startswith("BIN"):
        raise NotSupported(f"comparison by the collation {name}")
    # Collations of version 140 know supplementary characters without saying so.
    supplementary = "_SC" in flags or match["base"].endswith(("_140", "_160"))
    binary = flags.startswith("BIN")
    return Collation(name, "CS" in flags, "_AS" in flags, binary, bool(match["utf8"]), supplementary)


def is_known(name: str, version: int) -> bool:
    """Whether a release has it: those of UTF-8 came with 15."""
    try:
        return version >= 15 or not parse(name).utf8
    except SqlServerError as error:
        return error.number != 448


def canonical(name: str) -> str:
    """:raises SqlServerError: 448."""
    return DEFAULT_COLLATION if name.casefold() in ("database_default", "catalog_default") else parse(name).name


def key_sql(pg_sql: str, type_: SqlType) -> str:
    """The engine expression by which values of a type are compared, grouped and ordered."""
    if type_.is_character:
        return f"{parse(type_.collation or DEFAULT_COLLATION).key_function}({pg_sql})"
    if type_.name == "datetimeoffset":
        return f"({pg_sql}).u"
    if type_.name == "uniqueidentifier":
        return f"ms.k_uuid({pg_sql})"
    if type_.is_binary and type_.name != "rowversion":
        return f"ms.k_binary({pg_sql})"
    return pg_sql


def has_key(type_: SqlType) -> bool:
    """Whether the key of a type differs from its value."""
    return key_sql("x", type_) != "x"
