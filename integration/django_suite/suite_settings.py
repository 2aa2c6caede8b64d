"""Settings of a run; the server and the tests' label come from the environment (see process.py).

MSSQL_SUITE_JSON holds options of the plugin json, e.g. ``{"native": true}``; MSSQL_SUITE_OPTIONS
more OPTIONS of the aliases, e.g. ``{"schema": "sales"}``.
"""

import json
import os

import django
from harness.server import given_server

# A name of a database holds 128 characters; the label may be a test's whole id.
_label = os.environ.get("MSSQL_SUITE_LABEL", "suite").replace(".", "_")[:100]


def _database(name):
    options = json.loads(os.environ.get("MSSQL_SUITE_OPTIONS", "{}"))
    plugins = {"json": json.loads(os.environ.get("MSSQL_SUITE_JSON", "{}"))}
    return {**given_server().database(name, **options, plugins=plugins), "TEST": {"NAME": "test_" + name}}


DATABASES = {"default": _database(f"django_{_label}"), "other": _database(f"other_{_label}")}
SECRET_KEY = "django_tests_secret_key"  # some tests know what it signs
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if django.VERSION < (6, 0):
    DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = False
TEST_RUNNER = "django_suite.runner.SuiteRunner"
