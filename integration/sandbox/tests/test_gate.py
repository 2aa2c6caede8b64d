"""Microsoft's grammar as a gate."""

import pytest

from mssql_sandbox.errors import SqlServerError
from mssql_sandbox.syntax.gate import Gate
from mssql_sandbox.versions import Version


@pytest.fixture(scope="module")
def gate():
    gate = Gate(Version.named("2022"))
    yield gate
    gate.close()


def test_what_the_grammar_refuses_is_refused_with_its_line(gate):
    with pytest.raises(SqlServerError) as caught:
        gate.check("SELECT 1\nSELECT 2 LIMIT 1")
    assert (caught.value.number, caught.value.line) == (102, 2)


def test_a_known_shape_is_not_checked_again(gate, monkeypatch):
    gate.check("SELECT 1 WHERE N'a' = N'b'")
    monkeypatch.setattr(gate, "_run", lambda *_: pytest.fail("checked twice"))
    gate.check("SELECT 2 WHERE N'c' = N'd'")


def test_grammars_differ_by_version():
    text = "SELECT 1 WHERE 1 IS DISTINCT FROM 2"
    new, old = Gate(Version.named("2022")), Gate(Version.named("2019"))
    new.check(text)
    with pytest.raises(SqlServerError):
        old.check(text)
    new.close()
    old.close()
