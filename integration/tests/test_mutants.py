"""`hatch run mutants`: a change is one, takes effect, and is counted."""

import sys
import types
from collections import Counter

import pytest
from mutants import __main__ as command
from mutants import apply, generate, reasons, stages
from mutants.covering import TOP, Covering
from mutants.session import Outcome
from mutants.stages import Stage, in_stages

MODULE = """\
KEPT = {}


def limit(sql, number=10):
    if number:
        return sql + " FETCH NEXT %d ROWS ONLY" % number
    return sql


class Query:
    @staticmethod
    def text(name):
        return "SELECT " + name

    @property
    def left_out(self):
        return "x" + "y"


KEPT["limit"] = limit
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of its own, imported, in a place of its own."""
    path = tmp_path / "mssql_example.py"
    path.write_text(MODULE)
    monkeypatch.setattr(generate, "SOURCE", tmp_path)
    example = types.ModuleType("mssql_example")
    example.__file__ = str(path)
    monkeypatch.setitem(sys.modules, "mssql_example", example)
    exec(compile(MODULE, str(path), "exec"), example.__dict__)
    return example


def changed(module, function, line):
    """The mutant whose diff adds the line."""
    every = generate.mutants(generate.SOURCE / "mssql_example.py")
    return next(mutant for mutant in every if mutant.function == function and "+ " + line in mutant.diff)


def test_each_change_is_one_and_differs(module):
    every = generate.mutants(generate.SOURCE / "mssql_example.py")
    assert {mutant.function for mutant in every} == {"limit", "Query.text"}
    assert all(mutant.source != MODULE and mutant.lines for mutant in every)
    assert max(Counter(mutant.source for mutant in every).values()) == 1


def test_a_change_of_letters_case_alone_is_left_out(module):
    assert not [m for m in generate.mutants(generate.SOURCE / "mssql_example.py") if m.source.lower() == MODULE.lower()]


def test_whoever_holds_the_function_holds_the_changed_one(module):
    mutant = changed(module, "limit", 'return sql - " FETCH NEXT %d ROWS ONLY" % number')
    apply.apply(mutant.module, mutant.function, mutant.source)
    with pytest.raises(TypeError):
        module.KEPT["limit"]("SELECT 1")


def test_a_default_changes_too(module):
    mutant = changed(module, "limit", "def limit(sql, number=11):")
    apply.apply(mutant.module, mutant.function, mutant.source)
    assert module.limit("SELECT 1") == "SELECT 1 FETCH NEXT 11 ROWS ONLY"


def test_static_methods_change_too(module):
    mutant = changed(module, "Query.text", 'return "XXSELECT XX" + name')
    apply.apply(mutant.module, mutant.function, mutant.source)
    assert module.Query.text("a") == "XXSELECT XXa"


def test_a_line_belongs_to_its_statement(module):
    path = generate.SOURCE / "mssql_example.py"
    assert list(generate.statement(path, 5)) == [5]
    assert list(generate.statement(path, 6)) == [6]


def test_a_draw_is_the_same_for_the_same_seed(module):
    path = str(generate.SOURCE / "mssql_example.py")
    assert command.drawn([path], 3, seed=7) == command.drawn([path], 3, seed=7)
    assert command.drawn([path], None, seed=7) == generate.mutants(generate.SOURCE / "mssql_example.py")


def test_survivors_with_a_reason_do_not_count(module, monkeypatch):
    first, second, third = generate.mutants(generate.SOURCE / "mssql_example.py")[:3]
    outcomes = [Outcome(first, "killed", 1), Outcome(second, "survived", 1), Outcome(third, "untested", 0)]
    assert "33.3 %" in command.table(outcomes)[-1]
    monkeypatch.setattr(command, "reasons", lambda: {reasons.key(second): "nobody sees it"})
    module_line, folder_line, together = [line.split() for line in command.table(outcomes)[1:]]
    assert together == ["together", "1", "1", "1", "50.0", "%"]
    assert (module_line[1:], folder_line[1:]) == (together[1:], together[1:])


class Recorded:
    """A stage whose outcomes are known beforehand; it notes what it is asked to try."""

    def __init__(self, *kinds):
        self.tests = ["tests"]
        self.kinds = kinds
        self.tried = []

    def outcomes(self, mutants, shown):
        self.tried = mutants
        self.shown = shown
        return [Outcome(mutant, kind, 1) for mutant, kind in zip(mutants, self.kinds)]


def test_each_stage_has_those_that_lived_through_the_one_before(module, monkeypatch):
    every = generate.mutants(generate.SOURCE / "mssql_example.py")[:5]
    monkeypatch.setattr(stages, "reasons", lambda: {reasons.key(every[4]): "nobody sees it"})
    first = Recorded("killed", "survived", "untested", "unfit", "survived")
    second = Recorded("killed", "untested")
    outcomes = in_stages(every, [first, second])
    assert second.tried == [every[1], every[2]]
    assert (first.shown, second.shown) == (False, True)
    assert [outcome.mutant for outcome in outcomes] == every
    assert [outcome.kind for outcome in outcomes] == ["killed", "killed", "untested", "unfit", "survived"]


def test_as_many_tests_as_fit_into_the_time_with_the_set_up_of_their_files(tmp_path):
    covering = Covering(tmp_path / "none.json")
    covering.files = {
        "a.py": {"seconds": {"a.py::first": 3, "a.py::quick": 1, "a.py::slow": 5}},
        "b.py": {"seconds": {"b.py::first": 20, "b.py::quick": 0.5}},
    }
    fastest_first = ["b.py::quick", "a.py::quick", "a.py::first", "a.py::slow", "b.py::first"]
    assert covering.affordable(fastest_first[1:], 8) == ["a.py::first", "a.py::quick"]
    assert covering.affordable(fastest_first, 26) == ["a.py::quick", "b.py::quick"]
    assert covering.affordable(["b.py::first"], 1) == ["b.py::first"]
    assert covering.affordable([], 1) == []


def test_what_the_first_tests_do_not_run_is_tried_against_a_server(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(TOP)
    core = generate.SOURCE / "mssql_core"
    strings = generate.mutants(core / "connection" / "connection_string.py")
    seen = next(mutant for mutant in strings if mutant.function == "quote")
    unseen = generate.mutants(core / "schema" / "columns.py")[0]
    memory = tmp_path / "tests.json"
    first = Stage(["packages/mssql-core/tests/test_names.py"], None, memory)
    second = Stage(["integration/tests/test_passwords.py"], 30, memory)
    assert [outcome.kind for outcome in in_stages([seen, unseen], [first, second])] == ["killed", "untested"]
    assert "test_names.py: 0 of 2 killed" in capfd.readouterr().out


def test_a_reason_belongs_to_a_change_that_can_be_made():
    for name, function, diff in reasons.reasons():
        path = generate.SOURCE.joinpath(*name.split(".")).with_suffix(".py")
        assert any(mutant.function == function and mutant.diff == diff for mutant in generate.mutants(path)), diff


def test_what_functions_remember_is_looked_for_without_waking_lazy_objects():
    from django.utils.functional import SimpleLazyObject

    def wake():
        raise AssertionError("woken")

    lazy = SimpleLazyObject(wake)
    apply.caches.cache_clear()
    assert all(cache.__module__.startswith("mssql_") for cache in apply.caches())
    assert type(lazy) is SimpleLazyObject
