"""Django without a database."""

import django
from django.conf import settings


def pytest_configure():
    if not settings.configured:
        settings.configure(
            INSTALLED_APPS=["django.contrib.contenttypes"], SECRET_KEY="tests", USE_TZ=True, DATABASES={}
        )
        django.setup()
