"""Each mistake of docs/reference/messages.md, tried: what it is answered with, in time, and with no secret in it."""

import dataclasses
import re
import socket
import threading
import time

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import Error, NotSupportedError, connections, models
from django.test.utils import isolate_apps
from figures import messages
from harness.project import new_alias
from harness.server import connects_with

from mssql_core.management.commands.mssql_doctor import Command

TIMEOUT = 5  # seconds


def keyed(*ways):
    return [pytest.param(mistake, id=mistake.key) for mistake in messages.every() if mistake.way in ways]


def has(text, mistake):
    """The words stand in the text in their order, and the secret nowhere."""
    assert re.search(".*".join(map(re.escape, mistake.words)), text, re.DOTALL), text
    assert messages.SECRET not in text


@pytest.mark.parametrize("mistake", keyed(messages.SETTINGS, messages.CHECK))
def test_without_a_server(mistake):
    text = messages.told(mistake)
    has(text, mistake)
    assert "DATABASES['default']" in text


@pytest.mark.parametrize("mistake", keyed(messages.CONNECT))
def test_at_connecting(mistake, server):
    if mistake.key == "dsn" and connects_with("mssql_python"):
        mistake = dataclasses.replace(mistake, words=("['dsn']", "pyodbc", "HOST and NAME"))
    entry = messages.entry(mistake, server.database("master", connection_timeout=TIMEOUT, connection_retries=0))
    started = time.monotonic()
    with new_alias("wrong", entry) as connection, pytest.raises((ImproperlyConfigured, Error)) as error:
        connection.ensure_connection()
    # The system itself gives an address up after two minutes.
    assert time.monotonic() - started < 60
    text = "".join(map(repr, (error.value, error.value.__cause__, error.value.__context__)))
    has(error.value.args[-1], mistake)
    assert "DATABASES['wrong']" in error.value.args[-1] and messages.SECRET not in text and server.password not in text


def refused(kind, action, *arguments, **options):
    with pytest.raises(kind) as error:
        action(*arguments, **options)
    return str(error.value)


def json_field(connection):
    with isolate_apps("demo.shop"):

        class Page(models.Model):
            data = models.JSONField()

            class Meta:
                app_label = "shop"

        # One message: Django's fields.E180, which names no remedy, does not come beside it.
        (message,) = Page._meta.get_field("data").check(databases=[connection.alias])
        return f"{message.msg} {message.hint}"


def json_lookup(connection):
    with isolate_apps("demo.shop"):

        class Page(models.Model):
            data = models.JSONField()

            class Meta:
                app_label = "shop"

        return refused(NotSupportedError, list, Page.objects.using(connection.alias).filter(data__colour="red"))


def json_native(connection):
    return refused(ImproperlyConfigured, lambda: connection.data_types)


def no_sql_server(connection):
    """Something that answers each message with a line of HTTP."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        connection.settings_dict["PORT"] = str(listener.getsockname()[1])

        def answer():
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client:
                    client.recv(4096)
                    client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        return refused(Error, connection.ensure_connection)


def query_timeout(connection):
    connection.settings_dict["OPTIONS"]["query_timeout"] = 1
    with connection.cursor() as cursor:
        return refused(Error, cursor.execute, "WAITFOR DELAY '00:00:30'")


def doctor_alias(connection):
    return refused(CommandError, call_command, Command(), database="nosuch")


def doctor_engine(connection):
    with new_alias("lite", {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}):
        return refused(CommandError, call_command, Command(), database="lite")


def dbshell(connection):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "/nonexistent")
        return refused(CommandError, call_command, "dbshell", database=connection.alias)


@pytest.mark.parametrize("mistake", keyed(messages.USE))
def test_in_use(mistake, server):
    entry = messages.entry(mistake, server.database("master", connection_timeout=TIMEOUT, connection_retries=0))
    if mistake.key == "json-native" and server.sandbox is None:
        pytest.skip("the server is another one than the 2022 that this needs")
    with new_alias("wrong", entry) as connection:
        has(globals()[mistake.key.replace("-", "_")](connection), mistake)


def test_a_server_too_old_is_refused_with_its_version():
    from mssql_core.testing import fake_connection

    text = refused((ImproperlyConfigured, Error), fake_connection(version="2014").ensure_connection)
    assert ("2014" in text or "12" in text) and "2016" in text


def test_names_of_mistakes_are_told_apart():
    keys = [mistake.key for mistake in messages.every()]
    assert len(set(keys)) == len(keys)
    assert not set(keys) & set(connections)
