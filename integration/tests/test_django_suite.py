"""Runs of Django's own tests: what is said of them by data, how a run goes on, and what is kept of it."""

import ast
import json
import re
from pathlib import Path

import pytest
from django_suite import expectations, order, page, plans, report, results, state

TOP = Path(__file__).parents[2]
STATE = state.State("5.2.1", "2022", "abc")


def outcome(app="basic", seconds=1.0, dead=False, entries=()):
    """What a run of one app leaves: ``entries`` are (id, outcome, reason)."""
    listed = [dict(zip(("id", "outcome", "reason"), entry)) for entry in entries]
    counts = {}
    for entry in listed:
        counts[entry["outcome"]] = counts.get(entry["outcome"], 0) + 1
    environment = {"date": "2026-01-02", "django": "5.2.1", "python": "3.12.1", "server": "16.0.1000.6"}
    summary = {"app": app, "exit": 0, "seconds": seconds, "dead": dead, **counts}
    return {"summary": summary, "environment": environment, "results": listed}


# ---- what is said by data -----------------------------------------------------------------


def replacements():
    return {ours for entry in expectations.entries("words") for ours in entry["tests"].values()}


@pytest.mark.parametrize("ours", sorted(replacements()))
def test_a_test_of_ours_asserts_what_another_dialect_s_words_say(ours):
    file, _, name = ours.partition("::")
    names = {
        node.name for node in ast.walk(ast.parse((TOP / file).read_text("utf-8"))) if isinstance(node, ast.FunctionDef)
    }
    assert name in names


def test_each_rule_names_an_error_or_a_page():
    rules = [entry["rule"] for kind in ("impossible", "words") for entry in expectations.entries(kind)]
    rules += [entry["rule"] for kind in ("flag", "unconstrained") for entry in expectations.entries(kind)]
    assert [rule for rule in rules if not re.search(r"\b\d{3,5}\b|\([\w/, -]*[a-z]+-[\w/, -]+\)|sys\.", rule)] == []


def test_fewer_than_ten_are_impossible_on_the_newest_server():
    tests = [
        test
        for entry in expectations.entries("impossible")
        if "without" not in entry and "before_django" not in entry
        for test in entry["tests"]
    ]
    assert len(tests) < 10


def test_no_test_is_named_twice():
    every = [
        (test, entry.get("without"), entry.get("before_django"))
        for kind in expectations.SKIPPED
        for entry in expectations.entries(kind)
        for test in entry["tests"]
    ]
    assert len(every) == len({test for test, _, _ in every})


# ---- an interrupted run goes on -----------------------------------------------------------


def test_an_app_that_ran_to_its_end_is_finished(tmp_path):
    STATE.save(tmp_path, outcome(entries=[("basic.t", "failed", "no")]))
    assert STATE.finished(tmp_path, "basic")["summary"]["failed"] == 1
    assert STATE.finished(tmp_path, "lookup") is None


def test_an_app_that_starts_again_is_not(tmp_path):
    STATE.save(tmp_path, outcome())
    state.forget(tmp_path, "basic")
    assert STATE.finished(tmp_path, "basic") is None


def test_an_app_that_did_not_end_is_not(tmp_path):
    STATE.save(tmp_path, outcome(dead=True))
    assert STATE.finished(tmp_path, "basic") is None


@pytest.mark.parametrize("other", [("5.2.2", "2022", "abc"), ("5.2.1", "2019", "abc"), ("5.2.1", "2022", "abd")])
def test_another_django_server_or_code_runs_again(tmp_path, other):
    STATE.save(tmp_path, outcome())
    assert state.State(*other).finished(tmp_path, "basic") is None


def test_what_passed_on_other_code_may_be_kept(tmp_path):
    STATE.save(tmp_path, outcome(entries=[("basic.t", "passed", "")]))
    STATE.save(tmp_path, outcome("lookup", entries=[("lookup.t", "error", "no")]))
    changed = state.State("5.2.1", "2022", "abd")
    assert changed.finished(tmp_path, "basic", sound=True)["state"]["code"] == "abc"
    assert changed.finished(tmp_path, "lookup", sound=True) is None
    assert state.State("5.2.2", "2022", "abc").finished(tmp_path, "basic", sound=True) is None


def test_the_digest_is_of_the_code():
    assert re.fullmatch("[0-9a-f]{12}", state.code()) and state.code() == state.code()


def test_the_longest_apps_come_first(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "seconds", lambda: {"schema": 80, "basic": 5, "lookup": 9})
    STATE.save(tmp_path, outcome("lookup", seconds=90))
    assert order.longest_first(["basic", "lookup", "new", "schema"], tmp_path) == ["new", "lookup", "schema", "basic"]


# ---- what is kept -------------------------------------------------------------------------


@pytest.fixture
def kept():
    rule = next(entry["rule"] for entry in expectations.entries("words"))
    entries = [
        ("basic.a", "passed", ""),
        ("basic.b", "expected failure", ""),
        ("basic.c", "failed", "one part"),
        ("basic.c", "failed", "another part"),
        ("basic.d", "skipped", "Database doesn't support feature(s): x"),
        ("basic.e", "skipped", "PostgreSQL only"),
        ("basic.f", "skipped", rule),
    ]
    outcomes = [
        {"state": vars(STATE), **outcome(entries=entries)},
        {"state": vars(STATE), **outcome("many_to_one_null")},
    ]
    return results.result(outcomes, results.ALL, "2022")


def test_a_result_tells_tests_apart(kept):
    assert kept["apps"]["basic"] == {"passed": 2, "failed": 1, "skipped": 3, "seconds": 1.0}
    assert (kept["django"], kept["python"], kept["server"]) == ("5.2.1", "3.12.1", "16.0.1000.6")
    assert (kept["dates"], kept["states_of_code"], kept["failed"]) == (["2026-01-02"], 1, ["basic.c"])
    assert kept["flags"] == {"Database doesn't support feature(s): x": 1} and kept["other"] == {"PostgreSQL only": 1}
    assert list(kept["words"].values()) == [["basic.f"]] and kept["impossible"] == {}
    assert kept["unconstrained"] == ["many_to_one_null.Driver.car"]


def test_a_result_is_of_one_django(kept):
    mixed = [{"state": vars(STATE), **outcome()}, {"state": vars(STATE), **outcome("lookup")}]
    mixed[1]["environment"]["django"] = "6.0"
    with pytest.raises(ValueError, match="a run is on one django, not on 5.2.1, 6.0"):
        results.result(mixed, results.ALL, "2022")


def test_a_result_is_kept_in_a_file_for_each_server(kept, tmp_path, monkeypatch):
    monkeypatch.setattr(results, "RESULTS", tmp_path)
    real = {**kept, "sandbox": None}
    assert [results.keep(one).name for one in (kept, real)] == [
        "django-5.2-sandbox-2022.json",
        "django-5.2-server-16.0.1000.6.json",
    ]
    assert json.loads(json.dumps(kept)) in results.load() and results.seconds()["basic"] == 1.0


def test_the_page_says_all_of_a_result(kept):
    text = page.text([kept])
    assert "| 5.2.1 | 3.12.1 | sandbox, 2022 (16.0.1000.6) | 2026-01-02 | 2 | 2 | 1 | 1 | 1 | 1 | 0 | 0 |" in text
    assert "- 5.2.1: `basic.c`" in text and "| Database doesn't support feature(s): x | 1 |" in text
    assert "`many_to_one_null.Driver.car`" in text and "`delete`" not in text
    assert "| basic | 2 (1 failed) |" in text


def test_the_page_says_which_flags_an_app_needs(kept):
    text = page.text([{**kept, "apps": {"delete": kept["apps"]["basic"]}}])
    assert "- `delete`, `supports_on_delete_db_default = False`: delete.models.SetDefaultDbModel has" in text


def test_the_documentation_s_page_is_what_the_kept_results_say():
    assert page.PAGE.read_text("utf-8") == page.text(results.load())


def test_nothing_fails_in_what_is_kept():
    assert [(kept["django"], kept["failed"]) for kept in results.load() if kept["failed"]] == []


def test_the_report_counts_a_test_once(tmp_path):
    runs = [outcome(entries=[("a", "failed", "x"), ("a", "failed", "y"), ("b", "passed", "")])]
    assert report.write_report(runs, tmp_path, "5.2.1") == (1, 1, 0)


# ---- plans --------------------------------------------------------------------------------


def counted(kind, *statements):
    lines = [json.dumps({"text": text, "declarations": declarations}) for text, declarations in statements]
    figures = plans.counted(plans.statements(lines, kind))
    return figures["plans"], figures["shapes"], figures["without numbers"]


def test_classes_of_lengths_are_plans_of_one_shape():
    short = "SELECT [a] FROM [t] WHERE [a] IN (@P1, @P2)", "@P1 nvarchar(50),@P2 nvarchar(50)"
    long = "SELECT [a] FROM [t] WHERE [a] IN (@P1)", "@P1 nvarchar(max)"
    assert counted("queries", short, long, long) == (2, 1, 1)


def test_a_number_in_the_text_is_a_shape_that_is_named():
    ten, twenty = (("SELECT TOP (%d) [a] FROM [t] WHERE [a] = @P1" % number, "@P1 int") for number in (10, 20))
    assert counted("queries", ten, twenty) == (2, 2, 1)


def test_inserts_are_counted_for_themselves():
    with_null = "INSERT INTO [t] ([a], [b]) VALUES (@P1, NULL)", "@P1 int"
    without = "INSERT INTO [t] ([a], [b]) VALUES (@P1, @P2)", "@P1 int,@P2 int"
    query = "SELECT [a] FROM [t] WHERE [a] = @P1", "@P1 int"
    assert counted("inserts", with_null, without, query) == (2, 2, 2)
    assert counted("queries", with_null, without, query) == (1, 1, 1)
