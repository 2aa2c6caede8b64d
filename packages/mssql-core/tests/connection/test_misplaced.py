import warnings

import pytest
from django.core.exceptions import ImproperlyConfigured

from mssql_core.connection import misplaced, settings
from mssql_core.plugin import Credentials, manager
from mssql_core.testing import fake_connection


def refusal(options=None, **others):
    with pytest.raises(ImproperlyConfigured) as caught:
        settings.read("shop", {"NAME": "shop", "OPTIONS": options or {}, **others})
    assert "DATABASES['shop']" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("option", "place"),
    [
        ("TOKEN", "DATABASES['shop']['TOKEN']"),
        ("UID", "DATABASES['shop']['USER']"),
        ("PWD", "DATABASES['shop']['PASSWORD']"),
        ("Server", "DATABASES['shop']['HOST']"),
        ("Initial Catalog", "DATABASES['shop']['NAME']"),
        ("CONN_MAX_AGE", "DATABASES['shop']['CONN_MAX_AGE']"),
        ("Application Name", "called 'APP'"),
        ("sslmode", "called 'Encrypt'"),
        ("timeout", "called 'query_timeout'"),
    ],
)
def test_a_setting_among_the_options_that_belongs_elsewhere(option, place):
    told = refusal({option: "s3cret"})
    assert place in told and "s3cret" not in told


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("UID=sa;TrustServerCertficate=yes", "part 2 .* Did you mean TrustServerCertificate?"),
        ("Encrpyt=strict", "part 1 .* Did you mean Encrypt?"),
        ("ApplicationIntnt=ReadOnly", "part 1 .* Did you mean ApplicationIntent?"),
    ],
)
def test_a_misspelt_keyword_of_the_driver_is_refused(text, meant):
    with pytest.raises(ImproperlyConfigured, match=meant):
        settings.read("shop", {"NAME": "shop", "OPTIONS": {"extra_params": text}})


def test_a_keyword_that_nobody_knows_is_told_without_its_text():
    with pytest.warns(RuntimeWarning) as told:
        settings.read("shop", {"NAME": "shop", "OPTIONS": {"extra_params": "PWD=half;s3cret=rest"}})
    assert str(told[0].message) == (
        "DATABASES['shop']['OPTIONS']['extra_params']: part 2 has a keyword that the Microsoft ODBC driver does not know, "
        "and will ignore."
    )


@pytest.mark.parametrize(
    "options",
    [
        {"extra_params": "TrustServerCertificate=yes;APP=x;UID=sa;PWD=x;QueryLog_On=yes"},
        {"extra_params": "TDS_Version=7.4;ClientCharset=UTF-8", "driver": "FreeTDS"},
    ],
)
def test_keywords_that_the_driver_knows_are_taken_without_a_word(options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        settings.read("shop", {"NAME": "shop", "OPTIONS": options})


@pytest.mark.parametrize("host", ["db.example.com:1433", "127.0.0.1:25001", "[::1]:1433"])
def test_a_host_with_a_colon_and_a_port_is_refused(host):
    name, _, port = host.rpartition(":")
    assert refusal(HOST=host) == (
        "DATABASES['shop']['HOST'] is %r, which the driver takes for one name; write %r there, and %r into 'PORT'."
        % (host, name, port)
    )


def test_a_port_in_host_beside_port_is_refused():
    assert refusal(HOST="127.0.0.1,25001", PORT=25999) == (
        "DATABASES['shop']['HOST'] is '127.0.0.1,25001' and has a port, as PORT has (25999); remove one."
    )


@pytest.mark.parametrize(
    "host", ["db,1433", "tcp:db,1433", "db\\instance", "fe80::1", "::1", "np:\\\\db\\pipe\\sql\\query", "."]
)
def test_hosts_that_the_driver_understands(host):
    assert settings.read("shop", {"NAME": "shop", "HOST": host}).host == host


def test_an_instance_beside_a_port_is_a_warning():
    connection = fake_connection(settings={"HOST": "db\\sales", "PORT": "1433"})
    (told,) = [message for message in connection.validation.check() if message.id == "mssql_core.W007"]
    assert "'sales'" in told.msg
    connection = fake_connection(settings={"HOST": "db\\sales"})
    assert not [message for message in connection.validation.check() if message.id == "mssql_core.W007"]


def test_a_driver_beside_a_data_source_is_a_warning():
    connection = fake_connection(options={"dsn": "warehouse", "driver": "ODBC Driver 18 for SQL Server"})
    (told,) = [message for message in connection.validation.check() if message.id == "mssql_core.W001"]
    assert "names its own" in told.msg


@pytest.mark.parametrize(
    ("method", "value", "told"),
    [
        (
            "setencoding",
            {"encoding": "utf-8"},
            "has to be a list of dicts, for example [{'encoding': 'utf-8'}].",
        ),
        ("setencoding", ["utf-8"], "has to be a list of dicts, for example [{'encoding': 'utf-8'}]."),
        (
            "setdecoding",
            5,
            "has to be a list of dicts, for example [{'sqltype': pyodbc.SQL_CHAR, 'encoding': 'utf-8'}].",
        ),
        ("setencoding", [{"encodng": "utf-8"}], "has no 'encodng'; it takes: encoding, ctype."),
        ("setdecoding", [{"sqltype": 1, "z": 1, "a": 1}], "has no 'a'; it takes: sqltype, encoding, ctype."),
        ("setencoding", [{"encoding": "utf-9"}], "names the encoding 'utf-9', which Python does not know."),
        ("setencoding", [{"encoding": None}], "names the encoding None, which Python does not know."),
        ("setencoding", [{"ctype": "SQL_CHAR"}], "has no number as 'ctype'; see pyodbc.SQL_CHAR and its kin."),
        ("setdecoding", [{"sqltype": "x"}], "has no number as 'sqltype'; see pyodbc.SQL_CHAR and its kin."),
        (
            "setdecoding",
            [{"encoding": "utf-8"}],
            "lacks 'sqltype', for example [{'sqltype': pyodbc.SQL_CHAR, 'encoding': 'utf-8'}].",
        ),
    ],
)
def test_encodings_of_the_wrong_shape(method, value, told):
    assert refusal({method: value}) == "DATABASES['shop']['OPTIONS'][%r] %s" % (method, told)


def test_encodings_of_the_right_shape():
    options = {"setencoding": [{"encoding": "utf-8"}], "setdecoding": [{"sqltype": 1, "encoding": "utf-8", "ctype": 1}]}
    assert settings.read("shop", {"NAME": "shop", "OPTIONS": options}).options == options


def test_a_name_that_no_database_can_have():
    assert "129 characters; a database's name has at most 128" in refusal(NAME="d" * 129)


@pytest.mark.parametrize(
    ("plugins", "told"),
    [({"json": True}, "'json'] is of type bool"), (True, "is of type bool"), ("json", "write a list: ['json']")],
)
def test_plugins_of_the_wrong_shape(plugins, told):
    with pytest.raises(ImproperlyConfigured) as caught:
        manager.build("shop", plugins, object())
    assert told in str(caught.value) and "DATABASES['shop']['OPTIONS']['plugins']" in str(caught.value)


def test_the_program_s_name_is_the_project_s(monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "shop.settings.production")
    assert misplaced.application_name() == "shop"
    read = settings.read("shop", {"NAME": "shop"})
    assert settings.keywords(read, "D", Credentials(), {})["APP"] == "shop"
    read = settings.read("shop", {"NAME": "shop", "OPTIONS": {"extra_params": "APP=reports"}})
    assert settings.keywords(read, "D", Credentials(), {})["APP"] == "reports"
