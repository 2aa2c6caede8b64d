"""Django without a database of its own."""

from __future__ import annotations


def configure() -> None:
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            DATABASES={"default": {"ENGINE": "mssql_core", "NAME": "unused"}},
            INSTALLED_APPS=["django.contrib.contenttypes"],
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            SECRET_KEY="tests",
            USE_TZ=True,
        )
        django.setup()
