"""PRELOGIN and LOGIN7."""

from __future__ import annotations

import struct

import pytest
from ddl_support import TOKEN, start_server
from raw_client import PRELOGIN_CLEAR, login7

from mssql_sandbox.errors import NotSupported, SqlServerError
from mssql_sandbox.interface import EnvChange, Info, Login
from mssql_sandbox.wire.login import (
    acknowledged_features,
    login_failure,
    login_response,
    parse_fedauth_token,
    parse_login,
)
from mssql_sandbox.wire.packets import ProtocolError
from mssql_sandbox.wire.prelogin import answer_encryption, build_prelogin, parse_prelogin
from mssql_sandbox.wire.tokens import federation_info


def test_prelogin():
    asked = parse_prelogin(PRELOGIN_CLEAR)
    assert asked.encryption == 2
    assert not asked.mars
    assert asked.fedauth_required is None
    answer = build_prelogin((16, 0, 4185, 3), 0, True)
    assert parse_prelogin(answer).fedauth_required is True
    assert answer.endswith(bytes([16, 0]) + struct.pack(">HH", 4185, 3) + b"\0\0\0\1")


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0\x20\0\6\xff", b"\xff"])
def test_broken_prelogin(data):
    with pytest.raises(ProtocolError):
        parse_prelogin(data)


@pytest.mark.parametrize("client,server", [(0, 0), (1, 1), (2, 2), (3, 1)])
def test_encryption_follows_the_client(client, server):
    assert answer_encryption(client) == server


def test_login_fields():
    request = parse_login(login7("user \u00e4", "p\u00e4ss }{", "a base", flags=(0xE0, 3, 0x20, 0)))
    login = request.login
    assert (login.user, login.password, login.database) == ("user \u00e4", "p\u00e4ss }{", "a base")
    assert (login.application, login.host, login.read_only_intent) == ("raw", "host", True)
    assert request.packet_size == 4096
    assert login.access_token is None


def test_passwords_and_tokens_stay_out_of_representations():
    token = "secret token".encode("utf-16-le")
    data = bytes([3]) + struct.pack("<I", len(token)) + token
    features = b"\x02" + struct.pack("<I", len(data)) + data + b"\xff"
    request = parse_login(login7(password="secret password", features=features))
    assert request.login.access_token == "secret token"
    assert "secret" not in repr(request)


def test_only_harmless_features_are_acknowledged():
    asked = dict.fromkeys([0x01, 0x02, 0x04, 0x09, 0x0A, 0x0B, 0x0D, 0x0E, 0x10], b"\1")
    assert acknowledged_features(asked) == {0x02: b"", 0x0A: b"\1"}


@pytest.mark.parametrize(
    "message,word",
    [
        (login7(version=0x71000001), "TDS version"),
        (login7(flags=(0xE0, 3, 0, 1)), "password"),
        (login7(language="Deutsch"), "language Deutsch"),
        (login7(features=b"\x02\x02\0\0\0\x00\x01\xff"), "FEDAUTH library 0"),
    ],
)
def test_logins_that_are_not_played(message, word):
    with pytest.raises(NotSupported, match=word):
        parse_login(message)


def test_integrated_security_is_error_18452():
    with pytest.raises(SqlServerError) as caught:
        parse_login(login7(flags=(0xE0, 0x83, 0, 0)))
    assert caught.value.number == 18452


def test_tds_7_3_is_answered_in_kind():
    request = parse_login(login7(version=0x730B0003))
    answer = login_response(request, [], (16, 0, 4185, 3), "S")
    assert b"\x73\x0b\x00\x03" in answer


def test_login_response_ends_with_done_and_names_the_packet_size():
    request = parse_login(login7())
    events = [EnvChange("database", "app", "master"), Info(5701, "Changed database context to 'app'.", 10)]
    answer = login_response(request, events, (16, 0, 4185, 3), "S")
    assert answer[-13] == 0xFD
    assert b"\x04" + b"\x04" + "4096".encode("utf-16-le") in answer
    assert bytes([16, 0]) + struct.pack(">H", 4185) in answer


def test_unknown_database_is_followed_by_login_failed():
    answer = login_failure(SqlServerError(4060, database="x"), "sa", "S")
    assert answer.index(struct.pack("<i", 4060)) < answer.index(struct.pack("<i", 18456))
    assert "Login failed for user 'sa'.".encode("utf-16-le") in answer


def test_a_driver_may_fetch_its_token_afterwards():
    request = parse_login(login7(features=b"\x02\x02\0\0\0\x05\x01\xff"))
    assert request.fetches_token and request.login.access_token is None
    assert not parse_login(login7()).fetches_token


def test_where_a_token_is_fetched():
    info = federation_info("https://sts/t", "https://db/")
    assert info[0] == 0xEE and struct.unpack_from("<I", info, 1)[0] == len(info) - 5
    count, kind, length, offset = struct.unpack_from("<IBII", info, 5)
    assert (count, kind) == (2, 1)
    assert info[5 + offset : 5 + offset + length].decode("utf-16-le") == "https://sts/t"


def test_the_token_that_comes():
    text = "a.b.c\0".encode("utf-16-le")
    assert parse_fedauth_token(struct.pack("<II", 4 + len(text), len(text)) + text) == "a.b.c"
    for data in (b"", b"\0" * 7, struct.pack("<II", 99, 4), struct.pack("<II", 4, 99)):
        with pytest.raises(ProtocolError):
            parse_fedauth_token(data)


@pytest.mark.parametrize("version", ["fabric", "warehouse"])
def test_an_edition_without_sql_logins_takes_tokens_only(version):
    server = start_server(version)
    try:
        with pytest.raises(SqlServerError) as refused:
            server.login(Login("sa", "Secret_1", "shop"))
        assert refused.value.number == 18456
        session, _ = server.login(Login("", "", "shop", access_token=TOKEN))
        session.close()
    finally:
        server.close()
