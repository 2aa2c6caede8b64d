"""Settings of a run; the server comes from the environment (see run.py).

MSSQL_SUITE_JSON holds options of the plugin json, e.g. ``{"native": true}``; MSSQL_SUITE_OPTIONS
more OPTIONS of the aliases, e.g. ``{"schema": "sales"}``.
"""

import json
import os

import django

_server = json.loads(os.environ["MSSQL_SUITE_SERVER"])
_label = os.environ.get("MSSQL_SUITE_LABEL", "suite")


def _database(name):
    return {
        "ENGINE": "mssql_core",
        "NAME": name,
        "HOST": _server["host"],
        "PORT": str(_server["port"]),
        "USER": _server["user"],
        "PASSWORD": _server["password"],
        "OPTIONS": {
            **_server.get("options", {}),
            **json.loads(os.environ.get("MSSQL_SUITE_OPTIONS", "{}")),
            "plugins": {"json": json.loads(os.environ.get("MSSQL_SUITE_JSON", "{}"))},
        },
        "TEST": {"NAME": "test_" + name},
    }


DATABASES = {"default": _database(f"django_{_label}"), "other": _database(f"other_{_label}")}
SECRET_KEY = "django_tests_secret_key"  # some tests know what it signs
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if django.VERSION < (6, 0):
    DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = False
TEST_RUNNER = "django_suite.runner.SuiteRunner"
