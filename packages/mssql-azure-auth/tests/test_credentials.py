import sys
import types

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError

from mssql_azure_auth import credentials
from mssql_azure_auth.plugin import AzurePlugin
from mssql_core.plugin import ConnectionSettings


class FakeCredential:
    made = 0

    def __init__(self, **arguments):
        type(self).made += 1
        self.arguments = arguments

    def get_token(self, scope):
        if self.arguments.get("client_secret") == "wrong-s3cret":
            raise ValueError("wrong-s3cret is wrong")
        return types.SimpleNamespace(token="token for %s" % scope)


@pytest.fixture(autouse=True)
def identity(monkeypatch):
    """azure.identity with fake credentials."""
    FakeCredential.made = 0
    module = types.ModuleType("azure.identity")
    for name, _, _ in credentials.KINDS.values():
        setattr(module, name, FakeCredential)
    package = types.ModuleType("azure")
    package.identity = module
    monkeypatch.setitem(sys.modules, "azure", package)
    monkeypatch.setitem(sys.modules, "azure.identity", module)
    monkeypatch.setattr(credentials, "_credentials", {})


def token(**options):
    settings = ConnectionSettings("default", "app", "host", "", "", "")
    return AzurePlugin(**options).mssql_credentials(settings=settings).access_token


PRINCIPAL = {"credential": "service_principal", "tenant_id": "t", "client_id": "c", "client_secret": "s3cret"}


def test_a_token_for_azure_sql():
    assert token(credential="default") == "token for https://database.windows.net/.default"
    assert token(credential="default", scope="https://database.usgovcloudapi.net/.default").startswith(
        "token for https"
    )


def test_one_credential_for_all_connections():
    token(**PRINCIPAL)
    token(**PRINCIPAL)
    assert FakeCredential.made == 1
    token(**{**PRINCIPAL, "client_secret": "other"})
    assert FakeCredential.made == 2
    assert "s3cret" not in repr(list(credentials._credentials))


def test_a_credential_object_of_one_s_own():
    assert token(credential=FakeCredential()).startswith("token for")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"credential": "pasword"}, "knows no credential 'pasword'; it is one of: cli, default"),
        ({"credential": "service_principal", "client_id": "c"}, "needs tenant_id, client_secret"),
        ({"credential": "default", "client_secret": "x"}, "takes no client_secret"),
        ({"credential": 5}, "get_token"),
        ({"client_id": "x"}, "needs 'credential' beside client_id"),
    ],
)
def test_bad_options_are_refused_when_the_alias_is_made(options, told):
    with pytest.raises(ImproperlyConfigured, match=told):
        AzurePlugin(**options)


def test_a_failure_names_the_credential_and_no_secret():
    with pytest.raises(OperationalError, match="by 'service_principal': ValueError") as caught:
        token(**{**PRINCIPAL, "client_secret": "wrong-s3cret"})
    assert "s3cret" not in str(caught.value)


def test_without_azure_identity_the_command_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "azure", None)
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    with pytest.raises(ImproperlyConfigured, match=r"pip install mssql-azure-auth\[identity\]"):
        token(credential="default")


def test_a_token_that_is_none():
    with pytest.raises(ImproperlyConfigured, match="gave no text but NoneType"):
        token(token=lambda: None)
