import base64
import json
import logging
import time
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.db.backends.base import base

from mssql_core.connection import token_expiry
from mssql_core.connection.connection_string import parse
from mssql_core.testing import fake_connection, server_error

USER = {"USER": "app", "PASSWORD": "pa;ss}w{ord"}


def connected(settings=None, options=None):
    connection = fake_connection(settings=settings, options=options)
    connection.ensure_connection()
    return connection


def sent(settings=None, options=None):
    return dict(parse(connected(settings, options).driver.logins[0]["connection_string"]))


def jwt(expires_in):
    claims = base64.urlsafe_b64encode(json.dumps({"exp": time.time() + expires_in}).encode()).decode().rstrip("=")
    return "e30.%s.c2ln" % claims


@pytest.mark.parametrize("mode", ["ActiveDirectoryMsi", "activedirectoryintegrated", "ActiveDirectoryDefault"])
def test_a_mode_in_extra_params_is_sent_alone(mode):
    keywords = sent(options={"extra_params": "Authentication=%s" % mode})
    assert keywords["Authentication"] == mode
    assert not {"Trusted_Connection", "UID", "PWD"} & set(keywords)


@pytest.mark.parametrize("mode", ["SqlPassword", "ActiveDirectoryPassword", "ActiveDirectoryServicePrincipal"])
def test_a_mode_with_a_password_in_extra_params_has_both(mode):
    keywords = sent(USER, {"extra_params": "Authentication={%s}" % mode})
    assert (keywords["Authentication"], keywords["UID"], keywords["PWD"]) == (mode, "app", "pa;ss}w{ord")
    assert "Trusted_Connection" not in keywords


def test_a_mode_without_password_in_extra_params_has_the_user_alone():
    keywords = sent(USER, {"extra_params": "Authentication=ActiveDirectoryInteractive"})
    assert keywords["UID"] == "app" and "PWD" not in keywords


def test_a_user_assigned_identity_in_extra_params():
    keywords = sent(options={"extra_params": "Authentication=ActiveDirectoryMsi;UID=5b3a"})
    assert (keywords["UID"], keywords["Authentication"]) == ("5b3a", "ActiveDirectoryMsi")
    assert "Trusted_Connection" not in keywords


@pytest.mark.parametrize("trusted", ["yes", "SSPI", True])
def test_an_explicit_mode_wins_over_trusted_connection_and_a_check_tells(trusted):
    options = {"trusted_connection": trusted, "Authentication": "ActiveDirectoryMsi"}
    assert "Trusted_Connection" not in sent(options=options)
    messages = fake_connection(options=options).validation.check()
    assert "Trusted_Connection has no effect beside Authentication" in [m.msg for m in messages][0]
    assert "Trusted_Connection" not in sent(USER, {"trusted_connection": trusted})


def test_a_check_is_silent_without_a_contradiction():
    assert fake_connection(options={"trusted_connection": "yes"}).validation.check() == []


@pytest.mark.parametrize(
    ("settings", "options", "first", "second"),
    [
        ({"TOKEN": "x", "USER": "sa"}, {}, "TOKEN", "USER"),
        ({"TOKEN": "x"}, {"Authentication": "ActiveDirectoryMsi"}, "TOKEN", "OPTIONS['Authentication']"),
        ({"TOKEN": "x"}, {"extra_params": "authentication=SqlPassword"}, "TOKEN", "extra_params']: Authentication"),
        ({"TOKEN": "x"}, {"extra_params": "UID=a"}, "TOKEN", "extra_params']: UID"),
        ({"TOKEN": "x"}, {"extra_params": "Trusted_Connection=yes"}, "TOKEN", "Trusted_Connection"),
        ({"USER": "sa"}, {"extra_params": "UID=app"}, "USER", "extra_params']: UID"),
        (
            {},
            {"Authentication": "ActiveDirectoryMsi", "extra_params": "Authentication=ActiveDirectoryIntegrated"},
            "OPTIONS['Authentication']",
            "extra_params']: Authentication",
        ),
        (
            {},
            {"extra_params": "Authentication=ActiveDirectoryMsi;Trusted_Connection=yes"},
            "Authentication",
            "Trusted_Connection",
        ),
    ],
)
def test_a_contradiction_names_both_before_connecting(settings, options, first, second):
    connection = fake_connection(settings=settings, options=options)
    with pytest.raises(ImproperlyConfigured) as caught:
        connection.ensure_connection()
    assert first in str(caught.value) and second in str(caught.value) and "'default'" in str(caught.value)
    assert connection.driver.logins == []


@pytest.mark.parametrize(
    ("settings", "mode", "lacks"),
    [
        ({}, "ActiveDirectoryServicePrincipal", "needs USER"),
        ({"USER": "app"}, "ActiveDirectoryPassword", "needs PASSWORD"),
        ({"USER": "app"}, "SqlPassword", "needs PASSWORD"),
    ],
)
def test_half_a_way_is_refused(settings, mode, lacks):
    with pytest.raises(ImproperlyConfigured) as told:
        connected(settings, {"Authentication": mode})
    assert str(told.value) == "DATABASES['default']: Authentication = %s %s." % (mode, lacks)


def test_an_empty_token_is_no_silent_way_to_another_login():
    for token, text in [
        ("", "TOKEN is empty; remove it, or give it a token."),
        (lambda: None, "TOKEN gave no text but NoneType."),
        (lambda: "", "TOKEN gave no text but str."),
        (lambda: b"x", "TOKEN gave no text but bytes."),
    ]:
        with pytest.raises(ImproperlyConfigured) as told:
            connected({"TOKEN": token})
        assert str(told.value) == "DATABASES['default']: " + text


@pytest.mark.parametrize(
    ("settings", "options", "text"),
    [
        ({"TOKEN": "x", "USER": "sa"}, {}, "TOKEN excludes USER"),
        ({"TOKEN": "x"}, {"Authentication": "SqlPassword"}, "TOKEN excludes OPTIONS['Authentication']"),
        ({"TOKEN": "x"}, {"extra_params": "uid=a"}, "TOKEN excludes OPTIONS['extra_params']: UID"),
        ({"TOKEN": "x"}, {"extra_params": "PWD=a"}, "TOKEN excludes OPTIONS['extra_params']: PWD"),
        (
            {"TOKEN": "x"},
            {"extra_params": "Trusted_Connection=sspi"},
            "TOKEN excludes OPTIONS['extra_params']: Trusted_Connection",
        ),
        (
            {"USER": "a", "PASSWORD": "b"},
            {"Authentication": "SqlPassword", "extra_params": "Authentication=ActiveDirectoryMsi"},
            "OPTIONS['Authentication'] excludes OPTIONS['extra_params']: Authentication",
        ),
        ({"USER": "a"}, {"extra_params": "UID=b"}, "USER excludes OPTIONS['extra_params']: UID"),
        (
            {},
            {"extra_params": "Authentication=ActiveDirectoryMsi;Trusted_Connection=true"},
            "Authentication excludes OPTIONS['extra_params']: Trusted_Connection",
        ),
    ],
)
def test_which_of_two_ways_has_to_go(settings, options, text):
    with pytest.raises(ImproperlyConfigured) as told:
        connected(settings, options)
    assert str(told.value) == "DATABASES['default']: %s; remove one of them." % text


def test_the_same_way_named_twice_is_one():
    options = {"Authentication": "ActiveDirectoryMsi", "extra_params": "Authentication=activedirectorymsi;UID=a"}
    assert sent({"USER": "a"}, options)["UID"] == "a"


def test_a_token_beside_trusted_connection_stands_alone():
    for settings in ({"TOKEN": "x", "Trusted_Connection": "yes"}, {"TOKEN": "x"}):
        assert not {"Trusted_Connection", "UID", "PWD", "Authentication"} & set(sent(settings))


def test_an_unknown_mode_of_the_driver_leads_to_the_plugin():
    connection = fake_connection(options={"Authentication": "ActiveDirectoryDefault"})
    text = "Invalid value specified for connection string attribute 'Authentication'"
    connection.driver.refuse(server_error(None, text, "08001"))
    with pytest.raises(OperationalError, match=r"The plugin \\*'azure\\*' signs in by more modes"):
        connection.ensure_connection()


def test_a_connection_ends_with_its_token():
    connection = connected({"TOKEN": jwt(3600), "CONN_MAX_AGE": None})
    assert 3500 < connection.close_at - time.monotonic() <= 3600
    connection = connected({"TOKEN": jwt(3600), "CONN_MAX_AGE": 60})
    assert connection.close_at - time.monotonic() <= 60
    assert connected({"TOKEN": "opaque", "CONN_MAX_AGE": None}).close_at is None


@pytest.fixture
def an_hour_passes(monkeypatch):
    """Called, it moves the clock by which tokens of connections end."""

    def pass_by():
        later = SimpleNamespace(monotonic=lambda: time.monotonic() + 3601)
        for module in (token_expiry, base):
            monkeypatch.setattr(module, "time", later)

    return pass_by


def test_a_request_after_the_token_s_end_connects_anew(an_hour_passes):
    connection = connected({"TOKEN": lambda: jwt(3600), "CONN_MAX_AGE": None})
    assert connection.lifetime.is_over is False
    an_hour_passes()
    assert connection.is_usable() is False
    connection.close_if_unusable_or_obsolete()
    assert connection.connection is None


def test_use_beyond_the_token_s_end_is_told_once(caplog, an_hour_passes):
    connection = connected({"TOKEN": jwt(3600)})
    with caplog.at_level(logging.WARNING, "mssql_core.connection"):
        connection.cursor().close()
        assert caplog.messages == []
        an_hour_passes()
        connection.cursor().close()
        connection.cursor().close()
    assert [text for text in caplog.messages if "has expired" in text] == caplog.messages and len(caplog.messages) == 1


def test_no_secret_in_what_a_debug_page_shows():
    connection = fake_connection(settings=USER, options={"extra_params": "PWD=pa%ss;KeystoreSecret=pa%ss"})
    settings = connection.options_read()
    shown = repr([settings, dict(settings.options), dict(settings.extra), settings.password])
    shown += repr(vars(connection.get_connection_params()))
    assert "pa" not in shown.replace("password", "").replace("extra_params", "")
