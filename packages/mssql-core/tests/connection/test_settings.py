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


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("Encrypt", "true", "is 'true'; it is one of: yes, no, mandatory, optional, strict."),
        ("python_driver", "odbc", "is 'odbc'; it is one of: pyodbc, mssql_python."),
        ("query_timeout", "soon", "is 'soon'; it has to be a number from 0 to 2147483647."),
        ("query_timeout", None, "is None; it has to be a number from 0 to 2147483647."),
        ("query_timeout", 2**31, "is 2147483648; it has to be a number from 0 to 2147483647."),
        ("datefirst", 0, "is 0; it has to be a number from 1 to 7."),
        ("connection_timeout", 3601, "is 3601; it has to be a number from 0 to 3600."),
        ("connection_retries", 1001, "is 1001; it has to be a number from 0 to 1000."),
        ("connection_retry_backoff_time", 3601, "is 3601; it has to be a number from 0 to 3600."),
        ("connection_recovery_interval_msec", 600001, "is 600001; it has to be a number from 0 to 600000."),
        ("driver", 18, "is of type int; it has to be text."),
        ("collation", 5, "is of type int; it has to be text."),
        ("dsn", 5, "is of type int; it has to be text."),
        (
            "schema",
            "[s]",
            "is '[s]'; it has to be the name of a schema: at most 128 characters, without brackets and quotes.",
        ),
        (
            "regex_function",
            "F",
            "is 'F'; it has to be the function's schema and name, for example 'dbo.REGEXP_LIKE': SQL Server takes a "
            "function only with its schema (error 195).",
        ),
    ],
)
def test_a_refusal_says_what_the_value_may_be(option, value, told):
    with pytest.raises(ImproperlyConfigured) as error:
        read({option: value})
    assert str(error.value) == "DATABASES['default']['OPTIONS'][%r] %s" % (option, told)


_FOREIGN_KEYS = "it has to be a list of foreign keys, each as 'app_label.Model.field'."
_ISO = "Django and indexes on computed columns and filtered ones (error 1934) need it on; remove it."


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({5: 1}, " has a key that is no text but int."),
        (
            {"query_timout": 1},
            " has the unknown option 'query_timout'. Did you mean 'query_timeout'? Other keywords of the ODBC driver go "
            "into 'extra_params'.",
        ),
        (
            {"zzzzz": 1},
            " has the unknown option 'zzzzz'. Other keywords of the ODBC driver go into 'extra_params'.",
        ),
        (
            {"uid": "x"},
            "['uid'] is no option of mssql-core. It belongs to the alias itself: DATABASES['default']['USER'].",
        ),
        ({"unenforced_foreign_keys": "a.b.c"}, "['unenforced_foreign_keys']: 'a.b.c'; " + _FOREIGN_KEYS),
        ({"unenforced_foreign_keys": ["a.b.c", "a.b"]}, "['unenforced_foreign_keys']: 'a.b'; " + _FOREIGN_KEYS),
        ({"unenforced_foreign_keys": [5]}, "['unenforced_foreign_keys']: 5; " + _FOREIGN_KEYS),
        ({"extra_params": "novalue"}, "['extra_params']: Part 1 of the connection string has no '='."),
        ({"quotedid": False}, "['QuotedId'] asks for QuotedId = no. " + _ISO),
        ({"extra_params": "UID=x;ANSINPW= No "}, "['extra_params'] asks for ANSINPW =  No . " + _ISO),
    ],
)
def test_a_refusal_of_options_names_them(options, told):
    with pytest.raises(ImproperlyConfigured) as error:
        read(options)
    assert str(error.value) == "DATABASES['default']['OPTIONS']" + told


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ({"NAME": ""}, "['NAME'] is empty; give the name of the database, or None for master."),
        ({"NAME": "d" * 129}, "['NAME'] has 129 characters; a database's name has at most 128."),
        *[
            ({"PORT": port}, "['PORT'] is %r; it has to be a number from 1 to 65535, or empty for 1433." % (port,))
            for port in ("x", 0, "0", 65536, -1, 1.5)
        ],
    ],
)
def test_a_refusal_of_the_alias_s_own_settings_names_them(others, told):
    with pytest.raises(ImproperlyConfigured) as error:
        read(**others)
    assert str(error.value) == "DATABASES['default']" + told
    # No frame that an error reporter shows holds the settings.
    assert "settings_dict" not in error.traceback[-1].frame.f_locals


def test_values_are_read_as_what_they_are():
    given = {
        "query_timeout": "5",
        "connection_recovery_interval_msec": 1.5,
        "connection_retries": 5.0,
        "isolation_level": "read   committed",
        "python_driver": None,
        "schema": "X",
        "regex_function": "dbo.REGEXP_LIKE",
        "unenforced_foreign_keys": {"a.B.c"},
        "ansinpw": True,
        "wsid": 5,
        "driver": None,
    }
    options = read(given).options
    assert (options["query_timeout"], options["connection_retries"]) == (5, 5)
    assert type(options["connection_retries"]) is int and options["connection_recovery_interval_msec"] == 1.5
    assert (options["isolation_level"], options["python_driver"], options["schema"]) == ("READ COMMITTED", None, "X")
    assert (options["AnsiNPW"], options["WSID"], options["driver"]) == ("yes", "5", None)
    assert options["unenforced_foreign_keys"] == ("a.B.c",) and options["regex_function"] == "dbo.REGEXP_LIKE"
    empty = read({"unenforced_foreign_keys": None, "isolation_level": None}).options
    assert empty == {"unenforced_foreign_keys": (), "isolation_level": None}


def test_settings_that_are_left_out():
    empty = settings.read("default", {})
    assert (empty.name, empty.host, empty.port, empty.user, empty.token) == (None, "localhost", "", "", None)
    assert empty.password == "" and empty.options == empty.extra == {}
    assert read(NAME="d" * 128, PORT=65535).port == "65535" and read(PORT="1").port == "1"
    assert read({"Trusted_Connection": "no"}, Trusted_Connection="yes").options["Trusted_Connection"] == "no"
    assert read(Trusted_Connection="SSPI").options["Trusted_Connection"] == "SSPI"


def test_where_a_data_source_says_less():
    of_source = settings.keywords(read({"dsn": "d"}, NAME="shop", HOST="db"), None, Credentials(), {})
    assert of_source == {
        "DSN": "d",
        "SERVER": "db",
        "DATABASE": "shop",
        "LongAsMax": "yes",
        "MARS_Connection": "no",
    }
    assert settings.keywords(read({"dsn": "d"}, NAME="", PORT=5), None, Credentials(), {})["SERVER"] == "localhost,5"


def test_a_token_leaves_no_other_way_to_sign_in():
    """Beside it the driver refuses them (FA005)."""
    credentials = Credentials({"UID": "sa", "Trusted_Connection": "yes"}, access_token="t")
    kept = settings.keywords(read(), "D", credentials, {"uid": "x", "Authentication": "y", "PWD": "z"})
    assert set(kept) == {"DRIVER", "APP", "SERVER", "DATABASE", "LongAsMax"}


def test_options_without_effect_and_why():
    options = {"unicode_results": True, "driver_charset": "x", "dsn": "d", "driver": "D", "Encrypt": "yes"}
    assert settings.without_effect(options, {}) == [
        ("unicode_results", "results are always Unicode"),
        ("driver_charset", "it is for FreeTDS"),
        ("driver", "the data source in 'dsn' names its own"),
    ]
    assert settings.without_effect({"dsn": "d", "driver": "D"}, {"driver": "it brings its own"}) == [
        ("driver", "it brings its own")
    ]


def test_an_empty_name_is_refused():
    with pytest.raises(ImproperlyConfigured, match="'NAME'"):
        read(NAME="")
    assert read({"dsn": "x"}, NAME="").name == ""


def test_no_secret_shows():
    connection_settings = read({"extra_params": "PWD=s3cret"}, PASSWORD="s3cret", TOKEN="s3cret")
    assert "s3cret" not in repr(connection_settings)


def test_keywords():
    assert keywords({"Encrypt": "yes"}, {"UID": "sa", "PWD": "x"}, HOST="db", PORT=1433) == {
        "DRIVER": "D", "APP": "Django", "SERVER": "db,1433", "DATABASE": "shop", "UID": "sa", "PWD": "x", "LongAsMax": "yes",
        "Encrypt": "yes",
    }  # fmt: skip


def test_without_a_name_it_is_master():
    assert keywords(NAME=None)["DATABASE"] == "master"


def test_a_dsn_says_where():
    of_source = settings.keywords(read({"dsn": "warehouse"}, NAME=""), None, Credentials(), {})
    assert of_source == {"DSN": "warehouse", "LongAsMax": "yes", "MARS_Connection": "no"}


def test_extra_params_go_over_everything_and_their_first_counts():
    merged = keywords({"Encrypt": "yes", "extra_params": "encrypt=no;APP={a;b};app=c"}, plugin={"APP": "p"})
    assert merged["Encrypt"] == "no" and merged["APP"] == "a;b"


def test_authentication_in_extra_params_takes_trusted_connection_away():
    merged = keywords({"extra_params": "Authentication=ActiveDirectoryMsi"}, {"Trusted_Connection": "yes"})
    assert "Trusted_Connection" not in merged


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
