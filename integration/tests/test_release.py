"""Which package a tag releases."""

import re
import shlex
from pathlib import Path

import pytest
from harness import steps
from harness.release import ROOT, package_of


def version_of(folder: str, module: str) -> str:
    text = (ROOT / folder / "src" / module / "__about__.py").read_text(encoding="utf-8")
    return re.search(r'"(.*)"', text)[1]


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("mssql-core", "packages/mssql-core"),
        ("mssql-azure-auth", "packages/mssql-azure-auth"),
        ("mssql-sandbox", "integration/sandbox"),
    ],
)
def test_a_tag_names_package_and_version(name: str, folder: str):
    tag = f"{name}-v{version_of(folder, name.replace('-', '_'))}"
    assert package_of(tag) == ROOT / folder


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        ("v1.0", "is no release tag"),
        ("mssql-core-1.0", "is no release tag"),
        ("mssql-other-v1.0", "there is no package mssql-other"),
        ("mssql-json-v99.0", "says"),
    ],
)
def test_a_tag_that_does_not_fit_is_refused(tag: str, reason: str):
    with pytest.raises(ValueError, match=reason):
        package_of(tag)


def test_the_workflow_runs_what_exists():
    """Each `hatch run` of the workflows is a script of hatch.toml."""
    scripts = set(re.findall(r"^(?:\"([\w-]+)\"|([\w-]+)) = ", (ROOT / "hatch.toml").read_text(), re.MULTILINE))
    names = {first or second for first, second in scripts}
    for workflow in Path(ROOT / ".github" / "workflows").glob("*.yml"):
        for command in re.findall(r"hatch run (?:\w+:)?([\w-]+)", workflow.read_text()):
            assert command in names, (workflow.name, command)


def test_ci_runs_both_tiers():
    """The quick one always; each week, step by step, all that the other has besides."""
    workflow = (ROOT / ".github" / "workflows" / "tests.yml").read_text()
    quick, everything = (_steps(next(steps.commands(tier, steps.scripts()))) for tier in ("test", "test-all"))
    weekly = re.findall(
        r"^          - (.+)$", workflow.partition("  all:\n")[2].partition("    steps:")[0], re.MULTILINE
    )
    assert "- run: hatch run test\n" in workflow and "- run: hatch run matrix:unit\n" in workflow
    assert set(weekly) == everything - quick - {"unit-matrix"}


def _steps(line: str) -> set[str]:
    return {step for step in shlex.split(line.partition("harness.steps ")[2]) if step not in ("--jobs", "1")}


@pytest.mark.parametrize(
    "path", [*ROOT.glob("packages/*/pyproject.toml"), ROOT / "integration/sandbox/pyproject.toml"], ids=str
)
def test_a_package_says_what_it_runs_on(path: Path):
    """As CI's matrix runs it, from the oldest Python that it asks for."""
    project = steps.tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    assert project["authors"] == [{"name": "mssql-core contributors"}]
    classifiers = project["classifiers"]
    matrix = steps.environments()["matrix"]["matrix"]
    oldest = int(project["requires-python"].rpartition(".")[2])
    pythons = {version for entry in matrix for version in entry["python"] if int(version.rpartition(".")[2]) >= oldest}
    assert {line.rpartition(" ")[2] for line in classifiers if "Python :: 3." in line} == pythons
    djangos = {line.rpartition(" ")[2] for line in classifiers if "Django :: " in line}
    assert not djangos or djangos == {version for entry in matrix for version in entry["django"]}
