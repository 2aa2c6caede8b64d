import io
import logging
import traceback

import pytest
from django.core.exceptions import ImproperlyConfigured

from mssql_azure_auth.plugin import AzurePlugin
from mssql_core.testing import fake_connection

SECRET = "s3cret-canary"
PRINCIPAL = {"credential": "service_principal", "client_id": "c"}


async def get_token(scope):
    return None


class AsyncCredential:
    get_token = staticmethod(get_token)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"tokn": "x"}, "no option tokn. Did you mean 'token'"),
        ({"token": "x", "credential": "default"}, "not both"),
        ({"token": "x", "client_id": "c"}, "takes no client_id beside 'token'"),
        ({"token": ""}, "a text or a function for 'token'"),
        ({"token": 5}, "not int"),
        (
            {"credential": "pasword"},
            r"knows no credential 'pasword'. Did you mean 'password'\? It is one of: azure_developer_cli",
        ),
        ({"credential": "default", "client_secret": SECRET}, "takes no client_secret for 'default'"),
        ({"credential": 5}, r"get_token\(\)"),
        ({"credential": AsyncCredential()}, "asynchronous"),
        ({"object_id": "x"}, "needs 'credential' beside object_id"),
        ({"credential": "default", "cloud": "mars"}, "one of: china, public, usgovernment"),
        ({"credential": "default", "by": "magic"}, "one of: driver, identity"),
        ({"credential": "managed_identity", "client_id": "c", "object_id": "o"}, "either 'client_id' or 'object_id'"),
        ({"credential": "managed_identity", "authority": "https://a"}, "takes no authority"),
        (
            {**PRINCIPAL, "client_secret": SECRET, "certificate_path": "/c"},
            "either 'client_secret' or 'certificate_path'",
        ),
        ({**PRINCIPAL, "client_secret": SECRET, "certificate_password": "x"}, "without a certificate"),
        ({"credential": "on_behalf_of", "tenant_id": "t", "client_id": "c"}, "needs user_assertion"),
        (
            {"credential": "on_behalf_of", "tenant_id": "t", "client_id": "c", "user_assertion": "u"},
            "needs client_secret or a certificate",
        ),
        ({**PRINCIPAL, "client_secret": 5}, "needs text for 'client_secret', not int"),
        ({**PRINCIPAL, "client_secret": ""}, "empty 'client_secret'"),
        ({**PRINCIPAL, "client_assertion": "x"}, "a function for 'client_assertion'"),
        ({"credential": "default", "credential_options": []}, "a dict"),
    ],
)
def test_bad_options_are_refused_when_the_alias_is_made(options, told):
    with pytest.raises(ImproperlyConfigured, match=told):
        AzurePlugin(**options)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (PRINCIPAL, "needs client_secret or a certificate"),
        ({**PRINCIPAL, "client_secret": SECRET, "by": "identity", "scope": "x"}, "needs tenant_id"),
        ({**PRINCIPAL, "certificate_path": "/c"}, "needs tenant_id"),
        ({**PRINCIPAL, "certificate_path": "/c", "tenant_id": "t", "by": "driver"}, "it takes no certificate_path"),
        ({"credential": "default", "by": "driver"}, "has no such mode"),
        ({"credential": "password", "by": "identity", "username": "u", "password": SECRET}, "needs client_id"),
        ({"tenant_id": "t"}, "needs 'credential' beside tenant_id"),
        ({}, "has no 'credential', and DATABASES\\['default'\\] no USER, TOKEN or Authentication"),
    ],
)
def test_what_lacks_is_told_before_connecting_and_by_the_check(options, told):
    connection = fake_connection(plugins={"azure": options})
    with pytest.raises(ImproperlyConfigured, match=told):
        connection.ensure_connection()
    assert connection.driver.logins == []
    messages = [message for message in connection.validation.check() if message.id == "mssql_azure_auth.E001"]
    assert len(messages) == 1 and SECRET not in messages[0].msg


@pytest.mark.parametrize(
    "options",
    [
        {**PRINCIPAL, "client_secret": SECRET, "tokn": "x"},
        {**PRINCIPAL, "client_secret": SECRET, "certificate_path": "/c"},
        {"credential": "password", "username": "u", "password": SECRET, "cloud": "x"},
        {"token": SECRET, "credential": "default"},
    ],
)
def test_no_secret_in_a_traceback_even_with_its_variables(options):
    try:
        AzurePlugin(**options)
    except ImproperlyConfigured as error:
        frames = traceback.TracebackException.from_exception(error, capture_locals=True)
        # The first frame is this test, which holds the options.
        del frames.stack[0]
        text = "".join(frames.format())
    assert SECRET not in text and "options" in text


def test_no_secret_in_any_log_of_a_connection():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        connection = fake_connection(plugins={"azure": {**PRINCIPAL, "client_secret": SECRET}})
        connection.ensure_connection()
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert "connecting with" in stream.getvalue() and SECRET not in stream.getvalue()
    assert SECRET in connection.driver.logins[0]["connection_string"]
