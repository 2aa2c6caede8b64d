"""The table of messages, and that every place that makes an error of it fits it."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path
from typing import Iterator

import pytest

import mssql_sandbox
from mssql_sandbox.engine import bootstrap
from mssql_sandbox.errors import NotSupported, SqlServerError
from mssql_sandbox.interface import Info
from mssql_sandbox.messages import message, table

SOURCE = Path(mssql_sandbox.__file__).parent
MODULES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCE.rglob("*.py")}
# What a call gives besides the values of the text.
OWN = {"variant", "state", "line"}
# Where errors get words that are not the server's: errors of users, of the grammar, of the sandbox itself.
WORDED = {"runtime/control.py", "syntax/gate.py", "wire/connection.py"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Everything that fills a text of the table, with its place."""
    for path, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("SqlServerError", "Info.of", "ddl.info"):
                yield f"{path.relative_to(SOURCE)}:{node.lineno}", node


CALLS = list(calls())


def numbers(node: ast.expr) -> list[int]:
    """The numbers that an argument may be: a literal, or one of two; none where the code computes it."""
    if isinstance(node, ast.Constant):
        return [node.value]
    return numbers(node.body) + numbers(node.orelse) if isinstance(node, ast.IfExp) else []


@pytest.mark.parametrize("place, call", CALLS, ids=[place for place, _ in CALLS])
def test_a_call_gives_what_its_text_needs(place: str, call: ast.Call):
    assert len(call.args) == 1, "number alone, all else by name"
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    for number in numbers(call.args[0]):
        text = message(number, given["variant"].value if "variant" in given else "").text
        values = set(given) - OWN
        if None in values:  # further values from a mapping
            assert values - {None} <= placeholders(text)
        else:
            assert values == placeholders(text)


def engine_calls() -> Iterator[tuple[str, int, list[str]]]:
    """Calls of ``ms.fail`` in the engine's functions: place, number and arguments; the number may come by json_missing."""
    for name, text in bootstrap.prepare(17).items():
        for match in re.finditer(r"(?<!create function )ms\.(?:fail\((?!number)|json_missing\(steps, )", text):
            number, *arguments = _arguments(text[match.end() :])
            yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}", int(number), arguments


def _arguments(text: str) -> list[str]:
    """The arguments of a call, from behind its opening parenthesis on."""
    arguments, depth = [""], 0
    for part in re.findall(r"'(?:[^']|'')*'|[^']", text):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if depth < 0:
            break
        if part == "," and depth == 0:
            arguments.append("")
        else:
            arguments[-1] += part
    return [argument.strip() for argument in arguments]


ENGINE_CALLS = list(engine_calls())


@pytest.mark.parametrize("place, number, arguments", ENGINE_CALLS, ids=[place for place, _, _ in ENGINE_CALLS])
def test_a_call_of_the_engine_gives_what_its_text_needs(place: str, number: int, arguments: list[str]):
    names = [name.strip("'") for name in arguments[::2]]
    given = dict(zip(names, arguments[1::2]))
    text = message(number, given["variant"].strip("'") if "variant" in given else "").text
    assert len(arguments) % 2 == 0 and len(given) == len(names)
    assert set(given) - OWN == placeholders(text)


def test_words_are_given_in_few_places_only():
    paths = {
        path.relative_to(SOURCE).as_posix()
        for path, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "worded"
    }
    assert paths == WORDED


def test_every_number_is_in_use():
    used = {node.value for tree in MODULES.values() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    used |= {number for _, number, _ in ENGINE_CALLS}
    for path in SOURCE.rglob("*.sql"):
        used |= set(map(int, re.findall(r"number int default (\d+)", path.read_text(encoding="utf-8"))))
    assert not [number for number in table() if number not in used]


def test_a_number_has_one_line():
    lines = re.findall(r"^\d+(?= = [\"{])", (SOURCE / "messages.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(lines) == len(table())


def test_lines_are_sorted_and_have_sources():
    for severity in {line.severity for line in table().values()}:
        numbers = [number for number, line in table().items() if line.severity == severity]
        assert numbers == sorted(numbers)
    for number, line in table().items():
        assert 0 <= line.severity <= 25 and 0 <= line.state <= 255, number
        assert re.fullmatch(r"reference|sandbox|probes \S+|https://learn\.microsoft\.com/\S+", line.source), number
        assert all(line.variant(name) != line for name in line.variants), number


def test_an_error_is_made_of_number_and_values():
    error = SqlServerError(208, name="t", line=3)
    assert (error.number, error.message, error.severity, error.state, error.line) == (
        208, "Invalid object name 't'.", 16, 1, 3
    )  # fmt: skip
    assert SqlServerError(208, name="t", state=6).state == 6
    assert str(error) == "208: Invalid object name 't'."


def test_a_value_with_braces_is_no_placeholder():
    assert SqlServerError(208, name="{x}").message == "Invalid object name '{x}'."


def test_a_missing_value_and_an_unknown_number_are_defects():
    with pytest.raises(KeyError):
        SqlServerError(208)
    with pytest.raises(KeyError):
        SqlServerError(1)


def test_a_number_may_have_further_texts():
    short = Info.of(7998, variant="reseeded", value="7")
    assert short.message == "Checking identity information: current identity value '7'."
    assert (short.severity, short.line) == (10, 1)


def test_further_errors_follow():
    error = SqlServerError(1779, table="t").followed_by(SqlServerError(1750))
    assert [follower.number for follower in error.followers] == [1750]
    assert SqlServerError(1779, table="t").followers == ()


def test_words_of_others_are_told_as_they_are():
    error = SqlServerError.worded(51000, "{no} placeholder", 11, 4, 2)
    assert (error.number, error.message, error.severity, error.state, error.line) == (
        51000,
        "{no} placeholder",
        11,
        4,
        2,
    )


def test_what_is_not_supported_is_named():
    error = NotSupported("cursors of {x}", 2)
    assert (error.number, error.message, error.line) == (50999, "sandbox: not supported: cursors of {x}", 2)
