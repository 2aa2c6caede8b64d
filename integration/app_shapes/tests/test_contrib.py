"""Django's own apps that keep rows: sessions, the cache's table, sites, flat pages, redirects."""

import datetime
import io

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

pytestmark = pytest.mark.usefixtures("rows")


@pytest.fixture
def cache(rows):
    """A cache in a table made by the command."""
    from django.core.cache.backends.db import DatabaseCache
    from django.test import override_settings

    options = {"MAX_ENTRIES": 30, "CULL_FREQUENCY": 3}
    settings = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "my cache]table"}}
    with override_settings(CACHES=settings):
        call_command("createcachetable", verbosity=0)
        out = io.StringIO()
        call_command("createcachetable", stdout=out)
        assert "already exists" in out.getvalue()
    return DatabaseCache("my cache]table", {"OPTIONS": options})


def test_the_cache_keeps_counts_and_culls(cache):
    assert cache.add("a", {"ü": [1]}) and not cache.add("a", 2)
    assert cache.get("a") == {"ü": [1]} and cache.get("A", "none") == "none"
    cache.set_many({"n": 1, "bytes": b"\0" * 20_000}, timeout=60)
    assert cache.incr("n", 41) == 42 and cache.get_many(["n", "bytes", "x"]) == {"n": 42, "bytes": b"\0" * 20_000}
    cache.set("gone", 1, timeout=-1)
    assert cache.get("gone") is None and not cache.has_key("gone") and cache.touch("a", 5)
    for number in range(40):
        cache.set("k%02d" % number, number)
    kept = sum(cache.has_key("k%02d" % number) for number in range(40))
    assert 15 <= kept <= 31
    cache.delete_many(["a", "n"])
    assert cache.get("a") is None
    cache.clear()
    assert not cache.has_key("k39")


def test_sessions_of_the_database_expire(django_user):
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    store = SessionStore()
    store["_auth_user_id"], store["long"] = str(django_user.pk), "ü" * 10_000
    store.save()
    assert SessionStore(store.session_key)["long"] == "ü" * 10_000
    old = SessionStore()
    old.set_expiry(-1)
    old.save()
    call_command("clearsessions")
    assert list(Session.objects.values_list("session_key", flat=True)) == [store.session_key]
    key = store.session_key
    store.cycle_key()
    assert not Session.objects.filter(session_key=key).exists()
    live = Session.objects.filter(expire_date__gte=timezone.now())
    assert [one.get_decoded()["_auth_user_id"] for one in live] == [str(django_user.pk)]
    assert live.filter(expire_date__date__gt=datetime.date.today()).exists()


def test_sites_flat_pages_and_redirects():
    from django.contrib.flatpages.models import FlatPage
    from django.contrib.redirects.models import Redirect
    from django.contrib.sites.models import Site

    site = Site.objects.get_current()
    other = Site.objects.create(domain="other.example", name="Other")
    assert Site.objects.get_by_natural_key("OTHER.example") == other
    page = FlatPage.objects.create(url="/über/", title="Ü", content="x" * 9000)
    page.sites.add(site, other)
    assert FlatPage.objects.filter(sites=site, url__exact="/über/", registration_required=False).get() == page
    assert FlatPage.objects.filter(sites=site, url__startswith="/").exclude(sites__name="None").count() == 1
    Redirect.objects.create(site=site, old_path="/old/" + "o" * 190, new_path="/new/")
    with pytest.raises(IntegrityError), transaction.atomic():
        Redirect.objects.create(site=site, old_path="/OLD/" + "O" * 190)
    assert Redirect.objects.get(site=site, old_path="/old/" + "o" * 190).new_path == "/new/"
    other.delete()
    assert list(page.sites.all()) == [site]
