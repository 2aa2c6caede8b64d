"""Settings of a run of mssql-django; the server and the tests' label come from the environment (see process.py)."""

import os

from harness.server import given_server

_label = os.environ.get("MSSQL_SUITE_LABEL", "suite").replace(".", "_")[:100]


def _database(name):
    return {
        **given_server().database(name),
        "ENGINE": "mssql",
        "OPTIONS": {
            "driver": "ODBC Driver 18 for SQL Server",
            "extra_params": "TrustServerCertificate=yes",
            # As in mssql-django's own test settings.
            "return_rows_bulk_insert": True,
        },
        "TEST": {"NAME": "test_" + name},
    }


DATABASES = {"default": _database(f"peer_{_label}"), "other": _database(f"peer_other_{_label}")}
SECRET_KEY = "only for tests"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = False
TEST_RUNNER = "django_suite.peer.runner.PeerRunner"
