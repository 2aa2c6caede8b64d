"""Signs access tokens, as Entra ID does. RFC 7519 (JWT), RFC 7515 (JWS, RS256)."""

from __future__ import annotations

import base64
import json
import time
import uuid
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
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

    def token(self, name: str = "app", seconds: float = 3600, audience: str = AUDIENCE, **claims: Any) -> str:
        """A signed token.

        :param name: of the principal, as ``upn`` with an at sign, else as ``appid``.
        :param seconds: how long it holds; negative for an expired one.
        :param claims: further claims, over the usual ones.
        """
        now = time.time()
        body = {
            "aud": audience,
            "iss": self.url,
            "iat": int(now),
            "nbf": int(now) - 5,
            "exp": now + seconds,
            "tid": self.tenant,
            "jti": uuid.uuid4().hex,
            "upn" if "@" in name else "appid": name,
            **claims,
        }
        signed = f"{_part({'typ': 'JWT', 'alg': 'RS256'})}.{_part(body)}"
        signature = self._key.sign(signed.encode("ascii"), padding.PKCS1v15(), SHA256())
        return f"{signed}.{_encoded(signature)}"


def _part(value: dict[str, Any]) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
