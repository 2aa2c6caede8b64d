"""Requests after the login, decoded from bytes."""

from __future__ import annotations

import struct

import pytest
from raw_client import HEADERS

from mssql_sandbox.errors import NotSupported, SqlServerError
from mssql_sandbox.wire.packets import ProtocolError
from mssql_sandbox.wire.requests import (
    TransactionRequest,
    parse_batch,
    parse_bulk_load,
    parse_rpc,
    parse_transaction,
)

INT = b"\x26\x04\x04"
COLLATION = bytes.fromhex("0904d00034")


def test_batch_text_is_kept_as_it_is():
    text = "select '\u4e2d' {fn now()} ?\r\n"
    assert parse_batch(HEADERS + text.encode("utf-16-le")) == text
    assert parse_batch(HEADERS) == ""


@pytest.mark.parametrize("data", [b"", b"\x01\0\0\0", HEADERS + b"x", HEADERS + b"\x00\xd8"])
def test_broken_batches(data):
    with pytest.raises(ProtocolError):
        parse_batch(data)


def test_rpc_by_name_and_number_in_one_message():
    name = "[sys].sp_tables"
    first = struct.pack("<H", len(name)) + name.encode("utf-16-le") + b"\2\0"
    first += b"\x02@\0a\0" + b"\1" + INT + b"\7\0\0\0"
    second = struct.pack("<HHH", 0xFFFF, 12, 0) + b"\0\2" + INT + b"\1\0\0\0"
    for separator in (b"\xff", b"\x80"):
        requests, error = parse_rpc(HEADERS + first + separator + second)
        assert error is None
        assert [request.procedure for request in requests] == [name, "sp_execute"]
        [parameter] = requests[0].parameters
        assert (parameter.name, parameter.value, parameter.output, parameter.default) == ("@a", 7, True, False)
        assert requests[1].parameters[0].default


def test_unknown_procedure_number():
    requests, error = parse_rpc(HEADERS + struct.pack("<HHH", 0xFFFF, 99, 0))
    assert requests == []
    assert error.number == 2812


def test_no_execute_batches_are_refused():
    _, error = parse_rpc(HEADERS + struct.pack("<HHH", 0xFFFF, 12, 0) + b"\0\0" + INT + b"\1\0\0\0" + b"\xfe")
    assert isinstance(error, NotSupported)


@pytest.mark.parametrize(
    "data,expected",
    [
        (b"\x05\0\x00\x00", TransactionRequest("begin")),
        (b"\x05\0\x05\x02a\0", TransactionRequest("begin", "a", 5)),
        (b"\x07\0\x00\x00", TransactionRequest("commit")),
        (b"\x07\0\x00\x01\x00\x00", TransactionRequest("commit", "", 0, True)),
        (b"\x08\0\x02a\0\x01\x04\x00", TransactionRequest("rollback", "a", 4, True)),
        (b"\x09\0\x02s\0", TransactionRequest("save", "s")),
    ],
)
def test_transaction_manager(data, expected):
    assert parse_transaction(HEADERS + data) == expected


def test_distributed_transactions_are_refused():
    with pytest.raises(NotSupported, match="distributed"):
        parse_transaction(HEADERS + b"\0\0")


def column(name, flags, type_info):
    return struct.pack("<IH", 0, flags) + type_info + bytes([len(name)]) + name.encode("utf-16-le")


def test_bulk_load():
    metadata = b"\x81\x02\0" + column("id", 0x18, b"\x26\x04") + column("t", 9, b"\xe7\x14\0" + COLLATION)
    rows = b"\xd1\x04\1\0\0\0\x04\0a\0b\0" + b"\xd2\x02\x04\2\0\0\0" + b"\xd1\0\xff\xff"
    columns, values = parse_bulk_load(metadata + rows + b"\xfd" + bytes(12))
    assert [(c.name, str(c.type), c.nullable, c.identity) for c in columns] == [
        ("id", "int", False, True), ("t", "nvarchar(10)", True, False)
    ]  # fmt: skip
    assert list(values) == [[1, "ab"], [2, None], [None, None]]


def test_bulk_load_of_old_types_is_refused():
    with pytest.raises(NotSupported, match="image"):
        parse_bulk_load(b"\x81\x01\0" + column("i", 9, b"\x22\xff\xff\xff\x7f"))


def test_too_many_parameters():
    _, error = parse_rpc(HEADERS + struct.pack("<HHH", 0xFFFF, 12, 0) + (b"\0\0" + INT + b"\1\0\0\0") * 2101)
    assert isinstance(error, SqlServerError)
    assert error.number == 8003
