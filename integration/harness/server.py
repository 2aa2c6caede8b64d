"""The server under test: a sandbox, or the real server in ``MSSQL_TEST_URL``.

Child processes get the address in that variable too, so that everything runs on either. They may use older Pythons than
the sandbox needs: nothing of it is imported before it is started.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

VARIABLE = "MSSQL_TEST_URL"
#: OPTIONS['python_driver'] of every alias here, set by ``--python-driver`` for child processes too.
DRIVER_VARIABLE = "MSSQL_TEST_PYTHON_DRIVER"


def python_driver() -> dict[str, str]:
    """The entry of ``OPTIONS`` for ``MSSQL_TEST_PYTHON_DRIVER``, if that is set."""
    name = os.environ.get(DRIVER_VARIABLE)
    return {"python_driver": name} if name else {}


def connects_with(name: str) -> bool:
    """Whether the aliases here use this driver, for tests of features that one of the two lacks."""
    return python_driver().get("python_driver", "pyodbc") == name


@dataclass(frozen=True)
class Server:
    """A server's address and login.

    :ivar name: the URL's database; tests that create databases ignore it.
    :ivar options: entries of ``OPTIONS``.
    :ivar sandbox: the running sandbox; None for a real server.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    name: str = "master"
    options: dict[str, Any] = field(default_factory=dict)
    sandbox: Any = field(default=None, repr=False, compare=False)

    @classmethod
    def from_url(cls, url: str) -> Server:
        """``mssql://user:password@host:port/name?option=value``; the port is optional."""
        parts = urlsplit(url)
        return cls(
            parts.hostname or "localhost",
            parts.port or 1433,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            unquote(parts.path.lstrip("/")) or "master",
            dict(parse_qsl(parts.query)),
        )

    @classmethod
    def of_sandbox(cls, sandbox: Any) -> Server:
        """A running sandbox, with its SQL login."""
        name = sandbox.databases[0] if sandbox.databases else "master"
        options = {"TrustServerCertificate": "yes"}
        return cls(sandbox.host, sandbox.port, sandbox.user, sandbox.password, name, options, sandbox)

    @property
    def url(self) -> str:
        """The URL for :meth:`from_url`, including the password."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"mssql://{login}@{self.host}:{self.port}/{quote(self.name, safe='')}?{urlencode(self.options)}"

    @property
    def journal(self) -> Callable[..., list[dict[str, Any]]] | None:
        """The sandbox's function for the messages it received; None for a real server, which has no journal."""
        return None if self.sandbox is None else self.sandbox.journal_entries

    def database(self, name: str, *, login: bool = True, **options: Any) -> dict[str, Any]:
        """An entry of ``DATABASES``.

        :param login: whether user and password are in it; without, a token has to be.
        :param options: more entries of ``OPTIONS``.
        """
        return {
            "ENGINE": "mssql_core",
            "NAME": name,
            "HOST": self.host,
            "PORT": str(self.port),
            "USER": self.user if login else "",
            "PASSWORD": self.password if login else "",
            "OPTIONS": {**python_driver(), **self.options, **options},
        }


def given_server() -> Server:
    """The server that ``MSSQL_TEST_URL`` names.

    :raises KeyError: when the variable is not set.
    """
    return Server.from_url(os.environ[VARIABLE])


@contextlib.contextmanager
def serve(version: str = "2022", journal: bool = False) -> Iterator[Server]:
    """The real server that ``MSSQL_TEST_URL`` names, else a new sandbox.

    :param version: what the sandbox plays.
    :param journal: whether the sandbox keeps the messages it receives.
    """
    if os.environ.get(VARIABLE):
        yield given_server()
        return
    from mssql_sandbox.api import Sandbox

    with Sandbox(version=version, journal=journal) as sandbox:
        yield Server.of_sandbox(sandbox)


@contextlib.contextmanager
def serve_each(count: int, version: str = "2022", journal: bool = False) -> Iterator[list[Server]]:
    """Servers for a number of workers: a sandbox for each, or one real server for all."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(serve(version, journal)) for _ in range(count)]
