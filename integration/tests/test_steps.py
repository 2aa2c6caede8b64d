"""The runner of the README's test line: every step runs, and the end says how each went."""

import re

import pytest
from harness import steps

KNOWN = {
    "good": "echo all well {args}",
    "bad": ["echo first; exit 3", "echo second"],
    "both": ["bad", "good of both"],
}


@pytest.fixture
def main(monkeypatch):
    monkeypatch.setattr(steps, "scripts", lambda: KNOWN)
    return steps.main


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_failing_step_stops_nothing(main, capfd, jobs):
    assert main(["bad", "good -q", "--jobs", jobs]) == 1
    output = capfd.readouterr().out
    assert "first\n" in output and "second\n" in output and "all well -q\n" in output
    end = output.partition("==== all steps")[2]
    assert re.findall(r"^(\S.*?) +(passed|FAILED) +\d+ min +\d+ s$", end, re.MULTILINE) == [
        ("bad", "FAILED"),
        ("good -q", "passed"),
        ("together", "FAILED"),
    ]


def test_the_status_of_good_steps_is_0(main):
    assert main(["good", "good again"]) == 0


def test_an_unknown_step_is_named_before_any_runs(main, capfd):
    with pytest.raises(SystemExit):
        main(["good", "god"])
    captured = capfd.readouterr()
    assert "no script of hatch.toml: god" in captured.err and "all well" not in captured.out


def test_scripts_name_scripts():
    assert list(steps.commands("both", KNOWN)) == ["echo first; exit 3", "echo second", "echo all well of both"]


@pytest.mark.parametrize("tier", ["test", "test-all", "suite-past"])
def test_each_tier_names_scripts(tier):
    known = steps.scripts()
    (line,) = steps.commands(tier, known)
    assert line.startswith("python -m harness.steps ")
    for step in re.findall(r"'([^']+)'|(?<= )([a-z][a-z0-9.-]*)(?= |$)", line.partition("harness.steps ")[2]):
        assert list(steps.commands(next(filter(None, step)), known))


def test_an_environment_asks_for_one_django():
    """What an environment does not say itself it has from the default one, which names a Django."""
    with open(steps.TOP / "hatch.toml", "rb") as file:
        environments = steps.tomllib.load(file)["envs"]
    for name, own in environments.items():
        inherited = {} if own.get("detached") else environments[own.get("template", "default")]
        extra = own.get("extra-dependencies", inherited.get("extra-dependencies", []))
        named = [*own.get("dependencies", inherited.get("dependencies", [])), *extra]
        if any("django" in key for key in own.get("matrix", [{}])[0]):
            named += own["overrides"]["matrix"]["django"]["dependencies"][0]["value"].split()
        djangos = len([one for one in named if one.startswith("django~=")])
        # The documentation's site is built without one.
        assert djangos == (name != "docs"), name
