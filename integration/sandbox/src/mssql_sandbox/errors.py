"""The one error type that every layer of the sandbox raises for a server error."""

from __future__ import annotations


class SqlServerError(Exception):
    """An error as SQL Server reports it to the client.

    :param number: native error number, for example 208.
    :param message: full text, names already filled in.
    :param severity: 11-19 end the statement or batch; 20 and above end the connection.
    :param state: SQL Server's state byte (1 when no source tells another).
    :param line: 1-based line inside the batch; filled in by the runtime when 0.
    :param procedure: name of the procedure in which the error was raised.
    """

    def __init__(
        self,
        number: int,
        message: str,
        severity: int = 16,
        state: int = 1,
        line: int = 0,
        procedure: str = "",
    ) -> None:
        super().__init__(f"{number}: {message}")
        self.number = number
        self.message = message
        self.severity = severity
        self.state = state
        self.line = line
        self.procedure = procedure


class NotSupported(SqlServerError):
    """The sandbox does not know that SQL Server accepts this, so it refuses by name.

    Number 50999 is outside SQL Server's own range, so a test never mistakes it
    for a refusal of the real server.
    """

    def __init__(self, construct: str, line: int = 0) -> None:
        super().__init__(50999, f"sandbox: not supported: {construct}", 16, 1, line)
