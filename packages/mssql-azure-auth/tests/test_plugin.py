import time
from collections import namedtuple

import pytest
from django.core.exceptions import ImproperlyConfigured

from mssql_azure_auth.plugin import AzurePlugin
from mssql_core.plugin import ConnectionSettings
from mssql_core.testing import fake_connection

SECRET = "eyJ0eXAi.secret.token"
AccessToken = namedtuple("AccessToken", "token expires_on")


def settings(user="", password="", token=None, extra=None, **options):
    return ConnectionSettings("default", "app", "host", "1433", user, password, options, token, extra or {})


def test_a_function_gives_a_token_for_each_connection():
    tokens = iter(["first", "second"])
    plugin = AzurePlugin(token=lambda: next(tokens))
    given = [plugin.mssql_credentials(settings=settings()).access_token for _ in range(2)]
    assert given == ["first", "second"]


@pytest.mark.parametrize("make", [AccessToken, lambda text, end: (text, end)])
def test_a_function_may_tell_the_end_of_its_token(make):
    credentials = AzurePlugin(token=lambda: make("t", time.time() + 600)).mssql_credentials(settings=settings())
    assert credentials.access_token == "t" and 590 < credentials.max_age <= 600


def test_a_token_that_is_none():
    with pytest.raises(ImproperlyConfigured, match="gave DATABASES\\['default'\\] no text but NoneType"):
        AzurePlugin(token=lambda: None).mssql_credentials(settings=settings())


def test_token_never_shows_in_a_repr():
    plugin = AzurePlugin(token=SECRET)
    assert SECRET not in repr(plugin) + repr(vars(plugin))
    credentials = plugin.mssql_credentials(settings=settings())
    assert SECRET not in repr(credentials) + repr(vars(credentials))


@pytest.mark.parametrize("options", [{"token": SECRET}, {"credential": "default"}])
@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"user": "sa"}, "USER"),
        ({"token": "x"}, "TOKEN"),
        ({"Authentication": "ActiveDirectoryMsi"}, "OPTIONS\\['Authentication'\\]"),
        ({"extra": {"authentication": "ActiveDirectoryMsi"}}, "Authentication in OPTIONS\\['extra_params'\\]"),
        ({"extra": {"Pwd": "x"}}, "PWD in OPTIONS\\['extra_params'\\]"),
        ({"extra": {"Trusted_Connection": "yes"}}, "Trusted_Connection in"),
    ],
)
def test_another_way_beside_it_is_refused_with_both_names(options, other, named):
    with pytest.raises(ImproperlyConfigured, match="%r, which excludes %s" % (next(iter(options)), named)):
        AzurePlugin(**options).mssql_credentials(settings=settings(**other))


def test_without_options_core_decides():
    assert AzurePlugin().mssql_credentials(settings=settings(user="sa")) is None
    assert AzurePlugin().mssql_credentials(settings=settings(Trusted_Connection="yes")) is None
    assert AzurePlugin().mssql_credentials(settings=settings(Authentication="ActiveDirectoryMsi")) is None
    assert AzurePlugin().mssql_credentials(settings=settings(Authentication="ActiveDirectoryIntegrated")) is None
    assert AzurePlugin().mssql_credentials(settings=settings(token="x")) is None


@pytest.mark.parametrize(
    ("options", "alias", "keywords"),
    [
        ({"credential": "managed_identity"}, {}, {"Authentication": "ActiveDirectoryMsi"}),
        (
            {"credential": "managed_identity", "object_id": "o"},
            {},
            {"Authentication": "ActiveDirectoryMsi", "UID": "o"},
        ),
        (
            {"credential": "service_principal", "client_id": "c", "client_secret": "a}b;c"},
            {},
            {"Authentication": "ActiveDirectoryServicePrincipal", "UID": "c", "PWD": "a}b;c"},
        ),
        (
            {"credential": "service_principal", "tenant_id": "t"},
            {"user": "c", "password": "x"},
            {"Authentication": "ActiveDirectoryServicePrincipal", "UID": "c@t", "PWD": "x"},
        ),
        (
            {"credential": "password"},
            {"user": "u@x", "password": "p"},
            {"Authentication": "ActiveDirectoryPassword", "UID": "u@x", "PWD": "p"},
        ),
    ],
)
def test_the_driver_signs_in_where_it_can(options, alias, keywords):
    credentials = AzurePlugin(**options).mssql_credentials(settings=settings(**alias))
    assert credentials.keywords == keywords and credentials.access_token is None


def test_the_driver_s_window_is_windows_own(monkeypatch):
    monkeypatch.setattr("mssql_azure_auth.kinds.sys.platform", "win32")
    credentials = AzurePlugin(credential="interactive").mssql_credentials(settings=settings(user="u@x"))
    assert credentials.keywords == {"Authentication": "ActiveDirectoryInteractive", "UID": "u@x"}


def test_user_of_the_alias_and_the_same_option_exclude_each_other():
    plugin = AzurePlugin(credential="service_principal", client_id="c", client_secret="x")
    with pytest.raises(ImproperlyConfigured, match="'client_id', which excludes DATABASES\\['default'\\]\\['USER'\\]"):
        plugin.mssql_credentials(settings=settings(user="other", password="y"))


def test_a_token_reaches_the_driver_alone():
    connection = fake_connection(plugins={"azure": {"token": SECRET}}, settings={"Trusted_Connection": "yes"})
    connection.ensure_connection()
    login = connection.driver.logins[0]
    assert login["access_token"] == SECRET
    assert "Trusted_Connection" not in login["connection_string"] and SECRET not in login["connection_string"]


def test_an_authentication_that_is_azure_identity_s_is_not_sent(monkeypatch):
    monkeypatch.setattr(
        "mssql_azure_auth.credentials.get_token", lambda options, host: AzureToken("t", time.time() + 60)
    )
    AzureToken = namedtuple("AzureToken", "text expires_on")
    connection = fake_connection(
        plugins={"azure": {}}, options={"extra_params": "Authentication=ActiveDirectoryDefault;UID=c"}
    )
    connection.ensure_connection()
    login = connection.driver.logins[0]
    assert login["access_token"] == "t"
    assert "Authentication" not in login["connection_string"] and "UID" not in login["connection_string"]


@pytest.mark.parametrize(
    ("options", "alias", "ids"),
    [
        ({"token": SECRET}, {}, ["mssql_azure_auth.W002"]),
        ({"token": len}, {}, []),
        ({"credential": "password"}, {"USER": "u", "PASSWORD": "p"}, ["mssql_azure_auth.W001"]),
        ({"credential": "default"}, {"Trusted_Connection": "yes"}, ["mssql_azure_auth.W003"]),
        ({}, {"USER": "sa"}, []),
        ({}, {}, ["mssql_azure_auth.E001"]),
    ],
)
def test_checks(options, alias, ids):
    connection = fake_connection(plugins={"azure": options}, settings=alias)
    messages = connection.plugins.get_plugin("azure").mssql_checks(connection.options_read())
    assert [message.id for message in messages] == ids
