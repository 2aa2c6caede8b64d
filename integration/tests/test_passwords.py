"""Values that a connection string could misread, through the real driver to the server."""

import pytest
from django.db import OperationalError

PASSWORD = " {p}}w;PWD=x=[d]@'\"ü "
USER = "s{a};UID=b}"


@pytest.fixture(scope="module")
def sandbox():
    from mssql_sandbox import Sandbox

    server = Sandbox()
    server.user, server.password = USER, PASSWORD
    with server:
        yield server


def in_braces(value):
    return "{%s}" % value.replace("}", "}}")


WAYS = {
    "USER and PASSWORD": ({"USER": USER, "PASSWORD": PASSWORD}, {}),
    "SqlPassword in OPTIONS": ({"USER": USER, "PASSWORD": PASSWORD}, {"Authentication": "SqlPassword"}),
    "SqlPassword in extra_params": (
        {"USER": USER, "PASSWORD": PASSWORD},
        {"extra_params": "Authentication=SqlPassword;ServerSPN={a;b}}}"},
    ),
    "beside trusted_connection": ({"USER": USER, "PASSWORD": PASSWORD, "Trusted_Connection": "yes"}, {}),
    "all in extra_params": ({}, {"extra_params": "UID=%s;PWD=%s" % (in_braces(USER), in_braces(PASSWORD))}),
    "a mode and all in extra_params": (
        {},
        {"extra_params": "Authentication=SqlPassword;UID=%s;PWD=%s" % (in_braces(USER), in_braces(PASSWORD))},
    ),
    "plugin azure without options": ({"USER": USER, "PASSWORD": PASSWORD}, {"plugins": ["azure"]}),
}


def connect(sandbox, settings, options):
    from cloud.entra.attempt import Way, alias

    from mssql_core.base import DatabaseWrapper

    entry = alias(sandbox, Way(settings=settings, options=options))
    entry["OPTIONS"]["plugins"] = options.get("plugins", [])
    return DatabaseWrapper(entry, "default")


@pytest.mark.parametrize("name", WAYS)
def test_braces_semicolons_and_blanks_survive(sandbox, name):
    wrapper = connect(sandbox, *WAYS[name])
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT SUSER_SNAME()")
        assert cursor.fetchone() == (USER,)
    wrapper.close()


def test_a_wrong_password_is_not_shown(sandbox):
    wrong = PASSWORD + "wrong"
    wrapper = connect(sandbox, {"USER": USER, "PASSWORD": wrong}, {})
    with pytest.raises(OperationalError, match="18456") as caught:
        wrapper.ensure_connection()
    assert wrong not in str(caught.value)
