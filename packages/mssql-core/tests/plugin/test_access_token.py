import base64

import pytest

from mssql_core.plugin import Secret, expires_on


def token(claims):
    return "e30.%s.c2ln" % base64.urlsafe_b64encode(claims.encode()).decode().rstrip("=")


@pytest.mark.parametrize("kind", [str, Secret])
def test_the_claim_exp(kind):
    assert expires_on(kind(token('{"exp": 1700000000, "aud": "x"}'))) == 1700000000


@pytest.mark.parametrize(
    "text",
    [
        "opaque", "a.b", "a.!!!.c", token("{}"), token('{"exp": "soon"}'), token("[]"), token("[" * 100000),
        token('{"exp": %s}' % ("9" * 400)), token('{"exp": NaN}'),
    ],
)  # fmt: skip
def test_what_does_not_tell(text):
    assert expires_on(text) is None
