"""Settings of the project that changes its backend; an environment variable names the backend, see steps.py."""

import os
import sys

from harness.server import given_server

FOLDER = os.environ["TAKEOVER_FOLDER"]
sys.path.insert(0, FOLDER)
ENGINE = os.environ["TAKEOVER_ENGINE"]
# mssql-django takes the type of DateTimeField from it.
USE_TZ = os.environ["TAKEOVER_USE_TZ"] == "1"

_database = given_server().database(os.environ["TAKEOVER_DATABASE"])
if ENGINE == "mssql":
    _database["OPTIONS"] = {
        "driver": "ODBC Driver 18 for SQL Server",
        "extra_params": "TrustServerCertificate=yes",
        "return_rows_bulk_insert": True,
    }
else:
    _database["OPTIONS"].update(plugins=["json"], uuid_type=os.environ.get("TAKEOVER_UUID_TYPE", "char(32)"))
_database["ENGINE"] = ENGINE

DATABASES = {"default": _database}
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sites",
    "django.contrib.flatpages",
    "django.contrib.redirects",
    "mssql_core",
    "takeover.kinds",
]
MIGRATION_MODULES = {"kinds": "kinds_migrations"}
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SECRET_KEY = "only for tests"
SITE_ID = 1
TIME_ZONE = "UTC"
