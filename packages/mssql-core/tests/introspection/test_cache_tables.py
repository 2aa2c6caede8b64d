import pytest
from django.test import override_settings

from mssql_core.testing import fake_connection


def cache(location, backend="django.core.cache.backends.db.DatabaseCache"):
    return override_settings(CACHES={"default": {"BACKEND": backend, "LOCATION": location}})


@pytest.fixture
def quote():
    return fake_connection(options={"schema": "crm"}).ops.quote_name


def test_the_table_of_a_database_cache_is_in_the_schema(quote):
    with cache("pages"):
        assert quote("pages") == "[crm].[pages]"
        assert quote("cache_key") == "[cache_key]"


def test_so_is_none_of_another_kind_of_cache(quote):
    with cache("pages", "django.core.cache.backends.locmem.LocMemCache"):
        assert quote("pages") == "[pages]"


@pytest.mark.parametrize("backend", [None, "mssql_core.introspection.cache_tables.is_cache_table"])
def test_so_is_none_of_what_is_no_class_of_a_cache(quote, backend):
    with cache("pages", backend):
        assert quote("pages") == "[pages]"


def test_a_name_with_a_schema_keeps_it(quote):
    with cache('"web"."pages"'):
        assert quote('"web"."pages"') == "[web].[pages]"


def test_without_the_option_names_stay_bare():
    with cache("pages"):
        assert fake_connection().ops.quote_name("pages") == "[pages]"
