"""All ways to sign in of mssql-azure-auth and mssql-core."""

from __future__ import annotations

import datetime
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from . import browser
from .service import IDENTITY_HEADER, EntraService

CLIENT = "0f4d3f0b-8a41-4b8b-9b39-6c1d1e6f0001"
OTHER_IDENTITY = "0f4d3f0b-8a41-4b8b-9b39-6c1d1e6f0002"
SECRET = "canary; s}ecret {1}"
USER, PASSWORD = "ann@example.com", "canary p}ass;{word}"


@dataclass
class Way:
    """A way to sign in.

    :param plugin: options of the plugin; None leaves it out.
    :param settings: entries of the alias.
    :param options: its OPTIONS.
    :param environment: variables of the process.
    :param principal: the principal that the server sees.
    :param asked: the grant counted by the token service; empty for none.
    """

    plugin: dict[str, Any] | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    principal: str = CLIENT
    asked: str = ""


def prepare(entra: EntraService) -> None:
    """Register the principals and users of the ways."""
    entra.principals[CLIENT] = SECRET
    entra.users[USER] = PASSWORD
    entra.identities |= {CLIENT, OTHER_IDENTITY}


def ways(entra: EntraService, folder: Path) -> dict[str, Way]:
    """Name -> way.

    :param folder: for certificates, token files and a command that plays ``az``.
    """
    return {
        **_principals(entra, folder),
        **_machines(entra, folder),
        **_users(entra),
        **_tokens(entra),
        **_modes(entra),
    }


def _here(entra: EntraService) -> dict[str, Any]:
    """Options that lead azure-identity to the service on this machine."""
    return {
        "authority": entra.authority,
        "credential_options": {"disable_instance_discovery": True, "connection_verify": entra.bundle},
    }


def _principals(entra: EntraService, folder: Path) -> dict[str, Way]:
    who = {"credential": "service_principal", "tenant_id": entra.tenant, "client_id": CLIENT, **_here(entra)}
    path, data = _certificate(folder)
    assertion = entra.issuer.token("x", sub=CLIENT)
    return {
        "service principal: secret": Way({**who, "client_secret": SECRET}, asked="client_secret"),
        "service principal: USER and PASSWORD": Way(
            {name: value for name, value in who.items() if name != "client_id"},
            {"USER": CLIENT, "PASSWORD": SECRET},
            asked="client_secret",
        ),
        "service principal: certificate file": Way(
            {**who, "certificate_path": path, "certificate_password": PASSWORD}, asked="client_assertion"
        ),
        "service principal: certificate": Way({**who, "certificate_data": data}, asked="client_assertion"),
        "service principal: assertion": Way({**who, "client_assertion": lambda: assertion}, asked="client_assertion"),
        "on behalf of a user": Way(
            {
                **who,
                "credential": "on_behalf_of",
                "client_secret": SECRET,
                "user_assertion": lambda: entra.issuer.token(USER, audience="api://shop"),
            },
            principal=USER,
            asked="on_behalf_of",
        ),
    }


def _machines(entra: EntraService, folder: Path) -> dict[str, Way]:
    virtual_machine = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": entra.machine}
    app_service = {"IDENTITY_ENDPOINT": entra.machine + "/app-service", "IDENTITY_HEADER": IDENTITY_HEADER}
    file = folder / "federated-token"
    file.write_text(entra.issuer.token("pod", sub=CLIENT), encoding="ascii")
    principal = {"AZURE_TENANT_ID": entra.tenant, "AZURE_CLIENT_ID": CLIENT, "AZURE_CLIENT_SECRET": SECRET}
    identity = {"credential": "managed_identity", "by": "identity"}
    return {
        "managed identity of the system": Way(identity, environment=virtual_machine, principal="system", asked="imds"),
        "managed identity of the system, App Service": Way(
            identity, environment=app_service, principal="system", asked="app_service"
        ),
        "managed identity by client id": Way(
            {**identity, "client_id": OTHER_IDENTITY},
            environment=virtual_machine,
            principal=OTHER_IDENTITY,
            asked="imds",
        ),
        "managed identity by object id": Way(
            {**identity, "object_id": OTHER_IDENTITY},
            environment=virtual_machine,
            principal=OTHER_IDENTITY,
            asked="imds",
        ),
        "managed identity by the driver": Way(
            {"credential": "managed_identity"}, environment=app_service, principal="system", asked="app_service"
        ),
        "managed identity by object id, by the driver": Way(
            {"credential": "managed_identity", "object_id": OTHER_IDENTITY},
            environment=app_service,
            principal=OTHER_IDENTITY,
            asked="app_service",
        ),
        "workload identity": Way(
            {
                "credential": "workload_identity",
                "tenant_id": entra.tenant,
                "client_id": CLIENT,
                "token_file_path": str(file),
                **_here(entra),
            },
            asked="client_assertion",
        ),
        "default chain": Way({"credential": "default", **_here(entra)}, environment=principal, asked="client_secret"),
        "environment": Way({"credential": "environment", **_here(entra)}, environment=principal, asked="client_secret"),
        "command line (az)": Way(
            {"credential": "cli"}, environment={"PATH": _az(entra, folder) + ":/usr/bin:/bin"}, principal=USER
        ),
    }


def _users(entra: EntraService) -> dict[str, Way]:
    browser.install()
    app = {"client_id": CLIENT, "tenant_id": entra.tenant, **_here(entra)}
    return {
        "password": Way(
            {
                "credential": "password",
                "username": USER,
                "password": PASSWORD,
                **app,
                "credential_options": {**app["credential_options"], "transport": _transport(entra)},
            },
            principal=USER,
            asked="password",
        ),
        "interactive": Way({"credential": "interactive", **app}, principal="window@example.com", asked="interactive"),
        "device code": Way(
            {"credential": "device_code", "prompt": lambda url, code, end: None, **app},
            principal="device@example.com",
            asked="device_code",
        ),
    }


def _transport(entra: EntraService) -> Any:
    """MSAL asks for the kind of a user at the authority's host without its port, which is not 443 here."""
    from azure.core.pipeline.transport import RequestsTransport

    class Transport(RequestsTransport):
        def send(self, request: Any, **options: Any) -> Any:
            if request.url.startswith("https://localhost/"):
                request.url = entra.authority + request.url[len("https://localhost") :]
            return super().send(request, **options)

    return Transport(connection_verify=entra.bundle)


def _tokens(entra: EntraService) -> dict[str, Way]:
    def give() -> str:
        return entra.issuer.token(CLIENT)

    class Credential:
        """A custom credential, with the interface of azure-identity's."""

        def get_token(self, *scopes: str, **options: Any) -> Any:
            return type("AccessToken", (), {"token": give(), "expires_on": int(time.time()) + 3600})()

    return {
        "token": Way({"token": give()}),
        "function": Way({"token": give}),
        "function that tells the end": Way({"token": lambda: (give(), time.time() + 3600)}),
        "credential object": Way({"credential": Credential()}),
        "TOKEN": Way(settings={"TOKEN": give()}),
        "TOKEN, function": Way(settings={"TOKEN": give}),
        "TOKEN beside Trusted_Connection": Way(settings={"TOKEN": give(), "Trusted_Connection": "yes"}),
    }


def _modes(entra: EntraService) -> dict[str, Way]:
    app_service = {"IDENTITY_ENDPOINT": entra.machine + "/app-service", "IDENTITY_HEADER": IDENTITY_HEADER}
    machine = {"environment": app_service, "principal": "system", "asked": "app_service"}
    other = {**machine, "principal": OTHER_IDENTITY}
    principal = {"AZURE_TENANT_ID": entra.tenant, "AZURE_CLIENT_ID": CLIENT, "AZURE_CLIENT_SECRET": SECRET}
    return {
        "OPTIONS: ActiveDirectoryMsi": Way(options={"Authentication": "ActiveDirectoryMsi"}, **machine),
        "extra_params: ActiveDirectoryMsi": Way(
            options={"extra_params": "Authentication=ActiveDirectoryMsi"}, **machine
        ),
        "extra_params: ActiveDirectoryMsi and UID": Way(
            options={"extra_params": "Authentication=ActiveDirectoryMsi;UID=%s" % OTHER_IDENTITY}, **other
        ),
        "ActiveDirectoryMsi beside trusted_connection": Way(
            options={"Authentication": "ActiveDirectoryMsi", "trusted_connection": "yes"}, **machine
        ),
        "extra_params: ActiveDirectoryDefault": Way(
            _here(entra),
            options={"extra_params": "Authentication=ActiveDirectoryDefault"},
            environment=principal,
            asked="client_secret",
        ),
        "extra_params: ActiveDirectoryManagedIdentity": Way(
            {},
            options={"extra_params": "Authentication=ActiveDirectoryManagedIdentity;UID=%s" % OTHER_IDENTITY},
            **other,
        ),
        "extra_params: ActiveDirectoryServicePrincipal by azure-identity": Way(
            {"tenant_id": entra.tenant, **_here(entra)},
            {"USER": CLIENT, "PASSWORD": SECRET},
            {"extra_params": "Authentication=ActiveDirectoryServicePrincipal"},
            asked="client_secret",
        ),
    }


def _certificate(folder: Path) -> tuple[str, bytes]:
    """A self-signed certificate and its key: a file with a password, and bytes without."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )

    def private(encryption: serialization.KeySerializationEncryption) -> bytes:
        return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)

    path = folder / "principal.pem"
    path.write_bytes(private(serialization.BestAvailableEncryption(PASSWORD.encode())) + certificate)
    return str(path), private(serialization.NoEncryption()) + certificate


def _az(entra: EntraService, folder: Path) -> str:
    """A folder with a command ``az`` that gives one token."""
    commands = folder / "commands"
    commands.mkdir(exist_ok=True)
    answer = {"accessToken": entra.issuer.token(USER), "expires_on": int(time.time()) + 3600, "tokenType": "Bearer"}
    (commands / "answer.json").write_text(json.dumps(answer), encoding="ascii")
    command = commands / "az"
    command.write_text(
        "#!%s\nprint(open(%r).read())\n" % (sys.executable, str(commands / "answer.json")), encoding="ascii"
    )
    command.chmod(0o755)
    return str(commands)


Refusal = tuple[Callable[[], str], str]


def refusals(entra: EntraService) -> dict[str, Refusal]:
    """Name -> (a token that the server has to refuse with 18456, words of the refusal)."""
    from .issuer import Issuer

    return {
        "expired": (lambda: entra.issuer.token(CLIENT, -5), "Token is expired"),
        "wrong audience": (
            lambda: entra.issuer.token(CLIENT, audience="https://graph.microsoft.com/"),
            "not currently configured to accept this token",
        ),
        "wrong signature": (lambda: Issuer().token(CLIENT), "<token-identified principal>"),
        "no token at all": (lambda: "no.token.atall", "<token-identified principal>"),
    }
