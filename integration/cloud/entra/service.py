"""The endpoints: HTTPS for the authority, HTTP for the identity of this machine."""

from __future__ import annotations

import json
import ssl
import tempfile
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mssql_sandbox.access_tokens import TokenIssuer
from mssql_sandbox.wire.tls import make_contexts

from .grants import OAuthError, grant
from .issuer import Issuer

IDENTITY_HEADER = "identity-header-of-this-machine"


class EntraService:
    """``with EntraService() as entra: ...``

    :param lifetime: of its tokens, in seconds.
    :ivar principals: client id -> secret.
    :ivar users: name -> password.
    :ivar identities: ids of this machine's user-assigned identities; the system's is ``system``.
    :ivar requests: number of requests of each grant.
    :ivar bundle: path of the certificate (PEM) that clients of :attr:`authority` trust.
    :ivar delay: seconds that each answer waits.
    :ivar failing: answers are errors 503 while true.
    """

    def __init__(self, lifetime: int = 3600) -> None:
        self.issuer = Issuer()
        self.lifetime = lifetime
        self.principals: dict[str, str] = {}
        self.users: dict[str, str] = {}
        self.identities: set[str] = set()
        self.requests: Counter[str] = Counter()
        self.delay = 0.0
        self.failing = False
        # The parameters of the last device code; the request for its token does not repeat them.
        self.device_scope = ""
        self._folder = tempfile.TemporaryDirectory(prefix="entra-")
        self._servers: list[ThreadingHTTPServer] = []

    def __enter__(self) -> EntraService:
        contexts = make_contexts("127.0.0.1")
        self.bundle = str(Path(self._folder.name, "authority.pem"))
        Path(self.bundle).write_text(contexts.certificate, encoding="ascii")
        context = contexts.strict
        context.set_alpn_protocols(["http/1.1"])
        self.authority = "https://localhost:%d" % self._serve(context)
        self.machine = "http://127.0.0.1:%d" % self._serve(None)
        return self

    def __exit__(self, *exc_info: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._folder.cleanup()

    def trusted_by_sandbox(self, **changes: Any) -> TokenIssuer:
        """What a sandbox needs to take the tokens; ``changes`` over it."""
        facts = {"key": self.issuer.public_key, "issuer": self.issuer.url, **changes}
        return TokenIssuer(**facts)

    @property
    def tenant(self) -> str:
        return self.issuer.tenant

    def token(self, kind: str, name: str, audience: str) -> dict[str, Any]:
        """The answer of an endpoint that gives a token."""
        self.requests[kind] += 1
        return {
            "token_type": "Bearer",
            "expires_in": int(self.lifetime),
            "ext_expires_in": int(self.lifetime),
            "expires_on": str(int(time.time() + self.lifetime)),
            "resource": audience,
            "access_token": self.issuer.token(name, self.lifetime, audience),
        }

    def _serve(self, context: ssl.SSLContext | None) -> int:
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"entra": self}))
        server.daemon_threads = True
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        self._servers.append(server)
        return server.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    entra: EntraService
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: requests contain secrets."""

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self._answer({name: values[0] for name, values in parse_qs(body).items()})

    def _answer(self, form: dict[str, str]) -> None:
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        time.sleep(self.entra.delay)
        try:
            if self.entra.failing:
                raise OAuthError(503, "temporarily_unavailable", "AADSTS90033: A transient error has occurred.")
            status, answer = 200, self._found(address.path, query, form)
        except OAuthError as error:
            status, answer = error.status, error.answer()
        # Without blanks, as the real ones: the ODBC driver looks for `"access_token":"`.
        data = json.dumps(answer, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _found(self, path: str, query: dict[str, str], form: dict[str, str]) -> dict[str, Any]:
        entra = self.entra
        if path == "/metadata/identity/oauth2/token":
            if self.headers.get("Metadata") != "true":
                raise OAuthError(400, "invalid_request", "Required metadata header not specified")
            return self._identity(query, "imds")
        if path == "/app-service":
            if self.headers.get("X-IDENTITY-HEADER") != IDENTITY_HEADER:
                raise OAuthError(401, "unauthorized", "wrong X-IDENTITY-HEADER")
            return self._identity(query, "app_service")
        if path.endswith("/.well-known/openid-configuration"):
            return self._configuration()
        if "/userrealm/" in path.lower():
            return {"account_type": "Managed", "cloud_instance_name": "localhost", "ver": "1.0"}
        if path.endswith("/devicecode"):
            entra.device_scope = form.get("scope", "")
            return {
                "user_code": "ABC123", "device_code": "device", "verification_uri": "https://localhost/device",
                "expires_in": 60, "interval": 1, "message": "Enter ABC123 at https://localhost/device",
            }  # fmt: skip
        if path.endswith("/token"):
            return grant(entra, form)
        raise OAuthError(404, "not_found", path)

    def _identity(self, query: dict[str, str], kind: str) -> dict[str, Any]:
        named = [query[name] for name in ("client_id", "object_id", "mi_res_id", "msi_res_id") if name in query]
        if named and named[0] not in self.entra.identities:
            raise OAuthError(400, "invalid_request", "Identity not found")
        return self.entra.token(kind, named[0] if named else "system", query.get("resource", ""))

    def _configuration(self) -> dict[str, Any]:
        base = "%s/%s" % (self.entra.authority, self.entra.tenant)
        return {
            "issuer": base + "/v2.0",
            "authorization_endpoint": base + "/oauth2/v2.0/authorize",
            "token_endpoint": base + "/oauth2/v2.0/token",
            "device_authorization_endpoint": base + "/oauth2/v2.0/devicecode",
            "jwks_uri": base + "/discovery/v2.0/keys",
        }
