"""`hatch run mutants`: a change is one, takes effect, and is counted."""

import sys
import types
from collections import Counter

import pytest
from mutants import __main__ as command
from mutants import apply, generate, reasons
from mutants.session import Outcome

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
    assert round(command.share(outcomes)) == 33
    monkeypatch.setattr(command, "reasons", lambda: {reasons.key(second): "nobody sees it"})
    assert round(command.share(outcomes)) == 50
    assert command.table(outcomes)[-1].split() == ["together", "1", "1", "1"]


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
