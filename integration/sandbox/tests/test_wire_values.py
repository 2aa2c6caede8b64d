"""Data types on the wire: every value goes there and back."""

from __future__ import annotations

import struct
import uuid
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mssql_sandbox import sqltypes as t
from mssql_sandbox.errors import NotSupported, SqlServerError
from mssql_sandbox.sqltypes import MAX, SqlType
from mssql_sandbox.wire import collation, typeinfo
from mssql_sandbox.wire.buffer import Buffer
from mssql_sandbox.wire.decode import read_value
from mssql_sandbox.wire.encode import TICKS_PER_DAY, encoded
from mssql_sandbox.wire.packets import ProtocolError
from mssql_sandbox.wire.typeinfo import read_type_info, type_info

LAST_DAY = 3_652_058
moments = st.integers(0, (LAST_DAY + 1) * TICKS_PER_DAY - 1)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


def decimals(precision, scale):
    limit = 10**precision - 1
    return st.integers(-limit, limit).map(lambda number: Decimal(f"{number}E-{scale}"))


VALUES = [
    (t.BIT, st.integers(0, 1)),
    (t.TINYINT, st.integers(0, 255)),
    (t.SMALLINT, st.integers(-(2**15), 2**15 - 1)),
    (t.INT, st.integers(-(2**31), 2**31 - 1)),
    (t.BIGINT, st.integers(-(2**63), 2**63 - 1)),
    (t.REAL, st.floats(width=32, allow_nan=False, allow_infinity=False)),
    (t.FLOAT, st.floats(allow_nan=False, allow_infinity=False)),
    (t.decimal(1, 0), decimals(1, 0)),
    (t.decimal(9, 9), decimals(9, 9)),
    (t.decimal(19, 4), decimals(19, 4)),
    (t.decimal(28, 3), decimals(28, 3)),
    (t.decimal(38, 38), decimals(38, 38)),
    (t.MONEY, st.integers(-(2**63), 2**63 - 1).map(lambda n: Decimal(f"{n}E-4"))),
    (t.SMALLMONEY, st.integers(-(2**31), 2**31 - 1).map(lambda n: Decimal(f"{n}E-4"))),
    (t.DATE, st.integers(0, LAST_DAY)),
    (t.TIME, st.integers(0, TICKS_PER_DAY - 1)),
    (SqlType("time", scale=3), st.integers(0, 86_399_999).map(lambda n: n * 10_000)),
    (t.DATETIME2, moments),
    (SqlType("datetime2", scale=0), moments.map(lambda n: n // 10_000_000 * 10_000_000)),
    (t.DATETIMEOFFSET, st.tuples(moments, st.integers(-840, 840))),
    (t.UNIQUEIDENTIFIER, st.uuids()),
    (t.nvarchar(80), texts),
    (t.nvarchar(MAX), texts),
    (SqlType("xml"), texts.map(lambda text: f"<a>{text}</a>")),
    (t.varchar(200, "Latin1_General_100_CI_AS_SC_UTF8"), texts),
    (t.varbinary(80), st.binary(max_size=80)),
    (t.varbinary(MAX), st.binary(max_size=200)),
]  # fmt: skip


@pytest.mark.parametrize("sqltype,values", VALUES, ids=[str(sqltype) for sqltype, _ in VALUES])
def test_there_and_back(sqltype, values):
    @given(st.none() | values)
    def check(value):
        buffer = Buffer(type_info(sqltype) + encoded(sqltype, value))
        info = read_type_info(buffer, "1")
        assert info.type.name == sqltype.name
        assert read_value(buffer, info, "1") == value
        assert buffer.exhausted

    check()


@given(st.integers(0, 2_958_463 + 53_690), st.integers(0, 86_400 * 300 - 1))
def test_datetime_keeps_its_three_hundredths(day, parts):
    ticks = (day + 639_905) * TICKS_PER_DAY + (parts * 100_000 + 1) // 3
    buffer = Buffer(type_info(t.DATETIME) + encoded(t.DATETIME, ticks))
    assert read_value(buffer, read_type_info(buffer, "1"), "1") == ticks


def test_datetime_of_the_documentation():
    # 2.2.5.5.1.8: days since 1900-01-01, then three-hundredths of a second since midnight.
    ticks = (693_595 + 1) * TICKS_PER_DAY + 33_333
    assert encoded(t.DATETIME, ticks) == b"\x08" + struct.pack("<iI", 1, 1)


def test_smalldatetime():
    ticks = (693_595 + 65_535) * TICKS_PER_DAY + 1439 * 600_000_000
    assert encoded(t.SMALLDATETIME, ticks) == b"\x04" + struct.pack("<HH", 65_535, 1439)


def test_guid_bytes_are_mixed_endian():
    value = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
    assert encoded(t.UNIQUEIDENTIFIER, value).hex() == "1033221100554477668899aabbccddeeff"


@pytest.mark.parametrize(
    "sqltype,value,expected",
    [
        (SqlType("char", length=5), "ab", b"\x05\x00ab   "),
        (SqlType("nchar", length=2), "a", b"\x04\x00a\0 \0"),
        (SqlType("binary", length=3), b"\1", b"\x03\x00\1\0\0"),
        (t.varchar(10), "\u20ac\u0081\u4e2d", b"\x03\x00\x80\x81?"),
        (SqlType("rowversion"), 2001, b"\x08\x00" + (2001).to_bytes(8, "big")),
    ],
)
def test_fixed_lengths_are_padded_and_code_pages_lose(sqltype, value, expected):
    assert encoded(sqltype, value) == expected


@pytest.mark.parametrize(
    "sqltype,value",
    [
        (t.TINYINT, 256), (t.INT, 2**31), (t.decimal(3, 1), Decimal("100")), (t.decimal(3, 1), Decimal("0.01")),
        (t.nvarchar(2), "abc"), (t.varbinary(1), b"ab"), (t.SMALLMONEY, Decimal(10**6)),
    ],
)  # fmt: skip
def test_a_value_outside_its_type_never_leaves(sqltype, value):
    with pytest.raises((ValueError, OverflowError, struct.error)):
        encoded(sqltype, value)


def test_types_that_cannot_be_sent_are_named():
    with pytest.raises(NotSupported, match="hierarchyid"):
        type_info(SqlType("hierarchyid"))


# ---- parameters that are wrong ------------------------------------------------------------

COLLATION = bytes.fromhex("0904d00034")


def parameter(data):
    buffer = Buffer(data)
    return read_value(buffer, read_type_info(buffer, '1 ("@P1")'), '1 ("@P1")')


@pytest.mark.parametrize(
    "data,number",
    [
        (b"\x26\x03\x00", 8016),
        (b"\x26\x04\x03abc", 8016),
        (b"\x6c\x05\x27\x00", 8016),
        (b"\x6c\x05\x05\x06", 8016),
        (b"\x2a\x08", 8016),
        (b"\xe7\x41\x1f" + COLLATION, 8016),
        (b"\xe7\x03\x00" + COLLATION, 8016),
        (b"\xe7\x02\x00" + COLLATION + b"\x04\x00abcd", 8016),
        (b"\x99", 8009),
        (b"\x6d\x08\x08" + struct.pack("<d", float("nan")), 8023),
        (b"\x6d\x08\x08" + struct.pack("<d", float("inf")), 8023),
        (b"\x6c\x05\x02\x00\x05\x01\x64\0\0\0", 8023),
        (b"\x28\x03" + (LAST_DAY + 1).to_bytes(3, "little"), 8023),
        (b"\x29\x07\x05" + TICKS_PER_DAY.to_bytes(5, "little"), 8023),
        (b"\x2b\x07\x0a" + bytes(8) + struct.pack("<h", 841), 8023),
        (b"\x6f\x08\x08" + struct.pack("<iI", -53_691, 0), 8023),
    ],
)
def test_wrong_parameters_have_the_servers_numbers(data, number):
    with pytest.raises(SqlServerError) as caught:
        parameter(data)
    assert caught.value.number == number
    assert '1 ("@P1")' in caught.value.message


@pytest.mark.parametrize(
    "data,word",
    [
        (b"\xf3\x00\x00\x00", "table-valued"),
        (b"\xf0", "CLR"),
        (b"\xf1\x01", "schema collection"),
        (b"\xe7\x04\x00" + COLLATION + b"\x02\x00\x00\xd8", "surrogate"),
        (b"\x62" + struct.pack("<II", 8009, 6) + b"\x38\x00abcd", "sql_variant"),
    ],
)
def test_what_is_not_played_is_refused_by_name(data, word):
    with pytest.raises(NotSupported, match=word):
        parameter(data)


def test_text_and_image_parameters():
    assert parameter(b"\x63" + struct.pack("<I", 100) + COLLATION + b"\x04\0\0\0a\0b\0") == "ab"
    assert parameter(b"\x23" + struct.pack("<I", 100) + COLLATION + b"\x02\0\0\0a\xe9") == "a\u00e9"
    assert parameter(b"\x22" + struct.pack("<I", 100) + b"\xff\xff\xff\xff") is None


def test_max_values_in_chunks_of_unknown_length():
    unknown = struct.pack("<Q", 0xFFFFFFFFFFFFFFFE)
    chunks = b"\x02\0\0\0a\0" + b"\x02\0\0\0b\0" + b"\0\0\0\0"
    assert parameter(b"\xe7\xff\xff" + COLLATION + unknown + chunks) == "ab"
    with pytest.raises(ProtocolError):
        parameter(b"\xe7\xff\xff" + COLLATION + struct.pack("<Q", 6) + chunks)


def test_fixed_types_have_no_length_byte():
    assert parameter(b"\x38" + struct.pack("<i", -5)) == -5
    assert parameter(b"\x32\x01") == 1
    assert parameter(b"\x1f") is None


def test_xml_with_byte_order_mark_and_in_utf8():
    body = "<a>\u4e2d</a>"
    for data in (b"\xff\xfe" + body.encode("utf-16-le"), body.encode("utf-16-le"), body.encode("utf-8")):
        plp = struct.pack("<QI", len(data), len(data)) + data + b"\0\0\0\0"
        assert parameter(b"\xf1\x00" + plp) == body


# ---- collations ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name,expected",
    [
        ("SQL_Latin1_General_CP1_CI_AS", "0904d00034"),
        ("SQL_Latin1_General_CP1_CS_AS", "0904c00033"),
        ("Latin1_General_CI_AS", "0904d00000"),
        ("Latin1_General_BIN2", "0904000200"),
        ("Latin1_General_100_CI_AS_SC_UTF8", "0904d02400"),
        ("Latin1_General_100_BIN2_UTF8", "0904002600"),
    ],
)
def test_collation_bytes(name, expected):
    assert collation.collation_bytes(name).hex() == expected


def test_code_pages():
    assert collation.code_page("Cyrillic_General_CI_AS") == 1251
    assert collation.code_page("Japanese_CI_AS") == 932
    assert collation.code_page("Latin1_General_100_CI_AS_SC_UTF8") == 65001
    assert collation.code_page(None) == 1252
    assert collation.code_page_of_bytes(collation.collation_bytes("Cyrillic_General_CS_AS")) == 1251
    with pytest.raises(NotSupported, match="Klingon_CI_AS"):
        collation.collation_bytes("Klingon_CI_AS")


def test_parameter_code_page_follows_its_collation():
    data = b"\xa7\x08\x00" + collation.collation_bytes("Cyrillic_General_CI_AS") + b"\x01\x00\xff"
    assert parameter(data) == "\u044f"
    assert typeinfo.page_of(SqlType("varchar", length=1, collation="Greek_CI_AS")) == 1253


def test_a_decimal_may_be_longer_than_its_precision_needs():
    """FreeTDS sends all sixteen bytes, whatever the precision."""
    assert parameter(b"\x6c\x11\x05\x02\x11\x01" + (12345).to_bytes(16, "little")) == Decimal("123.45")
