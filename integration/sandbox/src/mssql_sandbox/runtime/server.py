"""The server behind the wire layer: engine, databases, logins and sessions."""

import hmac
import itertools
import threading
from dataclasses import replace
from typing import Any, Callable, Iterable, Mapping

from ..access_tokens import TokenIssuer, refusal
from ..catalog.store import DatabaseCatalog
from ..engine.bootstrap import bootstrap
from ..engine.postgres import Cluster
from ..errors import SqlServerError
from ..interface import SERVER_NAME, EnvChange, Event, Info, Login
from ..sqltypes import DEFAULT_COLLATION
from ..syntax.gate import Gate
from ..versions import Version
from .parsed import ParseCache
from .session import Session


class SandboxServer:
    """Implements :class:`mssql_sandbox.interface.Server`.

    :param version: 2016, 2017, 2019, 2022, 2025, azure, managed-instance, fabric or warehouse.
    :param logins: SQL logins, name -> password.
    :param databases: user databases to create at start.
    :param token_issuer: the issuer of accepted access tokens.
    :param token_check: function of an access token; returns the user's name or None to refuse.
    :param cluster: the engine, already launched.
    """

    def __init__(
        self,
        version: str = "2022",
        logins: Mapping[str, str] | None = None,
        databases: Iterable[str] = (),
        collation: str = DEFAULT_COLLATION,
        token_check: Callable[[str], str | None] | None = None,
        token_issuer: TokenIssuer | None = None,
        cluster: Cluster | None = None,
    ) -> None:
        self.version_info = Version.named(version)
        self.name = SERVER_NAME
        self.logins = {name.casefold(): password for name, password in (logins or {}).items()}
        self.token_check = token_check
        self.token_issuer = token_issuer
        self.texts = ParseCache(Gate(self.version_info), self.version_info)
        self.sessions: dict[int, Session] = {}
        self._spids = itertools.count(51)
        self._lock = threading.Lock()
        self.notes_lock = threading.Lock()
        self._catalogs: dict[tuple[str, int], DatabaseCatalog] = {}
        self.cluster = cluster or Cluster()
        self.databases = bootstrap(
            self.cluster, self.version_info.major, collation, self.version_info.is_cloud_database
        )
        for name in databases:
            self.databases.create(name)
        self.set_user_options(0, 0)

    def set_user_options(self, configured: int, in_use: int) -> None:
        """Set the option ``user options``: its configured value (sp_configure) and its value in use (RECONFIGURE)."""
        self.configured_options, self.user_options = configured, in_use
        self.databases.tell_user_options(configured, in_use)

    @property
    def version(self) -> tuple[int, int, int, int]:
        return self.version_info.product_version

    def close(self) -> None:
        for session in list(self.sessions.values()):
            session.close()
        self.databases.close()
        self.cluster.stop()
        self.texts.gate.close()

    # ---- login

    def login(self, login: Login) -> tuple[Session, list[Event]]:
        """:raises SqlServerError: 18456 (wrong login or token), 4060 (unknown database)."""
        user = self._authenticate(login)
        if login.access_token is not None:
            login = replace(login, user=user)
        name = self.database_name(self.login_database(login))
        if name is None:
            raise SqlServerError(4060, database=login.database)
        with self._lock:
            spid = next(self._spids)
        session = Session(self, spid, login, name, self.engine_connection(name))
        self.sessions[spid] = session
        return session, [
            EnvChange("database", new=name, old="master"),
            EnvChange("collation", new=session.catalog.collation),
            replace(Info.of(5701, name=name), state=2),  # 1 after USE
            EnvChange("language", new="us_english", old=""),
            Info.of(5703, name="us_english"),
        ]

    def _authenticate(self, login: Login) -> str:
        if login.access_token is not None:
            return self._principal(login.access_token)
        expected = self.logins.get(login.user.casefold()) if self.version_info.allows("sql_logins") else None
        given = login.password.encode("utf-16-le", "surrogatepass")
        if expected is None or not hmac.compare_digest(expected.encode("utf-16-le"), given):
            raise SqlServerError(18456, user=login.user, reason="")
        return login.user

    def _principal(self, token: str) -> str:
        name = self.token_check(token) if self.token_check is not None else None
        if name is not None:
            return name
        if self.token_issuer is None:
            raise refusal()
        return self.token_issuer.principal(token)

    @property
    def federation(self) -> tuple[str, str] | None:
        """(authority, resource) for drivers that fetch a token themselves; None if they cannot."""
        issuer = self.token_issuer
        return (issuer.authority, issuer.resource) if issuer is not None and issuer.authority else None

    def login_database(self, login: Login) -> str:
        return login.database or "master"

    def open_sessions(self) -> list[Session]:
        return list(self.sessions.values())

    def forget(self, session: Session) -> None:
        self.sessions.pop(session.spid, None)

    def end_session(self, session: Session) -> None:
        """Roll a session back and close its connection, called by another session."""
        self.forget(session)
        self.databases.end_process(session.connection.info.backend_pid)
        session.hang_up()

    def end_sessions(self, database: str, asking: Session) -> None:
        """End the other sessions of a database (ALTER DATABASE ... WITH ROLLBACK)."""
        for session in list(self.sessions.values()):
            if session is not asking and session.database.casefold() == database.casefold():
                self.end_session(session)

    # ---- databases

    def database_name(self, name: str) -> str | None:
        """The database's name as created, or None."""
        database = self.databases.find(name)
        return database.name if database else None

    def engine_connection(self, name: str) -> Any:
        return self.cluster.connect(self.databases.opened(name).engine_name)

    def catalog(self, name: str) -> DatabaseCatalog:
        """The catalogue cache shared by a database's sessions."""
        database = self.databases.existing(name)
        key = (database.engine_name, database.created)
        with self._lock:
            if key not in self._catalogs:
                self._catalogs[key] = DatabaseCatalog(database.collation, self.version_info.major)
            return self._catalogs[key]
