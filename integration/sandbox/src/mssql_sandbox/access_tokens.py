"""Access tokens at login: JSON web tokens of one issuer, whose public key is known.

Signature (RS256), audience, issuer and times are checked, as Azure SQL does; what fails is error 18456.
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
# Names a principal goes by, the first that the token has.
_NAMES = ("upn", "unique_name", "preferred_username", "appid", "azp", "oid", "sub")
_PRINCIPAL = "<token-identified principal>"


@dataclass(frozen=True)
class TokenIssuer:
    """Whose tokens the server takes.

    :param key: the issuer's public RSA key, PEM.
    :param audiences: of which one has to be the token's ``aud``.
    :param issuer: the token's ``iss``; any when empty.
    :param authority: address of the issuer that drivers are told (FEDAUTHINFO) when they ask for the token themselves.
    :param resource: for which they ask.
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
        """:raises ValueError: when the text is no issuer."""
        facts = json.loads(text)
        issuer = TokenIssuer(**{**facts, "audiences": tuple(facts.get("audiences", AUDIENCES))})
        issuer.public_key()
        return issuer

    def public_key(self) -> RSAPublicKey:
        """:raises ValueError: when ``key`` is no RSA key."""
        from cryptography.hazmat.primitives.asymmetric import rsa
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        key = load_pem_public_key(self.key.encode("ascii"))
        if not isinstance(key, rsa.RSAPublicKey):
            raise ValueError("the issuer's key is no RSA key")
        return key

    def principal(self, token: str) -> str:
        """The name of the token's principal.

        :raises SqlServerError: 18456 for a token that is none, forged, expired, not yet valid, or for someone else.
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
    """18456 for a token."""
    return SqlServerError(18456, user=_PRINCIPAL, reason=f" {reason}" if reason else "")
