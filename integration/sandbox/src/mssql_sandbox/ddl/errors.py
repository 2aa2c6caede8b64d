"""Errors that several DDL statements share. Texts: sys.messages of SQL Server."""

from typing import NoReturn

from ..errors import SqlServerError


def with_1750(error: SqlServerError) -> SqlServerError:
    return error.followed_by(SqlServerError(1750))


def name_taken(name: str, state: int = 6) -> SqlServerError:
    return SqlServerError(2714, name=name, state=state)


def unknown_schema(name: str) -> SqlServerError:
    return SqlServerError(2760, name=name)


def cannot_find(name: str) -> SqlServerError:
    """Error 4902: ALTER TABLE of an unknown table."""
    return SqlServerError(4902, name=name)


def cannot_find_object(name: str) -> SqlServerError:
    return SqlServerError(1088, name=name)


def cannot_drop(kind: str, name: str) -> SqlServerError:
    return SqlServerError(3701, action="drop", kind=kind, name=name)


def invalid_object(name: str) -> SqlServerError:
    return SqlServerError(208, name=name, state=6)


def invalid_column(name: str) -> SqlServerError:
    return SqlServerError(207, name=name)


def reraise_as_1505(target: str, index: str, key: str) -> NoReturn:
    raise SqlServerError(1505, table=target, index=index, key=key)
