"""Signing in for real: the ODBC driver and azure-identity, a token service, and a server that checks its tokens."""

import io
import logging
import threading
import time
import traceback

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from harness.server import connects_with


@pytest.fixture(scope="module")
def entra(tmp_path_factory):
    from cloud.entra import EntraService
    from cloud.entra.ways import prepare

    with EntraService() as service:
        prepare(service)
        yield service


@pytest.fixture(scope="module")
def sandbox(entra):
    from mssql_sandbox import Sandbox

    issuer = entra.trusted_by_sandbox(authority=f"{entra.authority}/{entra.tenant}")
    with Sandbox("azure", journal=True, token_issuer=issuer) as server:
        yield server


@pytest.fixture(scope="module")
def ways(entra, tmp_path_factory):
    from cloud.entra.ways import ways

    return ways(entra, tmp_path_factory.mktemp("entra"))


@pytest.fixture(autouse=True)
def fresh_cache(monkeypatch, entra):
    from mssql_azure_auth import credentials
    from mssql_azure_auth.cache import Cache

    monkeypatch.setattr(credentials, "cache", Cache())
    monkeypatch.setattr(credentials, "_credentials", {})
    monkeypatch.setattr(entra, "lifetime", 3600)


def pytest_generate_tests(metafunc):
    if "way_name" in metafunc.fixturenames:
        metafunc.parametrize("way_name", WAYS)


WAYS = [
    "service principal: secret", "service principal: USER and PASSWORD", "service principal: certificate file",
    "service principal: certificate", "service principal: assertion", "on behalf of a user",
    "managed identity of the system", "managed identity of the system, App Service", "managed identity by client id",
    "managed identity by object id", "managed identity by the driver", "managed identity by object id, by the driver",
    "workload identity", "default chain", "environment", "command line (az)", "password", "interactive", "device code",
    "token", "function", "function that tells the end", "credential object", "TOKEN", "TOKEN, function",
    "TOKEN beside Trusted_Connection", "OPTIONS: ActiveDirectoryMsi", "extra_params: ActiveDirectoryMsi",
    "extra_params: ActiveDirectoryMsi and UID", "ActiveDirectoryMsi beside trusted_connection",
    "extra_params: ActiveDirectoryDefault", "extra_params: ActiveDirectoryManagedIdentity",
    "extra_params: ActiveDirectoryServicePrincipal by azure-identity",
]  # fmt: skip


def test_no_way_is_left_out(ways):
    assert sorted(WAYS) == sorted(ways)


def test_the_server_sees_the_principal(way_name, ways, sandbox, entra):
    from cloud.entra.attempt import principal

    way, before = ways[way_name], entra.requests.copy()
    assert principal(sandbox, way) == way.principal
    asked = dict(entra.requests - before)
    if asked or "Authentication" not in str(way.options) or connects_with("pyodbc"):
        # mssql-python keeps the token of a mode of its own for the process.
        assert asked == ({way.asked: 1} if way.asked else {})


@pytest.mark.parametrize("name", ["expired", "wrong audience", "wrong signature", "no token at all"])
def test_bad_tokens_are_refused_with_18456(name, sandbox, entra):
    from cloud.entra.attempt import principal
    from cloud.entra.ways import Way, refusals

    token, words = refusals(entra)[name]
    with pytest.raises(OperationalError, match=words) as caught:
        principal(sandbox, Way({"token": token}))
    assert caught.value.__cause__.number == 18456
    assert "(TOKEN, or the plugin 'azure')" in str(caught.value) and token() not in str(caught.value)


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("ActiveDirectoryServicePrincipal", {"credential": "service_principal"}),
        ("ActiveDirectoryPassword", {"credential": "password"}),
    ],
)
def test_the_driver_takes_user_and_password_of_its_modes(mode, options, sandbox):
    """It asks the authority itself, and trusts no certificate of this machine: FA004, with what it was given.

    mssql-python tells only what led to that.
    """
    from cloud.entra.attempt import connected
    from cloud.entra.ways import CLIENT, SECRET, Way

    with pytest.raises(OperationalError) as caught, connected(
        sandbox, Way(options, {"USER": CLIENT, "PASSWORD": SECRET})
    ):
        pass
    if connects_with("mssql_python"):
        assert "Error 60 sending request to" in str(caught.value)
    else:
        assert "Failed to authenticate the user '%s'" % CLIENT in str(caught.value) and mode in str(caught.value)
    assert SECRET not in str(caught.value)


def test_many_threads_and_connections_ask_for_one_token(ways, sandbox, entra, monkeypatch):
    from cloud.entra.attempt import alias, environment

    from mssql_core.base import DatabaseWrapper

    way, errors, opened = ways["service principal: secret"], [], []
    monkeypatch.setattr(entra, "delay", 0.2)
    before = entra.requests["client_secret"]

    def work():
        wrapper = DatabaseWrapper(alias(sandbox, way), "default")
        try:
            for _ in range(3):
                wrapper.ensure_connection()
                opened.append(wrapper.connection)
                wrapper.close()
        except Exception as error:
            errors.append(error)

    with environment(way):
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == [] and len(opened) == 24
    assert entra.requests["client_secret"] - before == 1


def test_a_token_is_renewed_before_its_end(ways, sandbox, entra, monkeypatch):
    from cloud.entra.attempt import principal

    way = ways["managed identity of the system"]
    monkeypatch.setattr(entra, "lifetime", 33)
    before = entra.requests["imds"]
    assert principal(sandbox, way) == "system"
    time.sleep(3.5)
    # Less than 30 seconds are left: no connection gets it.
    assert principal(sandbox, way) == "system"
    assert entra.requests["imds"] - before == 2


def test_a_connection_outlives_its_token_in_no_request(ways, sandbox, entra, caplog):
    from cloud.entra.attempt import connected
    from cloud.entra.ways import Way

    way = Way({"token": lambda: entra.issuer.token("app", 3)})
    with connected(sandbox, way, CONN_MAX_AGE=None) as wrapper:
        first = wrapper.connection
        wrapper.close_if_unusable_or_obsolete()
        assert wrapper.connection is first
        time.sleep(3.1)
        with caplog.at_level(logging.WARNING, "mssql_core.connection"), wrapper.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert "has expired" in caplog.text
        wrapper.close_if_unusable_or_obsolete()
        assert wrapper.connection is None
        with wrapper.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)


def test_a_connection_on_behalf_of_a_user_serves_one_request(ways, sandbox):
    from cloud.entra.attempt import connected

    with connected(sandbox, ways["on behalf of a user"], CONN_MAX_AGE=None) as wrapper:
        wrapper.close_if_unusable_or_obsolete()
        assert wrapper.connection is None


def test_entra_that_does_not_answer_is_told_without_secrets(ways, sandbox, entra, monkeypatch):
    from cloud.entra.attempt import principal

    monkeypatch.setattr(entra, "failing", True)
    way = ways["service principal: secret"]
    options = {**way.plugin, "credential_options": {**way.plugin["credential_options"], "retry_total": 0}}
    with pytest.raises(OperationalError, match="got no token by 'service_principal': ClientAuthenticationError"):
        principal(sandbox, type(way)(options))


@pytest.mark.parametrize("failing", [False, True])
def test_no_secret_and_no_token_in_logs_errors_tracebacks_and_the_shell_s_command(ways, sandbox, entra, failing):
    """The token service puts a wrong secret into its answer; nothing of it may be seen."""
    from cloud.entra.attempt import alias, environment
    from cloud.entra.ways import SECRET

    from mssql_azure_auth import credentials
    from mssql_core.base import DatabaseWrapper

    way = ways["service principal: secret"]
    secret = SECRET + "-wrong" if failing else SECRET
    wrapper = DatabaseWrapper(alias(sandbox, type(way)({**way.plugin, "client_secret": secret})), "default")
    stream, shown = io.StringIO(), []
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with environment(way):
            wrapper.ensure_connection()
            shown.append(repr(wrapper.get_connection_params()) + repr(vars(wrapper.get_connection_params())))
    except OperationalError as error:
        shown.append("".join(traceback.format_exception(error)))
        own = traceback.TracebackException.from_exception(error, capture_locals=True)
        shown += [str(frame.locals) for frame in own.stack if "mssql_" in frame.filename]
        assert "AADSTS7000215" in str(error)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        wrapper.close()
    assert failing == any("AADSTS7000215" in text for text in shown)
    tokens = [
        token.text.reveal() for entry in credentials.cache._entries.values() if (token := getattr(entry, "token", None))
    ]
    # azure-identity logs the service's own answer, at DEBUG and WARNING: a setting of its logger.
    lines = [line for line in stream.getvalue().splitlines() if "AADSTS" not in line]
    shown += [*lines, repr(wrapper.plugins.get_plugin("azure"))]
    arguments, _ = wrapper.client.settings_to_cmd_args_env(wrapper.settings_dict, [])
    shown.append(" ".join(arguments))
    assert len(tokens) == (0 if failing else 1)
    for text in shown:
        assert SECRET not in text
        for token in tokens:
            assert token not in text and token.split(".")[1] not in text


def test_contradictions_reach_no_server(ways, sandbox):
    from cloud.entra.attempt import connected
    from cloud.entra.ways import Way

    before = len(sandbox.journal_entries(kind="login"))
    for way in (
        Way({"token": "x"}, {"USER": "sa"}),
        Way({"credential": "default"}, options={"Authentication": "ActiveDirectoryMsi"}),
        Way(settings={"TOKEN": "x", "USER": "sa"}),
        Way(options={"extra_params": "Authentication=ActiveDirectoryMsi;Trusted_Connection=yes"}),
    ):
        with pytest.raises(ImproperlyConfigured, match="excludes"), connected(sandbox, way):
            pass
    assert len(sandbox.journal_entries(kind="login")) == before
