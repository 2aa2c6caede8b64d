"""Ways to fail: wrong settings, servers that refuse, principals without a token."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator

from harness.server import Server

from . import canary
from .canary import SHAPES, secret


@dataclass(repr=False)
class Path:
    """A way to fail, with an empty repr.

    :ivar entry: the alias's entry in DATABASES.
    :ivar also: further secret texts besides the canaries in the entry.
    """

    name: str
    entry: dict[str, Any]
    also: set[str] = field(default_factory=set)

    def __repr__(self) -> str:
        return "<Path %s>" % self.name

    def complete(self) -> dict[str, Any]:
        """The entry as Django passes it to the backend."""
        from django.db import connections

        return connections.configure_settings({"default": self.entry})["default"]


class Paths:
    """All of them.

    :param server: refuses wrong settings.
    """

    def __init__(self, server: Server) -> None:
        self.server = server

    def __iter__(self) -> Iterator[Path]:
        yield from self._passwords()
        yield from self._extra_params()
        yield from self._types()
        yield from self._tokens()
        yield from self._options()
        yield from self._plugins()

    def path(self, name: str, changes: dict[str, Any], **options: Any) -> Path:
        """The server's entry with changes, without its own password."""
        entry = dataclasses.replace(self.server, password="").database(
            "app", connection_retries=0, connection_timeout=5
        )
        entry["OPTIONS"].update(options)
        entry.update(changes)
        return Path(name, entry)

    def _passwords(self) -> Iterator[Path]:
        """A password of each shape, with each other mistake."""
        beside: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
            "wrong": ({}, {}),
            "no such database": ({"NAME": "no_such_database"}, {}),
            "no such user": ({"USER": "nobody"}, {}),
            # The driver retries until the timeout.
            "closed port": ({"PORT": "1"}, {"connection_timeout": 1}),
            "bad port": ({"PORT": "abc"}, {}),
            "untrusted certificate": ({}, {"TrustServerCertificate": "no", "Encrypt": "yes"}),
            "strict": ({}, {"Encrypt": "strict"}),
            "SqlPassword": ({}, {"Authentication": "SqlPassword"}),
            "unknown mode": ({}, {"Authentication": "ActiveDirectoryNothing"}),
            "principal by the driver": ({}, {"Authentication": "ActiveDirectoryServicePrincipal"}),
            "no such driver": ({}, {"driver": "ODBC Driver 99"}),
            "no such source": ({}, {"dsn": "no-such-source"}),
            "unknown option": ({}, {"TrustServrCertificate": "yes"}),
            "token beside": ({"TOKEN": canary.jwt()}, {}),
            "empty name": ({"NAME": ""}, {}),
            "unknown plugin": ({}, {"plugins": ["no_such_plugin"]}),
        }
        for shape in SHAPES:
            for mistake, (changes, options) in beside.items():
                yield self.path("PASSWORD %s: %s" % (shape, mistake), {"PASSWORD": secret(shape), **changes}, **options)

    def _extra_params(self) -> Iterator[Path]:
        # An unbraced ;UID= after a password is a user name by the grammar.
        for shape in SHAPES.keys() - {"keyword"}:
            for keyword in ("PWD", "Password", "pwd ", "ClientKey", "KeystoreSecret", "AccessToken"):
                text = "APP=x;%s=%s" % (keyword, secret(shape))
                yield self.path("extra_params %s of %s" % (keyword, shape), {}, extra_params=text)
        for name, text in {
            "unclosed": "PWD={%s", "text behind": "PWD={%s}x%s", "no keyword": "%s", "two of them": "PWD=%s;PWD=%s",
            "beside": "APP;PWD=%s", "only a brace": "{%s", "equals only": "=%s",
            "mode and token": "Authentication=ActiveDirectoryMsi;AccessToken=%s",
        }.items():  # fmt: skip
            count = text.count("%s")
            yield self.path("extra_params %s" % name, {}, extra_params=text % tuple(secret() for _ in range(count)))
        for name, value in self._other_types().items():
            yield self.path("extra_params as %s" % name, {}, extra_params=value)

    def _types(self) -> Iterator[Path]:
        """Values of other types in place of a text."""
        for name, value in self._other_types().items():
            yield self.path("PASSWORD as %s" % name, {"PASSWORD": value})
            yield self.path("TOKEN as %s" % name, {"TOKEN": value, "USER": ""})
        for option in ("query_timeout", "isolation_level", "schema", "collation", "datetime_type", "setencoding"):
            for nonsense in (b"x", ["x]"], {"a": 1}, "[x]", object()):
                yield self.path(
                    "%s as %s beside PASSWORD" % (option, type(nonsense).__name__),
                    {"PASSWORD": secret()}, **{option: nonsense},
                )  # fmt: skip

    @staticmethod
    def _other_types() -> dict[str, Any]:
        return {
            "bytes": secret().encode(),
            "list": [secret()],
            "tuple": (secret(), 1),
            "dict": {"value": secret()},
            "surrogate": "\ud800" + secret(),
            "NUL": secret() + "\0" + secret(),
            "object": _Opaque(secret()),
        }

    def _tokens(self) -> Iterator[Path]:
        def raising() -> str:
            raise ValueError("no token")

        given: dict[str, Any] = {
            "text": canary.jwt(), "no token at all": secret(), "empty behind a function": lambda: "",
            "bytes by a function": _giving(canary.jwt().encode()), "tuple by a function": _giving((canary.jwt(), "soon")),
            "dict by a function": _giving({"token": canary.jwt()}), "None by a function": _giving(None),
            "surrogate by a function": _giving("\ud800" + canary.jwt()), "NUL by a function": _giving("\0" + canary.jwt()),
            "a function that fails": raising, "long": canary.jwt() + "y" * 70000,
        }  # fmt: skip
        for name, token in given.items():
            yield self.path("TOKEN %s" % name, {"TOKEN": token, "USER": ""})
            yield self.path("TOKEN %s beside USER" % name, {"TOKEN": token})
            yield self.path("plugin token %s" % name, {"USER": ""}, plugins={"azure": {"token": token}})
            yield self.path(
                "plugin token %s beside PASSWORD" % name, {"PASSWORD": secret()}, plugins={"azure": {"token": token}}
            )

    def _options(self) -> Iterator[Path]:
        """A secret as the value of an unknown option, or of one with other values."""
        for name in ("pasword", "PWD", "PASSWORD", "secret", "Pwd", "token", "access_token", "client_secret"):
            yield self.path("option %s" % name, {}, **{name: secret()})
        for name in ("python_driver", "unicode_results", "regex_function", "uuid_type", "Encrypt", "MARS_Connection"):
            yield self.path("option %s beside PASSWORD" % name, {"PASSWORD": secret()}, **{name: "nonsense"})
        for keyword in ("ClientKey", "KeystoreSecret"):
            yield self.path("keyword %s" % keyword, {"PASSWORD": secret()}, **{keyword: secret("semicolon")})

    def _plugins(self) -> Iterator[Path]:
        who = {"tenant_id": "t", "client_id": "c"}
        given: dict[str, Any] = {
            "misspelt": {"credential": "service_principal", **who, "client_secrt": secret()},
            "of another type": {"credential": "service_principal", **who, "client_secret": [secret()]},
            "bytes": {"credential": "service_principal", **who, "client_secret": secret().encode()},
            "two proofs": {
                "credential": "service_principal", **who, "client_secret": secret(), "certificate_data": secret().encode(),
            },
            "no tenant": {"credential": "service_principal", "client_id": "c", "client_secret": secret(), "by": "identity"},
            "unknown kind": {"credential": "principal", **who, "client_secret": secret()},
            "without kind": {"client_secret": secret()},
            "token and kind": {"credential": "cli", "token": canary.jwt()},
            "token of another type": {"token": canary.jwt().encode()},
            "token in a tuple": {"token": (canary.jwt(), "soon")},
            "password lacks": {"credential": "password", "username": "u", "client_id": "c", "password": ""},
            "certificate password": {"credential": "service_principal", **who, "certificate_password": secret()},
            "options of another type": {"credential": "cli", "credential_options": [secret()]},
            "cloud": {"credential": "cli", "cloud": "moon", "credential_options": {"proxies": {"https": secret()}}},
            "scope": {"credential": "service_principal", **who, "client_secret": secret(), "scope": 5},
            "object": {"credential": _Opaque(secret())},
        }  # fmt: skip
        for name, options in given.items():
            yield self.path("plugin option %s" % name, {"USER": ""}, plugins={"azure": options})
        yield self.path("plugins as text", {"PASSWORD": secret()}, plugins="azure")
        yield self.path("plugin without options", {"PASSWORD": secret()}, plugins={"json": {"password": secret()}})
        yield self.path("local plugin that is none", {"PASSWORD": secret()}, plugins={"os:none": {"key": secret()}})


class _Opaque:
    """An object that holds a text."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return self._value


def _giving(value: Any) -> Callable[[], Any]:
    return lambda: value
