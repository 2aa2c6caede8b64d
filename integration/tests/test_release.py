"""Fragments, changelogs and what a tag releases."""

import re
import shlex
import shutil
import zipfile
from pathlib import Path

import pytest
from figures.compatibility import runs
from harness import published, release, steps
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
        ("mssql-other-v1.0.0", "there is no package mssql-other"),
        ("mssql-json-v99.0.0", "says"),
    ],
)
def test_a_tag_that_does_not_fit_is_refused(tag: str, reason: str):
    with pytest.raises(ValueError, match=reason):
        package_of(tag)


def test_fragments_have_names_that_are_read():
    assert list(release.misnamed()) == []


@pytest.mark.parametrize("folder", release.packages().values(), ids=lambda folder: folder.name)
def test_a_changelog_has_one_place_for_what_is_unreleased(folder: Path):
    text = (folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.startswith("# Changelog\n\n## Unreleased\n")
    assert text.count("Unreleased") == text.count("<!-- towncrier: releases -->\n") == 1
    assert (folder / "newsfragments" / ".gitkeep").exists()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two packages as they are here, one of them with fragments."""
    shutil.copy(ROOT / release.CONFIGURATION, tmp_path)
    for name in ("packages/mssql-json", "integration/sandbox"):
        for file in ("pyproject.toml", "CHANGELOG.md"):
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name / file, tmp_path / name)
        (tmp_path / name / "newsfragments").mkdir()
        module = tmp_path / name / "src" / Path(name).name
        module.mkdir(parents=True)
        (module / "__about__.py").write_text('__version__ = "0.1.0"\n')
    news = tmp_path / "packages/mssql-json/newsfragments"
    (news / "keys.bugfix.md").write_text("Keys are found.\n")
    (news / "paths.feature.md").write_text("Paths are short,\nand read well.\n")
    return tmp_path


def test_a_release_takes_its_fragments_into_the_changelog(root: Path):
    release.prepare("mssql-json", "0.2.0", root)
    folder = root / "packages/mssql-json"
    text = (folder / "CHANGELOG.md").read_text()
    assert release.fragments(folder) == []
    assert re.search(
        r"## Unreleased\n[^#]*\n## 0\.2\.0 \(\d{4}-\d\d-\d\d\)\n\n### Features\n\n- Paths are short,\n  and read well\.\n"
        r"\n### Bug fixes\n\n- Keys are found\.\n",
        text,
    )
    assert package_of("mssql-json-v0.2.0", root) == folder
    release.check_changelog(folder, "0.2.0")
    with pytest.raises(ValueError, match="has 0.2.0 already"):
        release.prepare("mssql-json", "0.2.0", root)


def test_a_draft_changes_nothing(root: Path, capfd: pytest.CaptureFixture):
    release.draft([], root)
    told = capfd.readouterr().out
    assert "# mssql-json" in told and "- Keys are found." in told and "# mssql-sandbox" in told
    assert len(release.fragments(root / "packages/mssql-json")) == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("keys.bug.md", "Unknown type."),
        ("keys.md", "No type."),
        ("Keys of old.bugfix.md", "Blanks."),
        ("keys.bugfix.rst", "No Markdown."),
        ("keys-too.bugfix.md", "\n"),
        ("keys-again.bugfix.md", "- A bullet."),
    ],
)
def test_a_fragment_that_would_be_lost_is_refused(root: Path, name: str, text: str):
    assert list(release.misnamed(root)) == []
    (root / "packages/mssql-json/newsfragments" / name).write_text(text)
    (line,) = release.misnamed(root)
    assert line.startswith(f"packages/mssql-json/newsfragments/{name}: ")


@pytest.mark.parametrize(
    ("name", "version", "reason"),
    [
        ("mssql-json", "0.1.1", "a patch release, which mends alone; these want a minor one: paths.feature.md"),
        ("mssql-json", "next", "is no version"),
        ("mssql-other", "1.0.0", "there is no package mssql-other; there are mssql-json, mssql-sandbox"),
    ],
)
def test_a_release_that_does_not_fit_is_refused(root: Path, name: str, version: str, reason: str):
    with pytest.raises(ValueError, match=reason):
        release.prepare(name, version, root)


def test_a_tag_without_its_changelog_is_refused(root: Path):
    folder = root / "packages/mssql-json"
    with pytest.raises(ValueError, match="no heading of 0.1.0. Run: hatch run release mssql-json 0.1.0"):
        release.check_changelog(folder, "0.1.0")
    release.prepare("mssql-json", "0.1.0", root)
    (folder / "newsfragments/late.bugfix.md").write_text("Late.")
    with pytest.raises(ValueError, match="not in its changelog: late.bugfix.md"):
        release.check_changelog(folder, "0.1.0")


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
    tested = sorted((version for entry in matrix for version in entry["django"]), key=_numbers)
    assert not djangos or djangos == set(tested)
    assert bool(djangos) == path.is_relative_to(ROOT / "packages")
    if djangos:
        # What was not tested is kept out.
        newest, minor = tested[-1].split(".")
        assert f"Django>={tested[0]},<{newest}.{int(minor) + 1}" in project["dependencies"]


def test_the_page_of_versions_says_when_each_goes():
    text = (ROOT / "docs" / "reference" / "versions.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| ([\d., ]+) \| \w+ \d{4} \| \w+ \d{4} \|$", text, re.MULTILINE)
    matrix = {version for entry in steps.environments()["matrix"]["matrix"] for version in entry["django"]}
    assert {version for line in listed for version in line.split(", ")} == matrix | set(runs.BOXED)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


@pytest.mark.parametrize("folder", release.packages().values(), ids=lambda folder: folder.name)
def test_a_package_says_who_and_what_it_is(folder: Path):
    project = steps.tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "BSD-3-Clause" and (folder / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    assert project["readme"] == "README.md" and project["description"] and project["keywords"]
    assert {"Programming Language :: Python :: 3 :: Only", "Intended Audience :: Developers"} <= set(
        project["classifiers"]
    )
    typed = bool(list(folder.glob("src/*/py.typed")))
    assert ("Typing :: Typed" in project["classifiers"]) == typed
    # A plugin works with every core of its own major version.
    assert _version_of(folder).split(".")[0] == _version_of(ROOT / "packages" / "mssql-core").split(".")[0]


def _version_of(folder: Path) -> str:
    (about,) = folder.glob("src/*/__about__.py")
    return re.search(r'"(.*)"', about.read_text(encoding="utf-8"))[1]


HOME = "https://github.com/someone/mssql-core"


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "someone/mssql-core")
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)


@pytest.mark.parametrize("folder", release.packages().values(), ids=lambda folder: folder.name)
def test_links_of_a_published_readme_are_addresses_of_what_is_there(folder: Path, at_home: None, tmp_path: Path):
    made = published.copy(folder, ROOT, "a-tag", tmp_path)
    links = re.findall(r"\]\(([^)\s]+)\)", (made / "README.md").read_text(encoding="utf-8"))
    assert all(link.startswith(("https://", "#")) for link in links)
    urls = steps.tomllib.loads((made / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    for link in [*links, *urls.values()]:
        path = re.match(rf"{HOME}/(?:blob|tree|raw)/a-tag/([^#]+)", link)
        assert path is None or (ROOT / path[1]).exists(), link
    assert f"{HOME}/tree/a-tag/{folder.relative_to(ROOT)}" in urls.values() and urls["Homepage"] == HOME


def test_a_built_distribution_has_the_addresses(at_home: None, tmp_path: Path):
    folder = ROOT / "packages" / "mssql-json"
    assert release.build(folder, "mssql-json-v0.1.0", target=tmp_path) == 0
    (wheel,) = tmp_path.glob("*.whl")
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
    text = archive.read(name).decode()
    assert f"Project-URL: Homepage, {HOME}\n" in text
    assert f"({HOME}/blob/mssql-json-v0.1.0/packages/mssql-json/docs/lookups.md)" in text


def test_a_release_from_nowhere_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    with pytest.raises(ValueError, match="GITHUB_REPOSITORY is not set"):
        release.build(ROOT / "packages" / "mssql-json", "mssql-json-v0.1.0", target=tmp_path)


def test_a_link_of_a_readme_to_nothing_is_refused():
    with pytest.raises(ValueError, match="links to docs/nothing.md, which is not there"):
        published.readme("[a](docs/nothing.md)", ROOT / "packages" / "mssql-json", ROOT, HOME, "a-tag")
