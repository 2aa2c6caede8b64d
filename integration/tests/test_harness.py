"""The harness: which server a run is on, and how its address travels."""

import pytest
from django_suite import past
from harness import needs
from harness.server import DRIVER_VARIABLE, VARIABLE, Server, given_server, serve, serve_each

URL = "mssql://s%3Aa%40:p%2F%20%7D%C3%BC@db.example.com:1444/my%20app?TrustServerCertificate=yes&driver=%2Flib%2Fx.so"
SERVER = Server(
    "db.example.com", 1444, "s:a@", "p/ }ü", "my app", {"TrustServerCertificate": "yes", "driver": "/lib/x.so"}
)


def test_a_url_is_read_whole():
    assert Server.from_url(URL) == SERVER


def test_a_server_s_url_leads_back_to_it():
    assert Server.from_url(SERVER.url) == SERVER


def test_what_a_url_leaves_out():
    assert Server.from_url("mssql://sa:x@db.example.com") == Server("db.example.com", 1433, "sa", "x", "master")


def test_the_password_is_in_the_settings_and_not_in_the_repr():
    assert SERVER.database("shop")["PASSWORD"] == "p/ }ü"
    assert SERVER.database("shop", login=False)["PASSWORD"] == ""
    assert SERVER.password not in repr(SERVER)


def test_options_are_added_to_those_of_the_server(monkeypatch):
    monkeypatch.delenv(DRIVER_VARIABLE, raising=False)
    options = SERVER.database("shop", driver="other", plugins=["json"])["OPTIONS"]
    assert options == {"TrustServerCertificate": "yes", "driver": "other", "plugins": ["json"]}
    assert SERVER.options["driver"] == "/lib/x.so"
    monkeypatch.setenv(DRIVER_VARIABLE, "mssql_python")
    assert SERVER.database("shop")["OPTIONS"]["python_driver"] == "mssql_python"


def test_the_variable_names_a_real_server_for_all(monkeypatch):
    monkeypatch.setenv(VARIABLE, URL)
    with serve(version="2016", journal=True) as server, serve_each(2) as servers:
        assert [server, *servers, given_server()] == [SERVER] * 4
        assert server.sandbox is None and server.journal is None


def test_without_the_variable_each_has_a_sandbox_of_its_own(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    with serve_each(2, journal=True) as (one, other):
        assert one.port != other.port and one.journal() == []


def test_the_first_python_of_a_django_that_is_here_runs_it(monkeypatch):
    here = {"3.9": "/usr/bin/python3.9", "3.10": "/usr/bin/python3.10"}
    monkeypatch.setattr(needs, "find_python", here.get)
    assert past.interpreter("3.2", only_present=True) == "/usr/bin/python3.9"
    with pytest.raises(needs.Missing, match=r"Django 6.1: no Python one of 3.14, 3.13, 3.12 on PATH; `uv python inst"):
        past.interpreter("6.1", only_present=True)


def test_an_environment_is_compiled_and_kept(monkeypatch, tmp_path):
    commands = []
    monkeypatch.setattr(past, "CACHE", tmp_path)
    monkeypatch.setattr(past, "interpreter", lambda django, only_present: "/usr/bin/python3.9")
    monkeypatch.setattr(needs, "fetch", lambda command, what: commands.append(command))
    (executable,) = past.python("4.2").command
    make, install = commands
    assert executable.startswith(str(tmp_path / "python-4.2")) and "/usr/bin/python3.9" in make
    assert {"--compile-bytecode", "django~=4.2.0", executable} <= set(install)
    assert sum("/packages/mssql-" in argument for argument in install) == 4


@pytest.mark.parametrize(
    ("options", "ci", "status"), [([], "", 1), (["--if-possible"], "", 0), (["--if-possible"], "true", 1)]
)
def test_a_missing_python_fails_unless_it_need_not_be_here(options, ci, status, monkeypatch, capsys):
    def missing(django, only_present):
        raise needs.Missing("Django 3.2: no Python 3.8")

    monkeypatch.setattr(past, "python", missing)
    monkeypatch.setattr(past.sys, "argv", ["past", "3.2", *options, "basic"])
    monkeypatch.setenv("CI", ci)
    assert needs.told(past.main) == status
    assert "".join(capsys.readouterr()) == "not run: Django 3.2: no Python 3.8\n"
