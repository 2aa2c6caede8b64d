"""The error type that every layer of the sandbox raises for a server error."""

from __future__ import annotations

from .messages import message


class SqlServerError(Exception):
    """An error as SQL Server reports it to the client: ``SqlServerError(208, name="t", line=1)``.

    :param number: native error number; ``messages.toml`` has its text and severity.
    :param variant: name of an alternative text of the number.
    :param state: SQL Server's state byte, if not the table's.
    :param line: 1-based line in the batch; the runtime replaces 0.
    :param values: values of the text's placeholders.
    :raises KeyError: when the table lacks the number or the variant, or a value is missing.
    """

    followers: tuple[SqlServerError, ...] = ()
    from_throw = from_raiserror = False
    blind_scope: object = None  # the runtime's scope whose own TRY blocks do not catch the error

    def __init__(
        self, number: int, /, *, variant: str = "", state: int | None = None, line: int = 0, **values: object
    ) -> None:
        entry = message(number, variant)
        self.values = values
        self._tell(number, entry.fill(values), entry.severity, entry.state if state is None else state, line)

    @classmethod
    def worded(cls, number: int, text: str, severity: int = 16, state: int = 1, line: int = 0) -> SqlServerError:
        """An error with a text of its own, from THROW, RAISERROR or the grammar."""
        error = cls.__new__(cls)
        error._tell(number, text, severity, state, line)
        return error

    def followed_by(self, *errors: SqlServerError) -> SqlServerError:
        """The same error, followed by further ones (1750, 3727, 4922)."""
        self.followers = errors
        return self

    def _tell(self, number: int, text: str, severity: int, state: int, line: int) -> None:
        super().__init__(f"{number}: {text}")
        self.number = number
        self.message = text
        self.severity = severity
        self.state = state
        self.line = line
        self.procedure = self.schema = ""


class NotSupported(SqlServerError):
    """Refusal by name of a construct that the sandbox does not know SQL Server to accept.

    Number 50999 is outside SQL Server's own range, so a test never mistakes it
    for a refusal of the real server.
    """

    def __init__(self, construct: str, line: int = 0) -> None:
        super().__init__(50999, construct=construct, line=line)
