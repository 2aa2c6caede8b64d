"""No secret in what an error reporter sends: messages, causes, and the variables of this package's frames."""

import copy
import json
import logging
import pickle
import subprocess
from collections.abc import Mapping

import pytest
from django.core.management.base import CommandError
from django.db import OperationalError

import mssql_core
from mssql_core import client
from mssql_core.plugin import Secret, hookimpl
from mssql_core.testing import fake_connection, server_error

SECRET = "s3cret"
HOME = mssql_core.__path__[0]


def reported(error):
    """What a reporter knows of an error: texts, and variables, mappings and sequences taken apart."""
    texts = []
    while error is not None:
        texts += [repr(error), str(error)]
        frame = error.__traceback__
        while frame is not None:
            if (
                frame.tb_frame.f_code.co_filename.startswith(HOME)
                and "testing" not in frame.tb_frame.f_code.co_filename
            ):
                texts += _serialized(frame.tb_frame.f_locals, 5)
            frame = frame.tb_next
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(texts)


def _serialized(value, depth):
    yield repr(value) if not isinstance(value, str) else value
    if depth and isinstance(value, Mapping):
        for key in value:
            yield from _serialized(value[key], depth - 1)
    elif depth and isinstance(value, (list, tuple, set)):
        for item in value:
            yield from _serialized(item, depth - 1)


class Refuses:
    def __init__(self, **options):
        from django.core.exceptions import ImproperlyConfigured

        raise ImproperlyConfigured("The options are wrong.")


class RawCredentials:
    """A plugin that does not know of Secret."""

    @hookimpl
    def mssql_credentials(self, settings):
        from mssql_core.plugin import Credentials

        return Credentials({"UID": "sa", "PWD": SECRET})


class RawToken:
    @hookimpl
    def mssql_credentials(self, settings):
        from mssql_core.plugin import Credentials

        return Credentials(access_token=SECRET + "\ud800")


REFUSES, RAW, RAW_TOKEN = ("%s:%s" % (__name__, kind.__name__) for kind in (Refuses, RawCredentials, RawToken))
USER = {"USER": "sa", "PASSWORD": SECRET}
WRONG_SETTINGS = [
    ({"PASSWORD": SECRET + "\ud800", "USER": "sa"}, {}, {}),
    ({"PASSWORD": SECRET + "\0", "USER": "sa"}, {}, {}),
    ({"PASSWORD": SECRET * 50, "USER": "sa"}, {}, {}),
    ({"PASSWORD": [SECRET], "USER": "sa"}, {}, {}),
    ({"PASSWORD": SECRET.encode(), "USER": "sa"}, {}, {}),
    ({"TOKEN": SECRET + "\ud800"}, {}, {}),
    ({"TOKEN": SECRET.encode()}, {}, {}),
    ({"TOKEN": (SECRET, "soon")}, {}, {}),
    ({"TOKEN": lambda: (SECRET, "soon")}, {}, {}),
    ({"TOKEN": SECRET, **USER}, {}, {}),
    ({**USER, "PORT": "x"}, {}, {}),
    ({**USER, "NAME": ""}, {}, {}),
    (USER, {"query_timout": 1}, {}),
    (USER, {"query_timeout": "soon"}, {}),
    (USER, {1: SECRET}, {}),
    (USER, {"passwrd": SECRET}, {}),
    (USER, {"MARS_Connection": True}, {}),
    (USER, {"Authentication": "ActiveDirectoryPassword", "extra_params": "Authentication=SqlPassword"}, {}),
    ({}, {"extra_params": "PWD=a;" + SECRET}, {}),
    ({}, {"extra_params": "PWD=a;" + SECRET + ";UID=b"}, {}),
    ({}, {"extra_params": "PWD=a; b" + SECRET + " =c"}, {}),
    ({}, {"extra_params": "PWD={" + SECRET}, {}),
    ({}, {"extra_params": "PWD={a}" + SECRET}, {}),
    ({}, {"extra_params": "PWD=" + SECRET + "\ud800"}, {}),
    ({}, {"extra_params": SECRET.encode()}, {}),
    ({}, {"extra_params": {"PWD": SECRET}}, {}),
    ({}, {"KeystoreSecret": SECRET + "\0"}, {}),
    (USER, {"collation": "x; y"}, {}),
    (USER, {"driver": 18}, {}),
    (USER, {}, {"unknown": {"client_secret": SECRET}}),
    (USER, {}, {"jsom": {"client_secret": SECRET}}),
    (USER, {}, {REFUSES: {"client_secret": SECRET}}),
    (USER, {}, {RAW: {"client_secret": SECRET}}),
    ({}, {}, {RAW_TOKEN: {}}),
]


@pytest.mark.parametrize(("settings", "options", "plugins"), WRONG_SETTINGS)
def test_wrong_settings_are_told_without_their_secrets(settings, options, plugins, caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(Exception) as caught:
        fake_connection(settings=settings, options=options, plugins=plugins).ensure_connection()
    assert SECRET not in reported(caught.value) + caplog.text


SECRET_SETTINGS = [
    (USER, {}, {}),
    ({"TOKEN": SECRET}, {}, {}),
    ({"TOKEN": lambda: SECRET}, {}, {}),
    ({}, {"extra_params": "UID=sa;PWD={%s}" % SECRET}, {}),
    ({}, {"extra_params": "UID=sa;PWD=a;unknown=%s" % SECRET}, {}),
    (USER, {"KeystoreSecret": SECRET, "ClientKey": SECRET}, {}),
    ({}, {}, {RAW: {}}),
]
FAILURES = [
    server_error(18456, "Login failed for 'sa' with %s" % SECRET, "28000"),
    server_error(None, "Invalid attribute %s" % SECRET, "08001"),
    server_error(40613, SECRET),
    UnicodeEncodeError("utf-16", "PWD=%s" % SECRET, 0, 1, "surrogates not allowed"),
]


@pytest.mark.filterwarnings("ignore:.* has a keyword that the Microsoft ODBC driver does not know:RuntimeWarning")
@pytest.mark.parametrize(("settings", "options", "plugins"), SECRET_SETTINGS)
@pytest.mark.parametrize("failure", FAILURES)
def test_a_connection_that_fails_shows_no_secret(settings, options, plugins, failure, caplog):
    connection = fake_connection(
        settings=settings,
        options={"connection_retries": 1, "connection_retry_backoff_time": 0, **options},
        plugins=plugins,
    )
    connection.driver.refuse(failure, failure)
    with caplog.at_level(logging.DEBUG), pytest.raises(OperationalError) as caught:
        connection.ensure_connection()
    ours = "\n".join(text for text in (reported(caught.value), caplog.text))
    # The fake driver is no driver: its own frame gets what a C function gets.
    assert SECRET not in ours.replace(repr(failure), "")


def test_nothing_that_is_kept_shows_a_secret():
    connection = fake_connection(settings=USER, options={"extra_params": "KeystoreSecret=" + SECRET, "passwd": SECRET})
    settings, parameters = connection.options_read(), connection.get_connection_params()
    shown = [repr(settings), repr(parameters), *_serialized(vars(settings), 9), *_serialized(vars(parameters), 9)]
    assert SECRET not in "".join(shown)
    for kept in (settings, parameters, settings.password):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(kept)
    with pytest.raises(TypeError):
        json.dumps(parameters.arguments)


def test_a_secret():
    secret = Secret("x")
    assert (repr(secret), str(secret), "%s" % secret, f"{secret}") == ("'***'", "***", "***", "***")
    assert secret.reveal() == "x" == Secret(secret).reveal()
    assert secret == Secret("x") == "x" and hash(secret) == hash("x") and not Secret("")
    assert copy.deepcopy({"a": secret})["a"] is copy.copy(secret) is secret


def test_a_refused_wrapper_has_a_repr():
    from django.core.exceptions import ImproperlyConfigured

    with pytest.raises(ImproperlyConfigured) as caught:
        fake_connection(plugins=["unknown"], alias="other")
    frame = caught.value.__traceback__
    while "self" not in frame.tb_frame.f_locals:
        frame = frame.tb_next
    assert repr(frame.tb_frame.f_locals["self"]) == "<DatabaseWrapper vendor='microsoft' alias='other'>"


@pytest.mark.parametrize("outcome", [3, FileNotFoundError("sqlcmd")])
def test_a_shell_that_fails_shows_no_secret(outcome, monkeypatch):
    def run(arguments, env, check):
        assert env["SQLCMDPASSWORD"] == SECRET and SECRET not in "".join(arguments)
        if isinstance(outcome, BaseException):
            raise outcome
        return subprocess.CompletedProcess(arguments, outcome)

    monkeypatch.setattr(client.subprocess, "run", run)
    with pytest.raises((subprocess.CalledProcessError, CommandError)) as caught:
        fake_connection(settings=USER).client.runshell([])
    assert SECRET not in reported(caught.value)
