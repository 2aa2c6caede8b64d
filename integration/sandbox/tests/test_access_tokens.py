"""Access tokens: what is taken, and with which words the rest is refused."""

from __future__ import annotations

import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mssql_sandbox.access_tokens import TokenIssuer
from mssql_sandbox.errors import SqlServerError

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key):
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def token(key=KEY, alg="RS256", **claims):
    usual = {"aud": "https://database.windows.net/", "exp": int(time.time()) + 86400, "appid": "app", "iss": "me"}
    return jwt.encode({**usual, **claims}, key, alg)


ISSUER = TokenIssuer(pem(KEY), issuer="me")


def test_the_principal_s_name():
    assert ISSUER.principal(token()) == "app"
    assert ISSUER.principal(token(upn="ann@example.com")) == "ann@example.com"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (token(exp=time.time() - 1), "Token is expired."),
        (token(exp=None), "principal>'."),
        (token(exp="tomorrow"), "principal>'."),
        (token(aud="https://graph.microsoft.com"), "not currently configured to accept this token."),
        (token(iss="them"), "not currently configured to accept this token."),
        (token(aud=["https://graph.microsoft.com"]), "not currently configured to accept this token."),
        (token(nbf=time.time() + 900), "principal>'."),
        (token(OTHER), "principal>'."),
        (token(None, "none"), "principal>'."),
        (token("x" * 32, "HS256"), "principal>'."),
        (token(KEY, "PS256"), "principal>'."),
        (token(appid=None), "principal>'."),
        ("", "principal>'."),
        ("a.b.c", "principal>'."),
        ("ü.ü.ü", "principal>'."),
    ],
)
def test_others_are_error_18456(text, reason):
    with pytest.raises(SqlServerError) as caught:
        ISSUER.principal(text)
    assert caught.value.number == 18456 and caught.value.message.endswith(reason)


def test_an_issuer_travels_as_json():
    assert TokenIssuer.from_json(ISSUER.to_json()) == ISSUER
    with pytest.raises(ValueError):
        TokenIssuer.from_json(json.dumps({"key": "no key"}))
