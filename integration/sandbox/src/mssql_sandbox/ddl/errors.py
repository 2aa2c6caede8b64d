"""Errors that several DDL statements share. Texts: sys.messages of SQL Server."""

from __future__ import annotations

from typing import NoReturn, Sequence

from ..errors import SqlServerError


class FollowedError(SqlServerError):
    """An error after which the server sends further ones (1750, 4922, 3727)."""

    def __init__(self, first: SqlServerError, followers: Sequence[SqlServerError]) -> None:
        super().__init__(first.number, first.message, first.severity, first.state, first.line, first.procedure)
        self.followers = tuple(followers)


def with_1750(error: SqlServerError) -> FollowedError:
    return FollowedError(
        error, [SqlServerError(1750, "Could not create constraint or index. See previous errors.", 16, 0)]
    )


def name_taken(name: str, state: int = 6) -> SqlServerError:
    return SqlServerError(2714, f"There is already an object named '{name}' in the database.", 16, state)


def unknown_schema(name: str) -> SqlServerError:
    return SqlServerError(
        2760, f'The specified schema name "{name}" either does not exist or you do not have permission to use it.'
    )


def cannot_find(name: str) -> SqlServerError:
    """ALTER TABLE of an unknown table."""
    return SqlServerError(
        4902, f'Cannot find the object "{name}" because it does not exist or you do not have permissions.'
    )


def cannot_find_object(name: str) -> SqlServerError:
    return SqlServerError(
        1088, f'Cannot find the object "{name}" because it does not exist or you do not have permissions.', 16, 12
    )


def cannot_drop(kind: str, name: str) -> SqlServerError:
    return SqlServerError(
        3701, f"Cannot drop the {kind} '{name}', because it does not exist or you do not have permission.", 11, 5
    )


def invalid_object(name: str) -> SqlServerError:
    return SqlServerError(208, f"Invalid object name '{name}'.", 16, 6)


def invalid_column(name: str) -> SqlServerError:
    return SqlServerError(207, f"Invalid column name '{name}'.")


def reraise_as_1505(target: str, index: str, key: str) -> NoReturn:
    raise SqlServerError(
        1505,
        "The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the object name "
        f"'{target}' and the index name '{index}'. The duplicate key value is {key}.",
    )
