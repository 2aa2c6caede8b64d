"""Collations: their names, and the keys by which strings compare."""

import re
from dataclasses import dataclass
from functools import lru_cache

from ..errors import SqlServerError
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
    alike: int = 3  # what counts as the same: 1 hiragana and katakana, 2 full and half width

    @property
    def turkish(self) -> bool:
        """Whether i and I are different letters."""
        return self.name.casefold().startswith(("turkish", "uzbek"))

    def key(self, sql: str, ordered: bool = False) -> str:
        """The expression of a key that is equal for equal strings; ``ordered`` if order matters too."""
        if self.binary:
            return f"ms.k_bin2({sql})"
        name, known = self.name.casefold(), "latin1_general" in self.name.casefold()
        if name.startswith("finnish_swedish"):  # å, ä and ö are letters of their own, after z
            letters = "012345" if self.case_sensitive else "001122"
            sql = f"translate({sql}, 'åÅäÄöÖ', U&'{''.join(f'{chr(92)}E00{letter}' for letter in letters)}')"
            known = True
        result = f"ms.k_{self._sensitivity}({self._prepared(sql)}{self._alike})"
        unknown = "" if known else _unordered(name)
        return f"ms.k_ordered({result}, {sql}, '{unknown}', '{self.name}')" if ordered and unknown else result

    def fold(self, sql: str) -> str:
        """The string with equal characters mapped to one, in place."""
        return sql if self.binary else f"ms.fold_{self._sensitivity}({self._prepared(sql)}{self._alike})"

    @property
    def _sensitivity(self) -> str:
        return f"{'cs' if self.case_sensitive else 'ci'}_{'as' if self.accent_sensitive else 'ai'}"

    @property
    def _alike(self) -> str:
        return "" if self.alike == 3 else f", {self.alike}"

    def _prepared(self, sql: str) -> str:
        return f"translate({sql}, 'Iİ', 'ıi')" if self.turkish and not self.case_sensitive else sql


# Letters that a language sorts apart from their base letters; beyond ASCII the order is unknown.
_LETTERS = {
    "albanian": "dh|gj|ll|nj|rr|sh|th|xh|zh", "croatian": "d[zž]|lj|nj", "czech": "ch", "danish": "aa", "estonian": "[v-z]",
    "hungarian": "cs|dz|gy|ly|ny|sz|ty|zs", "latvian": "y", "lithuanian": "y", "norwegian": "aa", "slovak": "ch",
    "traditional": "ch|ll", "turkish": "I", "uzbek": ".", "vietnamese": "[cgknpqt]", "welsh": "[cdfglprt]",
}  # fmt: skip


def _unordered(name: str) -> str:
    """A pattern of strings whose sort position in a language is not known here."""
    letters = _LETTERS.get(name.split("_")[0])
    return "[^\u0001-\u007f]" + (f"|{letters}" if letters else "")


@lru_cache(maxsize=500)
def parse(name: str) -> Collation:
    """:raises SqlServerError: 448 for an unknown name."""
    if name.casefold() in ("database_default", "catalog_default"):
        name = DEFAULT_COLLATION
    match = _NAME.fullmatch(name)
    if not match or match["base"].casefold().split("_")[0] not in _LANGUAGES:
        raise SqlServerError(448, name=name)
    flags = match["flags"].upper()
    # Collations of version 140 support supplementary characters without _SC in the name.
    supplementary = "_SC" in flags or match["base"].endswith(("_140", "_160"))
    binary = flags.startswith("BIN")
    alike = 3 - ("_KS" in flags) - 2 * ("_WS" in flags)
    return Collation(name, "CS" in flags, "_AS" in flags, binary, bool(match["utf8"]), supplementary, alike)


def is_known(name: str, version: int) -> bool:
    """Whether a release has a collation: UTF-8 ones are new in 15."""
    try:
        return not parse(name).utf8 or version >= 15
    except SqlServerError as error:
        return error.number != 448


def canonical(name: str) -> str:
    """:raises SqlServerError: 448."""
    return DEFAULT_COLLATION if name.casefold() in ("database_default", "catalog_default") else parse(name).name


def key_sql(pg_sql: str, type_: SqlType, ordered: bool = False) -> str:
    """The engine expression that compares, groups and, if ``ordered``, sorts values of a type."""
    if type_.is_character:
        return parse(type_.collation or DEFAULT_COLLATION).key(pg_sql, ordered)
    if type_.name == "datetimeoffset":
        return f"({pg_sql}).u"
    if type_.name in ("uniqueidentifier", "sql_variant"):
        return f"ms.k_{'uuid' if type_.name == 'uniqueidentifier' else 'variant'}({pg_sql})"
    if type_.is_binary and type_.name != "rowversion":
        return f"ms.k_binary({pg_sql})"
    return pg_sql


def has_key(type_: SqlType) -> bool:
    """Whether the key of a type differs from its value."""
    return key_sql("x", type_) != "x"
