"""Signs access tokens, as Entra ID does. RFC 7519 (JWT), RFC 7515 (JWS, RS256)."""

from __future__ import annotations

import time
import uuid
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

AUDIENCE = "https://database.windows.net/"
TENANT = "7f1d4e3a-4c5b-4e1c-9a35-2f0a53d1c001"


class Issuer:
    """An issuer with a key of its own.

    :ivar url: the claim ``iss``.
    """

    def __init__(self, tenant: str = TENANT) -> None:
        self.tenant = tenant
        self.url = f"https://sts.windows.net/{tenant}/"
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def public_key(self) -> str:
        """PEM."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")

    def token(self, name: str = "app", seconds: int = 3600, audience: str = AUDIENCE, **claims: Any) -> str:
        """A signed token.

        :param name: of the principal, as ``upn`` with an at sign, else as ``appid``.
        :param seconds: its lifetime; negative for an expired one.
        :param claims: further claims, over the usual ones.
        """
        now = int(time.time())
        body = {
            "aud": audience,
            "iss": self.url,
            "iat": now,
            "nbf": now - 5,
            "exp": now + seconds,
            "tid": self.tenant,
            "jti": uuid.uuid4().hex,
            "upn" if "@" in name else "appid": name,
            **claims,
        }
        return jwt.encode(body, self._key, "RS256")
