"""The token endpoint: the requirements of each grant, and the principal of its token.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow and related pages.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import jwt

if TYPE_CHECKING:
    from .service import EntraService

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class OAuthError(Exception):
    """An error response. RFC 6749, 5.2."""

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.description = description

    def answer(self) -> dict[str, Any]:
        return {"error": self.code, "error_description": self.description}


def grant(entra: EntraService, form: dict[str, str]) -> dict[str, Any]:
    """The answer to a request for a token.

    :raises OAuthError: the request is incomplete or wrong.
    """
    kind = form.get("grant_type", "")
    client = form.get("client_id", "")
    audience = form.get("resource") or _audience(form.get("scope", ""))
    if kind == "client_credentials":
        return entra.token(_proof(entra, client, form), client, audience)
    if kind == "password":
        if entra.users.get(form.get("username", "")) != form.get("password"):
            raise OAuthError(400, "invalid_grant", "AADSTS50126: Invalid username or password.")
        return _for_user(entra, "password", form["username"], audience, client)
    if kind in ("device_code", "urn:ietf:params:oauth:grant-type:device_code"):
        return _for_user(entra, "device_code", "device@example.com", _audience(entra.device_scope), client)
    if kind == "authorization_code":
        # The browser (browser.py) returns the nonce of the sign-in page as the code.
        nonce = form.get("code", "")
        return _for_user(entra, "interactive", "window@example.com", audience, client, nonce=nonce)
    if kind == "urn:ietf:params:oauth:grant-type:jwt-bearer":
        _proof(entra, client, form)
        return entra.token("on_behalf_of", _claims(form.get("assertion", "")).get("upn", ""), audience)
    if kind == "refresh_token":
        return _for_user(entra, "refresh", form.get("refresh_token", ""), audience, client)
    raise OAuthError(400, "unsupported_grant_type", f"AADSTS70003: {kind}")


def _proof(entra: EntraService, client: str, form: dict[str, str]) -> str:
    """The client's proof of identity: client_secret or client_assertion."""
    if client not in entra.principals:
        raise OAuthError(400, "unauthorized_client", "AADSTS700016: Application was not found in the directory.")
    if form.get("client_assertion_type") == _ASSERTION:
        claims = _claims(form.get("client_assertion", ""))
        if claims.get("sub") != client:
            raise OAuthError(401, "invalid_client", "AADSTS700212: No matching federated identity record found.")
        return "client_assertion"
    if form.get("client_secret") != entra.principals[client]:
        # As the real one does, but the secret itself is in the text: nothing of it may reach a log.
        text = f"AADSTS7000215: Invalid client secret provided: {form.get('client_secret')}"
        raise OAuthError(401, "invalid_client", text)
    return "client_secret"


def _for_user(entra: EntraService, kind: str, user: str, audience: str, client: str, **more: str) -> dict[str, Any]:
    claims = {
        "aud": client,
        "iss": f"{entra.authority}/{entra.tenant}/v2.0",
        "sub": user,
        "oid": user,
        "tid": entra.tenant,
    }
    identity = {**claims, "preferred_username": user, **more}
    info = base64.urlsafe_b64encode(json.dumps({"uid": user, "utid": entra.tenant}).encode()).decode()
    return {
        **entra.token(kind, user, audience),
        "refresh_token": user,
        "id_token": entra.issuer.token(user, **identity),
        "client_info": info.rstrip("="),
        "scope": audience + "/.default",
    }


def _audience(scope: str) -> str:
    """The resource of a scope: https://database.windows.net/.default -> https://database.windows.net/"""
    return next((part[: -len(".default")] for part in scope.split() if part.endswith("/.default")), scope)


def _claims(token: str) -> dict[str, Any]:
    """The claims of an assertion; its signature is not checked, as the signers' keys are unknown here."""
    try:
        return jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise OAuthError(400, "invalid_grant", "AADSTS50027: Invalid JWT token.") from None
