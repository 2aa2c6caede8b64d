import sys
import traceback
import types
from collections.abc import Mapping

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError

from mssql_azure_auth import credentials
from mssql_azure_auth.cache import Cache
from mssql_azure_auth.plugin import AzurePlugin
from mssql_core.plugin import ConnectionSettings

FAR = 4102444800
SECRET = "s3cret-canary"


class FakeCredential:
    """Records how it was made; its token tells the scope."""

    made = []

    def __init__(self, **arguments):
        type(self).made.append((type(self).__name__, arguments))
        self.arguments = arguments

    def get_token(self, scope):
        if self.arguments.get("client_secret") == "wrong-" + SECRET:
            raise ValueError("AADSTS7000215: wrong-%s is wrong" % SECRET)
        return types.SimpleNamespace(token="token for %s" % scope, expires_on=FAR)


NAMES = [*credentials._CLASSES.values(), "CertificateCredential", "ClientAssertionCredential"]


@pytest.fixture(autouse=True)
def made(monkeypatch):
    """azure.identity with recording credentials: (class, arguments) of each one made."""
    FakeCredential.made = []
    module = types.ModuleType("azure.identity")
    for name in NAMES:
        setattr(module, name, type(name, (FakeCredential,), {}))
    package = types.ModuleType("azure")
    package.identity = module
    monkeypatch.setitem(sys.modules, "azure", package)
    monkeypatch.setitem(sys.modules, "azure.identity", module)
    monkeypatch.setattr(credentials, "_credentials", {})
    monkeypatch.setattr(credentials, "cache", Cache())
    return FakeCredential.made


def given(settings=None, **options):
    connection_settings = ConnectionSettings(
        **{
            "alias": "default",
            "name": "app",
            "host": "host",
            "port": "",
            "user": "",
            "password": "",
            **(settings or {}),
        }
    )
    return AzurePlugin(**options).mssql_credentials(settings=connection_settings)


def token(settings=None, **options):
    return given(settings, **options).access_token.reveal()


PRINCIPAL = {
    "credential": "service_principal",
    "tenant_id": "t",
    "client_id": "c",
    "client_secret": SECRET,
    "by": "identity",
}
PUBLIC = "https://login.microsoftonline.com"


@pytest.mark.parametrize(
    ("options", "name", "arguments"),
    [
        ({"credential": "default"}, "DefaultAzureCredential", {"authority": PUBLIC}),
        (
            {"credential": "default", "client_id": "c"},
            "DefaultAzureCredential",
            {"authority": PUBLIC, "managed_identity_client_id": "c"},
        ),
        ({"credential": "environment"}, "EnvironmentCredential", {"authority": PUBLIC}),
        ({"credential": "cli", "tenant_id": "t"}, "AzureCliCredential", {"tenant_id": "t"}),
        ({"credential": "azure_developer_cli"}, "AzureDeveloperCliCredential", {}),
        ({"credential": "azure_powershell"}, "AzurePowerShellCredential", {}),
        ({"credential": "managed_identity", "by": "identity"}, "ManagedIdentityCredential", {}),
        ({"credential": "managed_identity", "client_id": "c"}, "ManagedIdentityCredential", {"client_id": "c"}),
        (
            {"credential": "managed_identity", "object_id": "o", "by": "identity"},
            "ManagedIdentityCredential",
            {"identity_config": {"object_id": "o"}},
        ),
        (
            {"credential": "managed_identity", "resource_id": "r"},
            "ManagedIdentityCredential",
            {"identity_config": {"resource_id": "r"}},
        ),
        (
            PRINCIPAL,
            "ClientSecretCredential",
            {"tenant_id": "t", "client_id": "c", "client_secret": SECRET, "authority": PUBLIC},
        ),
        (
            {
                "credential": "service_principal",
                "tenant_id": "t",
                "client_id": "c",
                "certificate_data": "PEM",
                "certificate_password": SECRET,
            },
            "CertificateCredential",
            {"tenant_id": "t", "client_id": "c", "certificate_data": b"PEM", "password": SECRET, "authority": PUBLIC},
        ),
        (
            {"credential": "workload_identity", "token_file_path": "/f"},
            "WorkloadIdentityCredential",
            {"token_file_path": "/f", "authority": PUBLIC},
        ),
        (
            {"credential": "interactive", "username": "u"},
            "InteractiveBrowserCredential",
            {"login_hint": "u", "authority": PUBLIC},
        ),
        (
            {"credential": "device_code", "prompt": print},
            "DeviceCodeCredential",
            {"prompt_callback": print, "authority": PUBLIC},
        ),
        (
            {"credential": "password", "username": "u", "password": SECRET, "client_id": "c"},
            "UsernamePasswordCredential",
            {"username": "u", "password": SECRET, "client_id": "c", "authority": PUBLIC},
        ),
        (
            {
                "credential": "on_behalf_of",
                "tenant_id": "t",
                "client_id": "c",
                "client_secret": SECRET,
                "user_assertion": lambda: "user's",
            },
            "OnBehalfOfCredential",
            {
                "tenant_id": "t",
                "client_id": "c",
                "client_secret": SECRET,
                "user_assertion": "user's",
                "authority": PUBLIC,
            },
        ),
        (
            {"credential": "default", "credential_options": {"process_timeout": 3}},
            "DefaultAzureCredential",
            {"authority": PUBLIC, "process_timeout": 3},
        ),
    ],
)
def test_each_kind_is_its_class_of_azure_identity(made, options, name, arguments):
    assert token(**options) == "token for https://database.windows.net/.default"
    assert made == [(name, arguments)]


def test_a_function_of_one_s_own_asserts_who_the_principal_is(made):
    token(credential="service_principal", tenant_id="t", client_id="c", client_assertion=len)
    assert made == [
        ("ClientAssertionCredential", {"tenant_id": "t", "client_id": "c", "func": len, "authority": PUBLIC})
    ]


def test_the_host_tells_the_cloud_unless_the_options_do(made):
    assert token({"host": "tcp:x.database.usgovcloudapi.net,1433"}, credential="default").endswith(
        "//database.usgovcloudapi.net/.default"
    )
    assert token({"host": "x.database.chinacloudapi.cn"}, credential="default").endswith("chinacloudapi.cn/.default")
    assert token(credential="default", cloud="china").endswith("chinacloudapi.cn/.default")
    assert token(credential="default", scope="api://x/.default", authority="https://a") == "token for api://x/.default"
    assert [arguments["authority"] for _, arguments in made] == [
        "https://login.microsoftonline.us",
        "https://login.chinacloudapi.cn",
        "https://a",
    ]


def test_one_credential_for_all_connections(made):
    token(**PRINCIPAL)
    token(**PRINCIPAL)
    assert len(made) == 1
    token(**{**PRINCIPAL, "client_secret": "other"})
    assert len(made) == 2
    assert SECRET not in repr(list(credentials._credentials))


def test_a_credential_object_of_one_s_own_is_asked_once():
    credential, asked = FakeCredential(), []
    credential.get_token = lambda scope: asked.append(scope) or types.SimpleNamespace(token="own", expires_on=FAR)
    assert [token(credential=credential) for _ in range(3)] == ["own"] * 3
    assert asked == ["https://database.windows.net/.default"]


def test_on_behalf_of_serves_one_request_and_one_user(made):
    users = iter(["one", "two"])
    options = {"tenant_id": "t", "client_id": "c", "client_secret": SECRET, "user_assertion": lambda: next(users)}
    both = [given(credential="on_behalf_of", **options) for _ in range(2)]
    assert [credentials.max_age for credentials in both] == [0, 0]
    assert [arguments["user_assertion"] for _, arguments in made] == ["one", "two"]


@pytest.mark.parametrize(
    ("mode", "user", "name", "arguments"),
    [
        ("ActiveDirectoryDefault", "", "DefaultAzureCredential", {"authority": PUBLIC}),
        ("ActiveDirectoryManagedIdentity", "c", "ManagedIdentityCredential", {"client_id": "c"}),
        ("ActiveDirectoryDeviceCodeFlow", "", "DeviceCodeCredential", {"authority": PUBLIC}),
        ("activedirectoryworkloadidentity", "", "WorkloadIdentityCredential", {"authority": PUBLIC}),
    ],
)
def test_a_mode_that_the_driver_has_not_got_is_azure_identity_s(made, mode, user, name, arguments):
    assert token({"extra": {"Authentication": mode}, "user": user}) is not None
    assert token({"options": {"Authentication": mode}, "user": user}) is not None
    assert made == [(name, arguments)]


def test_a_mode_of_the_driver_is_left_to_it_unless_the_options_say_more(made):
    settings = {"options": {"Authentication": "ActiveDirectoryServicePrincipal"}, "user": "c", "password": SECRET}
    assert given(settings) is None and given(settings, by="driver") is None
    assert token(settings, by="identity", tenant_id="t") and token(settings, tenant_id="t")
    assert [name for name, _ in made] == ["ClientSecretCredential"]
    with pytest.raises(ImproperlyConfigured, match="takes no tenant_id"):
        given(settings, by="driver", tenant_id="t")


def test_a_failure_names_the_credential_and_the_code_and_no_secret():
    with pytest.raises(OperationalError, match="by 'service_principal': ValueError AADSTS7000215") as caught:
        token(**{**PRINCIPAL, "client_secret": "wrong-" + SECRET})
    assert SECRET not in str(caught.value)


def test_without_azure_identity_the_command_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "azure", None)
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    with pytest.raises(ImproperlyConfigured, match=r"pip install mssql-azure-auth\[identity\]"):
        token(credential="default")


def test_an_old_azure_identity_is_named():
    del sys.modules["azure.identity"].WorkloadIdentityCredential
    with pytest.raises(ImproperlyConfigured, match="pip install -U azure-identity"):
        token(credential="workload_identity")


def test_a_credential_that_cannot_be_made_names_the_options(monkeypatch):
    def refuse(**arguments):
        raise ValueError("no good: %s" % SECRET)

    monkeypatch.setattr(sys.modules["azure.identity"], "ClientSecretCredential", refuse)
    with pytest.raises(ImproperlyConfigured, match="Check the options authority, client_id") as caught:
        token(**PRINCIPAL)
    assert SECRET not in str(caught.value)


def _shown(value, depth=4):
    """What an error reporter makes of a variable: mappings and sequences are taken apart."""
    text = repr(value)
    if depth and isinstance(value, Mapping):
        text += "".join(_shown(item, depth - 1) for item in value.values())
    elif depth and isinstance(value, (list, tuple)):
        text += "".join(_shown(item, depth - 1) for item in value)
    return text


@pytest.mark.parametrize(
    "options",
    [
        PRINCIPAL,
        {**PRINCIPAL, "client_secret": None, "certificate_data": SECRET.encode()},
        {**PRINCIPAL, "client_secret": None, "certificate_data": SECRET, "certificate_password": SECRET},
        {**PRINCIPAL, "credential": "on_behalf_of", "user_assertion": lambda: SECRET},
        {**PRINCIPAL, "credential_options": {"proxies": {"https": "http://user:%s@proxy" % SECRET}}},
        {"credential": "password", "username": "u", "password": SECRET, "client_id": "c", "by": "identity"},
        {"token": SECRET.encode()},
        {"token": lambda: (SECRET.encode(), 1)},
        {**PRINCIPAL, "client_secret": SECRET.encode()},
        {**PRINCIPAL, "client_secrets": SECRET},
    ],
)
@pytest.mark.parametrize("fails", ["__init__", "get_token", "answer"])
@pytest.mark.parametrize("error", [ValueError, RuntimeError, KeyboardInterrupt])
def test_no_variable_of_an_error_s_frames_holds_a_secret(monkeypatch, options, fails, error):
    def refuse(*args, **kwargs):
        raise error(SECRET if error is not KeyboardInterrupt else "")

    if fails == "answer":
        monkeypatch.setattr(credentials, "token", refuse)
    else:
        monkeypatch.setattr(FakeCredential, fails, refuse)
    options = {name: value for name, value in options.items() if value is not None}
    if options.get("credential") == "on_behalf_of":
        del options["by"]
    with pytest.raises((ImproperlyConfigured, OperationalError, KeyboardInterrupt)) as caught:
        given(**options)
    assert SECRET not in _left_by(caught.value)


def _left_by(error):
    """Texts, arguments and our frames' variables of an error and of all behind it."""
    shown = []
    while error is not None:
        shown += [str(error), repr(error.args)]
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if "mssql_azure_auth" in frame.f_code.co_filename and "tests" not in frame.f_code.co_filename:
                shown += [_shown(value) for value in frame.f_locals.values()]
        error = error.__cause__ or error.__context__
    return "".join(shown)


class _Interrupted:
    """A token that tells no end: a signal comes first."""

    token = SECRET

    def __repr__(self):
        return SECRET

    @property
    def expires_on(self):
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    "options",
    [
        {"token": lambda: _Interrupted()},
        {"credential": types.SimpleNamespace(get_token=lambda scope: _Interrupted())},
        {"credential": types.SimpleNamespace(get_token=lambda scope: (SECRET, 1))},
        {"token": lambda: (SECRET, "soon")},
        {
            "credential": types.SimpleNamespace(
                get_token=lambda scope: types.SimpleNamespace(token=SECRET, expires_on="")
            )
        },
        {**PRINCIPAL, "client_secret": None, "certificate_data": SECRET + "\ud800"},
    ],
    ids=["token", "credential", "pair", "no end", "text for the end", "not text"],
)
def test_no_secret_shows_where_reading_it_fails(monkeypatch, options):
    def refuse(self, **arguments):
        raise ValueError

    monkeypatch.setattr(FakeCredential, "__init__", refuse)
    with pytest.raises((ImproperlyConfigured, OperationalError, KeyboardInterrupt)) as caught:
        given(**{name: value for name, value in options.items() if value is not None})
    assert SECRET not in _left_by(caught.value)


@pytest.mark.parametrize("end", ["soon", object(), float("nan")])
def test_an_end_that_is_no_number_is_named(end):
    told = r"'token' whose end for DATABASES\['default'\] is no time but %s; give seconds" % type(end).__name__
    with pytest.raises(ImproperlyConfigured, match=told):
        given(token=lambda: (SECRET, end))


def test_a_certificate_s_file_that_cannot_be_read_is_named(tmp_path):
    options = {"tenant_id": "t", "client_id": "c", "user_assertion": "u", "certificate_path": str(tmp_path / "no.pem")}
    with pytest.raises(
        ImproperlyConfigured, match="cannot read certificate_path for 'on_behalf_of': FileNotFoundError"
    ):
        token(credential="on_behalf_of", **options)
