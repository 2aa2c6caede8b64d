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


@pytest.fixture
def unchecked(gate, monkeypatch):
    """Fails when the grammar is asked once more."""

    def forbid():
        monkeypatch.setattr(gate, "_run", lambda *_: pytest.fail("checked twice"))

    return forbid


def test_a_table_of_known_definitions_is_not_checked_again(gate, unchecked):
    gate.check(
        "CREATE TABLE [a] ([id] int NOT NULL PRIMARY KEY IDENTITY (1, 1), [b] nvarchar(10) NULL CHECK ([b] > N''))"
    )
    unchecked()
    gate.check("CREATE TABLE [c] ([d] nvarchar(20) NULL CHECK ([d] > N'x'), [e] nvarchar(9) NULL CHECK ([e] > N'x'))")


def test_a_table_with_one_wrong_definition_is_refused(gate):
    gate.check("CREATE TABLE [a] ([id] int NOT NULL, [b] int NULL)")
    for wrong in ("[c] int NOT", "[c]", "CHECK ()"):
        with pytest.raises(SqlServerError):
            gate.check(f"CREATE TABLE [a] ([id] int NOT NULL, {wrong}, [b] int NULL)")
    with pytest.raises(SqlServerError):
        gate.check("CREATE TABLE [a] ([id] int NOT NULL, [b] int NULL) FROM")


def test_names_of_tables_make_no_new_shape(gate, unchecked):
    gate.check("CREATE INDEX [i] ON [a] ([id])")
    gate.check("INSERT INTO [a] ([id]) VALUES (1)")
    unchecked()
    gate.check("CREATE INDEX [j] ON [b] ([id])")
    gate.check("INSERT INTO [b] ([id]) VALUES (2)")
