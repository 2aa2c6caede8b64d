"""The compatibility page: every row says what it rests on, and the page is what its generator writes."""

import re

import pytest
from django_suite import results
from figures.compatibility import page, runs
from figures.compatibility.__main__ import sandbox
from figures.compatibility.probes import PROBES

from mssql_core.plugin import Capability

OLDER = {"sandbox": "2019", "name": "SQL Server 2019", "version": "15.0.1", "date": "2026-01-02", "works": True}


def given(**changed):
    names = [one.name for one in Capability]
    run = {**OLDER, "driver": "libmsodbcsql-18.6.so.1.1 18.06.0001", "claims": {}, "has": {}}
    run["claims"] = {name: name == "STRING_AGG" for name in names}
    run["has"] = {name: None for name in names} | {"STRING_AGG": True, "DATETRUNC": False}
    return {**run, **changed}


def capability(text, name):
    return re.search(r"^\| `%s` \| .* \| (.*) \| \[" % name, text, re.MULTILINE)[1]


def test_a_row_rests_on_the_runs_that_showed_it():
    text = page.text([given(), given(sandbox=None, version="15.0.4000.1")], [])
    assert capability(text, "STRING_AGG") == "on the sandbox, on SQL Server (2026-01-02, 15.0.4000.1)"
    assert capability(text, "JSON_TYPE") == "from documentation"
    assert "| SQL Server 2019 | on the sandbox (2026-01-02, 15.0.1), on SQL Server (2026-01-02, 15.0.4000.1) |" in text
    assert "| SQL Server 2016 | from documentation |" in text and "| the ODBC driver 17 | from documentation |" in text


def test_a_run_that_shows_otherwise_is_told():
    run = given()
    run["has"]["DATETRUNC"] = True
    assert runs.contradictions(run) == ["DATETRUNC"]
    assert capability(page.text([run], []), "DATETRUNC") == "contradicted on the sandbox (2026-01-02, 15.0.1)"


def test_a_server_that_does_not_work_shows_nothing():
    text = page.text([given(works=False)], [])
    assert "| SQL Server 2019 | from documentation |" in text and runs.contradictions(given(works=False)) == ["works"]


def test_each_capability_is_asked_for():
    others = {Capability.TRUNCATION_DETAILS, Capability.WAREHOUSE_READING}
    assert set(Capability) == set(PROBES) | others
    assert {(run["sandbox"], *sorted(run["has"])) for run in runs.load() if run["sandbox"]} == {
        (version, *sorted(one.name for one in Capability)) for version in runs.NAMES
    }


@pytest.mark.parametrize("version", ["2019", "azure"])
def test_the_sandbox_shows_what_is_kept(version):
    kept = next(run for run in runs.load() if run["sandbox"] == version)
    shown = sandbox(version)
    for key in ("has", "claims", "works"):
        assert shown[key] == kept[key]


def test_nothing_kept_contradicts():
    assert {run["name"]: runs.contradictions(run) for run in runs.load() if runs.contradictions(run)} == {}


def test_the_page_is_what_the_generator_writes():
    assert page.PAGE.read_text("utf-8") == page.text(runs.load(), results.load())
