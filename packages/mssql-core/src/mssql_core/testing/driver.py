"""A fake driver: scripted answers, and a record of the statements sent."""

from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from ..plugin.types import Secret, revealed

# Name -> (ProductVersion, EngineEdition, compatibility level).
SERVERS = {
    "2014": ("12.0.6024.0", 3, 120),
    "2016": ("13.0.5026.0", 3, 130),
    "2017": ("14.0.3456.2", 3, 140),
    "2019": ("15.0.4322.2", 3, 150),
    "2022": ("16.0.4085.2", 3, 160),
    "2025": ("17.0.1000.7", 3, 170),
    "azure": ("12.0.2000.8", 5, 170),
    "managed-instance": ("12.0.2000.8", 8, 160),
    "fabric": ("12.0.2000.8", 12, 170),
    "warehouse": ("12.0.2000.8", 11, 170),
}
_SERVER = "SERVERPROPERTY('EngineEdition')"
# The transaction id after every BEGIN TRANSACTION.
TRANSACTION_ID = 1001
_COLLATION = "SQL_Latin1_General_CP1_CI_AS"


class FakeError(Exception):
    """The fake driver's error, shaped like pyodbc's."""


def server_error(number: Optional[int], text: str = "refused", sqlstate: str = "42000") -> FakeError:
    """A server error as the ODBC driver formats it.

    :param number: the server's error number; None for an error of the driver itself.
    """
    source = "[Microsoft][ODBC Driver 18 for SQL Server]"
    if number is None:
        return FakeError(sqlstate, "[%s] %s%s (0) (SQLExecDirectW)" % (sqlstate, source, text))
    return FakeError(sqlstate, "[%s] %s[SQL Server]%s (%d) (SQLExecDirectW)" % (sqlstate, source, text, number))


class FakeDriver:
    """A driver with scripted answers.

    :param version: a release ("2016" to "2025"), "azure", "managed-instance" or "fabric".
    :param compatibility_level: of the database; the version's own by default.
    :param update_policy: of a managed instance: "CU" or "Continuous".
    :ivar statements: (text, values, sizes) of each message, oldest first.
    :ivar logins: the arguments of each connection.
    :ivar pooling: the last setting.
    """

    error = FakeError
    null = None
    without_effect: Mapping[str, str] = {}
    absent_database = (4060,)

    def __init__(
        self,
        version: str = "2022",
        compatibility_level: Optional[int] = None,
        collation: str = _COLLATION,
        read_committed_snapshot: bool = True,
        update_policy: Optional[str] = None,
        default_schema: str = "dbo",
    ) -> None:
        product, edition, level = SERVERS[version]
        self.row = (
            edition,
            product,
            compatibility_level or level,
            collation,
            read_committed_snapshot,
            default_schema,
            update_policy,
        )
        self.statements: List[Tuple[str, List[Any], Any]] = []
        self.logins: List[Dict[str, Any]] = []
        self.pooling: Optional[bool] = None
        self._answers: List[Tuple[str, Tuple[Any, ...], Optional[Sequence[str]]]] = []
        self._refusals: List[BaseException] = []
        self.answer("@@TRANCOUNT, XACT_STATE()", [(TRANSACTION_ID, 1, 1)])

    # ---- the script ------------------------------------------------------------------

    def answer(self, fragment: str, *results: Any, columns: Optional[Sequence[str]] = None) -> None:
        """Script the answer to statements that contain ``fragment``; the newest matching answer wins.

        :param results: one per result of the batch: its rows, a row count, or an error to raise.
        :param columns: names of the columns; c0, c1 ... by default.
        """
        self._answers.insert(0, (fragment, results, columns))

    def refuse(self, *errors: BaseException) -> None:
        """Raise these errors on the next attempts to connect, one each."""
        self._refusals += errors

    def results(self, sql: str) -> Tuple[List[Any], Optional[Sequence[str]]]:
        """The scripted answer to a statement: (results, columns)."""
        if _SERVER in sql:
            return [[self.row]], None
        for fragment, results, columns in self._answers:
            if fragment in sql:
                return list(results), columns
        if "SCOPE_IDENTITY()" in sql or " OUTPUT INSERTED" in sql:
            return [1, [(1,)]], None
        return [[]] if sql.lstrip(" (").upper().startswith(("SELECT", "WITH")) else [1], None

    @property
    def sql(self) -> List[str]:
        """The texts of all statements."""
        return [text for text, _, _ in self.statements]

    # ---- plugin.Driver ---------------------------------------------------------------

    def keyword(self, driver: Optional[str]) -> Optional[str]:
        return driver or "Fake"

    def accepted(self, keywords: Mapping[str, Any]) -> Mapping[str, Any]:
        return keywords

    def connect(
        self,
        connection_string: Union[Secret, str],
        access_token: Union[Secret, str, None] = None,
        timeout: int = 0,
        query_timeout: int = 0,
        encodings: Sequence[Any] = (),
    ) -> "FakeConnection":
        self.logins.append(
            {
                "connection_string": revealed(connection_string),
                "access_token": revealed(access_token),
                "timeout": timeout,
                "query_timeout": query_timeout,
                "encodings": list(encodings),
            }
        )
        if self._refusals:
            raise self._refusals.pop(0)
        return FakeConnection(self)

    def set_pooling(self, enabled: bool) -> None:
        self.pooling = enabled

    def version(self, connection: object) -> str:
        return "fake 18.0"


class FakeConnection:
    def __init__(self, driver: FakeDriver) -> None:
        self.driver = driver
        self.closed = False
        self.cursors = 0

    def cursor(self) -> "FakeCursor":
        self.cursors += 1
        return FakeCursor(self)

    def close(self) -> None:
        self.closed = True


class FakeCursor:
    """Enough of pyodbc's cursor for mssql_core.cursor."""

    def __init__(self, connection: FakeConnection) -> None:
        self.connection = connection
        self.sizes = None
        self.closed = False
        self.description: Optional[List[Tuple[Any, ...]]] = None
        self.rowcount = -1
        self._rows: List[Any] = []
        self._results: List[Any] = []
        self._columns: Optional[Sequence[str]] = None

    def setinputsizes(self, sizes: Any) -> None:
        self.sizes = sizes

    def execute(self, sql: str, values: Sequence[Any] = ()) -> "FakeCursor":
        if self.connection.closed:
            raise FakeError("08S01", "[08S01] The connection is closed. (0) (SQLExecDirectW)")
        driver = self.connection.driver
        driver.statements.append((sql, list(values), self.sizes if values else None))
        self._results, self._columns = driver.results(sql)
        self.nextset()
        return self

    def nextset(self) -> bool:
        self.description, self.rowcount, self._rows = None, -1, []
        if not self._results:
            return False
        result = self._results.pop(0)
        if isinstance(result, BaseException):
            self._results = []
            raise result
        if isinstance(result, int):
            self.rowcount = result
            return True
        self._rows = list(result)
        width = len(self._rows[0]) if self._rows and not isinstance(self._rows[0], BaseException) else 1
        names = self._columns or ["c%d" % number for number in range(width)]
        self.description = [(name, str, None, 0, 0, 0, True) for name in names]
        return True

    def fetchmany(self, size: int) -> List[Tuple[Any, ...]]:
        rows: List[Tuple[Any, ...]] = []
        while self._rows and len(rows) < size:
            if isinstance(self._rows[0], BaseException):
                raise self._rows.pop(0)
            rows.append(self._rows.pop(0))
        return rows

    def fetchall(self) -> List[Tuple[Any, ...]]:
        return self.fetchmany(len(self._rows))

    def close(self) -> None:
        self._results = []
        self.closed = True
