"""Fake connections, to compile SQL for any version and edition."""

from itertools import count
from typing import Any, Iterable, List, Mapping, Optional, Tuple, Union

from ..plugin import hookimpl
from ..plugin.django_types import Connection
from ..plugin.types import ConnectionSettings
from .driver import FakeDriver

_hosts = count(1)
FAKE_SERVER = "mssql_core.testing:FakeServer"


class FakeServer:
    """A plugin that connects to a FakeDriver.

    In settings: ``OPTIONS = {"plugins": {"mssql_core.testing:FakeServer": {"version": "2019"}}}``.

    :param server: see FakeDriver.
    """

    def __init__(self, **server: Any) -> None:
        self.driver = FakeDriver(**server)

    @hookimpl
    def mssql_driver(self, settings: ConnectionSettings) -> FakeDriver:
        return self.driver


def fake_connection(
    plugins: Union[Iterable[str], Mapping[str, Mapping[str, Any]]] = (),
    options: Optional[Mapping[str, Any]] = None,
    alias: str = "default",
    settings: Optional[Mapping[str, Any]] = None,
    **server: Any,
) -> Connection:
    """A DatabaseWrapper on a fake server; its ``driver`` is a FakeDriver.

    :param plugins: as in ``OPTIONS["plugins"]``.
    :param options: other OPTIONS.
    :param settings: other entries of DATABASES[alias], e.g. ``{"USER": "sa"}``.
    :param server: see FakeDriver, e.g. ``version="2016"``.
    """
    from ..base import DatabaseWrapper

    named = plugins if isinstance(plugins, dict) else {name: {} for name in plugins}
    return DatabaseWrapper(
        {
            "ENGINE": "mssql_core",
            "NAME": "fake",
            # A server of its own for each connection.
            "HOST": "fake%d" % next(_hosts),
            "PORT": "",
            "USER": "",
            "PASSWORD": "",
            "ATOMIC_REQUESTS": False,
            "AUTOCOMMIT": True,
            "CONN_MAX_AGE": 0,
            "CONN_HEALTH_CHECKS": False,
            "TIME_ZONE": None,
            "TEST": {"CHARSET": None, "COLLATION": None, "MIGRATE": True, "MIRROR": None, "NAME": None},
            **(settings or {}),
            "OPTIONS": {**(options or {}), "plugins": {FAKE_SERVER: server, **named}},
        },
        alias,
    )


def compile_sql(queryset: Any, connection: Optional[Connection] = None, **arguments: Any) -> Tuple[str, List[Any]]:
    """Compile a queryset or query to (sql, params).

    :param connection: a wrapper; by default :func:`fake_connection` with ``arguments``.
    """
    connection = connection or fake_connection(**arguments)
    query = getattr(queryset, "query", queryset)
    sql, params = query.get_compiler(connection=connection).as_sql()
    return sql, list(params)
