"""Access tokens at login: JSON web tokens of one issuer whose public key is known.

Signature (RS256), audience, issuer and times are checked, as Azure SQL does; a bad token is error 18456.
Source: RFC 7519 (JWT), RFC 7515 (JWS), MS-TDS 2.2.6.4 "FEDAUTH"; the texts of
https://learn.microsoft.com/troubleshoot/sql/azure-sql/ for "<token-identified principal>".
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from .errors import SqlServerError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

AUDIENCES = ("https://database.windows.net/", "https://database.windows.net")
# Claims that name the principal, in order of preference.
_NAMES = ("upn", "unique_name", "preferred_username", "appid", "azp", "oid", "sub")
_PRINCIPAL = "<token-identified principal>"


@dataclass(frozen=True)
class TokenIssuer:
    """The issuer of tokens that the server accepts.

    :param key: the issuer's public RSA key, PEM.
    :param audiences: one of them must be the token's ``aud``.
    :param issuer: the token's ``iss``; any when empty.
    :param authority: the issuer's address, told (FEDAUTHINFO) to drivers that fetch the token themselves.
    :param resource: the resource they request.
    """

    key: str
    audiences: tuple[str, ...] = AUDIENCES
    issuer: str = ""
    authority: str = ""
    resource: str = AUDIENCES[0]

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> TokenIssuer:
        """:raises ValueError: when the text is not an issuer."""
        facts = json.loads(text)
        issuer = TokenIssuer(**{**facts, "audiences": tuple(facts.get("audiences", AUDIENCES))})
        issuer.public_key()
        return issuer

    def public_key(self) -> RSAPublicKey:
        """:raises ValueError: when ``key`` is not an RSA key."""
        from cryptography.hazmat.primitives.asymmetric import rsa
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        key = load_pem_public_key(self.key.encode("ascii"))
        if not isinstance(key, rsa.RSAPublicKey):
            raise ValueError("the issuer's key is not an RSA key")
        return key

    def principal(self, token: str) -> str:
        """The name of the token's principal.

        :raises SqlServerError: 18456 for a malformed, forged, expired or not yet valid token, or another audience.
        """
        import jwt  # few servers take tokens

        try:
            claims = jwt.decode(
                token,
                self.public_key(),
                algorithms=["RS256"],
                audience=self.audiences,
                issuer=self.issuer or None,
                options={"require": ["exp"]},
            )
        except jwt.ExpiredSignatureError:
            raise refusal("Token is expired.") from None
        except (jwt.InvalidAudienceError, jwt.InvalidIssuerError):
            raise refusal("The server is not currently configured to accept this token.") from None
        except jwt.InvalidTokenError:
            raise refusal() from None
        name = next((claims[name] for name in _NAMES if claims.get(name)), None)
        if not isinstance(name, str):
            raise refusal()
        return name


def refusal(reason: str = "") -> SqlServerError:
    """Error 18456 for a token."""
    return SqlServerError(18456, user=_PRINCIPAL, reason=f" {reason}" if reason else "")
