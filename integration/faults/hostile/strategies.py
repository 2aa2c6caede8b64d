"""Names and values as an attacker, or bad luck, would choose them."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import zoneinfo
from hypothesis import strategies as st

_FRAGMENTS = (
    "]", "]]", "[", "'", "''", '"', '""', ";", "--", "/*", "*/", "\\", "\\\n", "\n", "\r\nGO\r\n", "%", "%s", "%%s", "%(x)s",
    "{}", "{0}", ".", "].[", '"."', "@p1", "#", "$", "?", "{?=call x}", "_", "^", "[a-z]", "N'", "' OR 1=1 --",
    "'; DROP TABLE hostile_thing; --", "]; DROP TABLE hostile_thing; --", "EXEC sp_who", "\u2019", "\uff07", "\u02bc",
    "\u3002", "\uff3d", "\u0130", "ß", "🤡", "\u202e", "\u200b", "e\u0301", "\x1b", "\x7f", "\t", " ", "  ", "0x41", "NULL",
    "$.a", '$."a"', '"]', "\\u0041", "\\'", "&", "<", "select", "'+@@version+'", "0", "a", "Z", "é", "中",
)  # fmt: skip
_PIECES = st.one_of(
    st.sampled_from(_FRAGMENTS),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\u00b5\u0131"), max_size=6),
)
#: Texts that a database can hold; not empty.
TEXTS = st.lists(_PIECES, min_size=1, max_size=6).map("".join).filter(bool)
#: Texts that it cannot hold: lone surrogates, U+0000. (Texts lack U+00B5 and U+0131, whose case the sandbox lacks.)
IMPOSSIBLE = st.tuples(TEXTS, st.sampled_from(["\ud800", "\udfff", "\0"]), TEXTS).map("".join)
#: Names of tables, columns, indexes and constraints.
NAMES = TEXTS.map(lambda text: text[:50].rstrip()).filter(bool)
#: Names without percent signs, which Django itself takes for placeholders on every database.
COLUMNS = NAMES.filter(lambda text: "%" not in text)
_ZONES = [zoneinfo.ZoneInfo(name) for name in ("UTC", "Europe/Amsterdam", "Africa/Monrovia", "Asia/Kathmandu")]
MOMENTS: st.SearchStrategy[Any] = st.datetimes(
    datetime.datetime(1, 1, 3), datetime.datetime(9999, 12, 29), timezones=st.sampled_from(_ZONES)
)
DECIMALS = st.decimals("-1e21", "1e21", places=8, allow_nan=False).filter(
    lambda value: abs(value) < decimal.Decimal("1e21")
)
DOCUMENTS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=5,
)
