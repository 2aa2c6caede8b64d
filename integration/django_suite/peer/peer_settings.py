"""Settings of a run of mssql-django; the server comes from the environment (see run.py)."""

import json
import os

_server = json.loads(os.environ["MSSQL_SUITE_SERVER"])
_label = os.environ.get("MSSQL_SUITE_LABEL", "suite")


def _database(name):
    return {
        "ENGINE": "mssql",
        "NAME": name,
        "HOST": _server["host"],
        "PORT": str(_server["port"]),
        "USER": _server["user"],
        "PASSWORD": _server["password"],
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
