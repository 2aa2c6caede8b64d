import pytest
from django.core.exceptions import ImproperlyConfigured

from mssql_azure_auth.plugin import AzurePlugin
from mssql_core.plugin import ConnectionSettings

SECRET = "eyJ0eXAi.secret.token"


def settings(user="", **options):
    return ConnectionSettings("default", "app", "host", "1433", user, "", options)


def test_token_is_given_for_each_connection():
    tokens = iter(["first", "second"])
    plugin = AzurePlugin(token=lambda: next(tokens))
    given = [plugin.mssql_credentials(settings=settings()).access_token for _ in range(2)]
    assert given == ["first", "second"]


def test_token_never_shows_in_a_repr():
    plugin = AzurePlugin(token=SECRET)
    assert SECRET not in repr(plugin)
    assert SECRET not in repr(plugin.mssql_credentials(settings=settings()))


def test_user_beside_a_token_is_refused_with_both_names():
    with pytest.raises(ImproperlyConfigured, match="'azure'.*USER"):
        AzurePlugin(token=SECRET).mssql_credentials(settings=settings(user="sa"))


def test_authentication_beside_a_token_is_refused():
    with pytest.raises(ImproperlyConfigured, match="Authentication"):
        AzurePlugin(token=SECRET).mssql_credentials(settings=settings(Authentication="ActiveDirectoryMsi"))


def test_without_options_core_decides():
    assert AzurePlugin().mssql_credentials(settings=settings()) is None


@pytest.mark.parametrize(
    "options, message",
    [
        ({"tokn": "x"}, "tokn"),
        ({"token": "x", "credential": "default"}, "not both"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ImproperlyConfigured, match=message):
        AzurePlugin(**options)
