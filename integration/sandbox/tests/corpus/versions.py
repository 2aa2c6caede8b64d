"""Judges running servers by versions.toml: each line on both sides of its border."""

from __future__ import annotations

from typing import Any, Callable, Iterator, Protocol

from mssql_sandbox.versions import TABLE, VERSIONS

from .refusals import Result

_BOXES = [name for name in VERSIONS if name.isdigit()]
# A construct of the version that the sandbox does not play: refused by name, not as unknown.
_NOT_SUPPORTED = 50999


class Session(Protocol):
    def errors(self, text: str) -> list[int]: ...

    def value(self, text: str) -> Any: ...


Check = tuple[str, str, Callable[[Session], "str | None"]]


def checks() -> Iterator[Check]:
    """(version, what is checked, check): a check gives None, or what it found."""
    for kind in ("function", "syntax", "type"):
        for entry in TABLE[kind]:
            if "example" in entry:
                yield from _border(f"{kind} {entry['name']}", entry)
            if entry.get("level"):
                yield _level(f"{kind} {entry['name']}", entry)
    for entry in TABLE["forbidden"]:
        if "example" in entry:
            for edition in entry["editions"]:
                yield edition, f"{entry['name']} is refused", _refuses(entry["example"], entry["refused"])
    for entry in TABLE["version"]:
        yield from _properties(entry)


def _border(name: str, entry: dict[str, Any]) -> Iterator[Check]:
    before = [box for box in _BOXES if VERSIONS[box].major < entry["since"]]
    first = next(box for box in _BOXES if VERSIONS[box].major >= entry["since"])
    if before:
        yield before[-1], f"{name} is refused", _refuses(entry["example"], entry.get("refused"))
    yield first, f"{name} is known", _knows(entry["example"])


def _refuses(example: str, number: int | None) -> Callable[[Session], str | None]:
    def check(session: Session) -> str | None:
        errors = session.errors(example)
        refused = errors[:1] == [number] if number is not None else bool(errors) and errors[0] != _NOT_SUPPORTED
        return None if refused else f"expected {number or 'an error'}, got {errors}: {example}"

    return check


def _knows(example: str) -> Callable[[Session], str | None]:
    def check(session: Session) -> str | None:
        errors = session.errors(example)
        return None if errors in ([], [_NOT_SUPPORTED]) else f"got {errors}: {example}"

    return check


def _level(name: str, entry: dict[str, Any]) -> Check:
    """The first version that has it, with a database one level below."""
    first = next(box for box in _BOXES if VERSIONS[box].major >= entry["since"])
    example = (
        entry.get("example")
        or f"SELECT * FROM {entry['name']}(N'[]'{', N' + chr(39) * 2 if 'split' in entry['name'] else ''})"
    )

    def check(session: Session) -> str | None:
        session.errors(f"ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = {entry['level'] - 10}")
        try:
            errors = session.errors(example)
        finally:
            session.errors(f"ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = {VERSIONS[first].compatibility}")
        return (
            None if errors and errors[0] != _NOT_SUPPORTED else f"got {errors} below level {entry['level']}: {example}"
        )

    return first, f"{name} needs level {entry['level']}", check


def _properties(entry: dict[str, Any]) -> Iterator[Check]:
    for name, key in (
        ("ProductVersion", "product_version"),
        ("EngineEdition", "engine_edition"),
        ("Edition", "edition"),
    ):
        question = f"SELECT CAST(SERVERPROPERTY(N'{name}') AS nvarchar(128))"
        yield entry["name"], name, _answers(question, str(entry[key]))
    level = "SELECT compatibility_level FROM sys.databases WHERE name = DB_NAME()"
    yield entry["name"], "compatibility level", _answers(level, entry["compatibility"])


def _answers(question: str, expected: Any) -> Callable[[Session], str | None]:
    def check(session: Session) -> str | None:
        answer = session.value(question)
        return None if answer == expected else f"expected {expected!r}, got {answer!r}: {question}"

    return check


def run_versions(session_of: Callable[[str], Session]) -> Result:
    """Judge servers of all versions by the table.

    :param session_of: a session on a server of the version named.
    """
    result = Result()
    for version, name, check in checks():
        result.total += 1
        fault = check(session_of(version))
        if fault is None:
            result.passed += 1
        else:
            result.failures.append(f"{version}: {name}: {fault}")
    return result
