import pytest
from django.core.exceptions import ImproperlyConfigured

from mssql_core.connection import settings
from mssql_core.plugin import Credentials


def read(options=None, **others):
    return settings.read("default", {"NAME": "shop", "OPTIONS": options or {}, **others})


def keywords(options=None, credentials=None, plugin=None, **others):
    return settings.keywords(read(options, **others), "D", Credentials(credentials or {}), plugin or {})


def test_an_unknown_option_is_refused_with_the_nearest_known():
    with pytest.raises(ImproperlyConfigured, match="'query_timout'. Did you mean 'query_timeout'"):
        read({"query_timout": 5})
    with pytest.raises(ImproperlyConfigured, match="Did you mean 'TrustServerCertificate'"):
        read({"TrustServerCertifikate": "yes"})


def test_a_pool_is_refused_with_the_reason():
    with pytest.raises(ImproperlyConfigured, match=r"\['pool'\] is not supported: .* DATABASE_CONNECTION_POOLING"):
        read({"pool": True})


def test_all_options_of_mssql_django_are_known():
    options = {
        "python_driver": "pyodbc", "driver": "x", "dsn": "x", "host_is_server": True, "extra_params": "",
        "isolation_level": "SNAPSHOT", "datefirst": 1, "unicode_results": True, "collation": "Latin1_General_CI_AS",
        "connection_timeout": 0, "connection_retries": 5, "connection_retry_backoff_time": 5,
        "connection_recovery_interval_msec": 0.0, "query_timeout": 0, "setencoding": [], "setdecoding": [],
        "return_rows_bulk_insert": True, "driver_needs_utf8": None, "driver_charset": "iso-8859-1",
        "user": "x", "passwd": "x", "db": "x", "host": "x", "port": 1, "read_default_file": "x",
    }  # fmt: skip
    assert read(options).options["isolation_level"] == "SNAPSHOT"


def test_odbc_keywords_are_spelled_as_the_driver_does():
    options = read({"trustservercertificate": True, "ENCRYPT": "Strict", "applicationintent": "readonly"}).options
    assert options == {"TrustServerCertificate": "yes", "Encrypt": "strict", "ApplicationIntent": "ReadOnly"}


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("Encrypt", "true", "yes, no, mandatory, optional, strict"),
        ("isolation_level", "CHAOS", "READ UNCOMMITTED"),
        ("uuid_type", "binary(16)", "uniqueidentifier"),
        ("datetime_type", "datetime", "datetime2"),
        ("query_timeout", "soon", "a number from 0"),
        ("datefirst", 8, "from 1 to 7"),
        ("connection_retries", -1, "a number from 0"),
        ("driver", 18, "has to be text"),
        ("schema", "[sales]", "without brackets"),
        ("schema", "s" * 129, "at most 128"),
        ("schema", 1, "name of a schema"),
        ("regex_function", "REGEXP_LIKE", "with its schema"),
        ("regex_function", "dbo.f(1); --", "with its schema"),
    ],
)
def test_bad_values_are_refused_by_name(option, value, told):
    with pytest.raises(ImproperlyConfigured, match=told) as error:
        read({option: value})
    assert "DATABASES['default']['OPTIONS'][%r]" % option in str(error.value)


def test_an_empty_name_is_refused():
    with pytest.raises(ImproperlyConfigured, match="'NAME'"):
        read(NAME="")
    assert read({"dsn": "x"}, NAME="").name == ""


def test_no_secret_shows():
    found = read({"extra_params": "PWD=s3cret"}, PASSWORD="s3cret", TOKEN="s3cret")
    assert "s3cret" not in repr(found)


def test_keywords():
    assert keywords({"Encrypt": "yes"}, {"UID": "sa", "PWD": "x"}, HOST="db", PORT=1433) == {
        "DRIVER": "D", "APP": "Django", "SERVER": "db,1433", "DATABASE": "shop", "UID": "sa", "PWD": "x", "LongAsMax": "yes",
        "Encrypt": "yes",
    }  # fmt: skip


def test_without_a_name_it_is_master():
    assert keywords(NAME=None)["DATABASE"] == "master"


def test_a_dsn_says_where():
    found = settings.keywords(read({"dsn": "warehouse"}, NAME=""), None, Credentials(), {})
    assert found == {"DSN": "warehouse", "LongAsMax": "yes", "MARS_Connection": "no"}


def test_extra_params_go_over_everything_and_their_first_counts():
    found = keywords({"Encrypt": "yes", "extra_params": "encrypt=no;APP={a;b};app=c"}, plugin={"APP": "p"})
    assert found["Encrypt"] == "no" and found["APP"] == "a;b"


def test_authentication_in_extra_params_takes_trusted_connection_away():
    found = keywords({"extra_params": "Authentication=ActiveDirectoryMsi"}, {"Trusted_Connection": "yes"})
    assert "Trusted_Connection" not in found


def test_broken_extra_params_are_refused():
    with pytest.raises(ImproperlyConfigured, match="'extra_params'"):
        keywords({"extra_params": "APP={x"})


@pytest.mark.parametrize(
    "options",
    [
        {"MARS_Connection": "yes"},
        {"mars_connection": True},
        {"MARS_CONNECTION": "maybe"},
        {"extra_params": "mars_connection=YES"},
        {"extra_params": "Encrypt=yes;MARS_Connection={yes}"},
    ],
)
def test_mars_is_refused_with_the_reason(options):
    with pytest.raises(ImproperlyConfigured, match="error 3997"):
        read(options)


def test_mars_of_a_plugin_is_refused():
    with pytest.raises(ImproperlyConfigured, match="A plugin of .* asks for mars_connection = yes"):
        keywords(plugin={"mars_connection": "yes"})


def test_mars_may_be_off():
    assert keywords({"MARS_Connection": False, "extra_params": "mars_connection=no"})["MARS_Connection"] == "no"
    assert keywords(plugin={"MARS_Connection": "no"})["MARS_Connection"] == "no"


def test_encodings():
    options = {"setencoding": [{"encoding": "utf-8"}], "setdecoding": [{"sqltype": 1, "encoding": "utf-8"}]}
    assert settings.encodings(options) == [
        ("setencoding", {"encoding": "utf-8"}),
        ("setdecoding", {"sqltype": 1, "encoding": "utf-8"}),
    ]
