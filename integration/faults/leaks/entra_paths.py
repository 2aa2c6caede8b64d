"""Principals that get no token: wrong secrets, keys that do not fit, failing functions, an unavailable service."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from pathlib import Path as FilePath
from typing import Any, Callable, Iterator

from cloud.entra import EntraService
from cloud.entra import ways as entra_ways
from harness.server import Server

from . import canary
from .canary import SHAPES, secret
from .paths import Path


class EntraPaths:
    """All of them, with a token service on this machine.

    :param server: accepts or refuses tokens.
    """

    def __init__(self, server: Server, entra: EntraService, folder: FilePath) -> None:
        self.server = server
        self.entra = entra
        self.folder = folder

    def __iter__(self) -> Iterator[Path]:
        yield from self._wrong_secrets()
        yield from self._keys()
        yield from self._functions()
        yield from self._proxies()

    def _path(self, name: str, plugin: dict[str, Any], also: set[str] | None = None, **changes: Any) -> Path:
        entry = self.server.database("app", login=False, connection_retries=0, connection_timeout=5)
        entry["OPTIONS"]["plugins"] = {"azure": plugin}
        entry.update(changes)
        return Path("Entra: " + name, entry, also or set())

    def _who(self, **more: Any) -> dict[str, Any]:
        options = {
            "disable_instance_discovery": True, "connection_verify": self.entra.bundle, "retry_total": 0,
        }  # fmt: skip
        return {
            "credential": "service_principal", "tenant_id": self.entra.tenant, "client_id": entra_ways.CLIENT,
            "authority": self.entra.authority, "credential_options": options, **more,
        }  # fmt: skip

    def _wrong_secrets(self) -> Iterator[Path]:
        for shape in SHAPES:
            yield self._path("wrong secret, %s" % shape, self._who(client_secret=secret(shape), by="identity"))
            yield self._path("wrong secret by the driver, %s" % shape, {
                "credential": "service_principal", "client_id": "c", "client_secret": secret(shape), "by": "driver",
            })  # fmt: skip
            user = {"credential": "password", "username": entra_ways.USER, "password": secret(shape), "by": "identity"}
            yield self._path("wrong password, %s" % shape, {**self._who(), **user})
            yield self._path(
                "wrong secret in PASSWORD, %s" % shape,
                {key: value for key, value in self._who(by="identity").items() if key != "client_id"},
                USER=entra_ways.CLIENT, PASSWORD=secret(shape),
            )  # fmt: skip

    def _keys(self) -> Iterator[Path]:
        path, data = entra_ways._certificate(self.folder)
        key = canary.needles(data.split(b"-----BEGIN CERTIFICATE")[0])
        behalf = {"credential": "on_behalf_of", "user_assertion": canary.jwt()}
        yield self._path("key that nobody knows", self._who(certificate_data=data), key)
        yield self._path("key as text", self._who(certificate_data=data.decode()), key)
        yield self._path("half a key", self._who(certificate_data=data[: len(data) // 3]), key)
        yield self._path("key with another password", self._who(certificate_path=path, certificate_password=secret()))
        yield self._path("no such file", self._who(certificate_path=path + "x", certificate_password=secret()))
        yield self._path("key for a user", self._who(**behalf, certificate_data=data), key)
        yield self._path("half a key for a user", self._who(**behalf, certificate_data=data[:600]), key)
        yield self._path("text for a key", self._who(**behalf, certificate_data=secret()))
        yield self._path("secret for a user", self._who(**behalf, client_secret=secret()))

    def _functions(self) -> Iterator[Path]:
        given: dict[str, Callable[[], Any]] = {
            "that fails": _failing, "that gives bytes": _giving(canary.jwt().encode()), "that gives nothing": _giving(None),
            "that gives a list": _giving([canary.jwt()]), "that gives a token": _giving(canary.jwt()),
        }  # fmt: skip
        for name, function in given.items():
            yield self._path("assertion %s" % name, self._who(client_assertion=function))
            on_behalf = self._who(credential="on_behalf_of", user_assertion=function, client_secret=secret())
            yield self._path("user's assertion %s" % name, on_behalf)
            yield self._path("credential object %s" % name, {"credential": _Credential(function)})

    def _proxies(self) -> Iterator[Path]:
        for shape in ("plain", "semicolon", "braces"):
            proxy = {"https": "http://user:%s@127.0.0.1:1" % secret(shape)}
            who = self._who(client_secret=secret(), by="identity")
            who["credential_options"] = {**who["credential_options"], "proxies": proxy}
            yield self._path("proxy with a password, %s" % shape, who)
            yield self._path("proxy with a password, chain, %s" % shape, {
                "credential": "workload_identity", "tenant_id": "t", "client_id": "c", "token_file_path": "/no/such/file",
                "credential_options": {"proxies": proxy, "retry_total": 0},
            })  # fmt: skip


class _Credential:
    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function

    def get_token(self, *scopes: str, **options: Any) -> Any:
        return self._function()


def _failing() -> Any:
    assertion = canary.jwt()
    raise ValueError("the vault said no to %s" % assertion[:0])


def _giving(value: Any) -> Callable[[], Any]:
    return lambda: value


@contextlib.contextmanager
def entra_paths(server: Server) -> Iterator[EntraPaths]:
    """The paths, with a running token service."""
    with EntraService() as entra, tempfile.TemporaryDirectory() as folder:
        entra_ways.prepare(entra)
        yield EntraPaths(dataclasses.replace(server), entra, FilePath(folder))
