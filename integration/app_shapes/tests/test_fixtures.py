"""Rows of every app: dumped, flushed, loaded and dumped again, byte for byte."""

import json

import pytest
from app_shapes.rows import fill
from app_shapes.settings import APPS

# What post_migrate makes again after flush, with keys of its own.
MADE_AGAIN = ("contenttypes", "auth.permission")
CONTRIB = ("auth", "sites", "sessions", "redirects", "flatpages")


@pytest.fixture(scope="module")
def dumps(database, tmp_path_factory):
    """{app: (the file before, the file after)}."""
    from django.apps import apps
    from django.core.management import call_command

    folder = tmp_path_factory.mktemp("fixtures")
    # What migrations put there, which flush takes away.
    first = str(folder / "first.json")
    call_command("dumpdata", "labels", output=first, verbosity=0)
    for app in (*APPS, *CONTRIB):
        fill(apps, app, "default")

    def dump(when):
        files = {app: folder / ("%s_%s.json" % (app, when)) for app in (*APPS, *CONTRIB)}
        for app, path in files.items():
            call_command(
                "dumpdata", app, natural_foreign=True, indent=1, exclude=MADE_AGAIN, output=str(path), verbosity=0
            )
        return files

    before = dump("before")
    call_command("flush", interactive=False, verbosity=0)
    assert not any(_count(app) for app in APPS)
    call_command("loaddata", *map(str, before.values()), verbosity=0)
    after = dump("after")
    yield {app: (before[app].read_bytes(), after[app].read_bytes()) for app in before}
    call_command("flush", interactive=False, verbosity=0)
    call_command("loaddata", first, verbosity=0)


def _count(app):
    from django.apps import apps

    return sum(model._base_manager.count() for model in apps.get_app_config(app).get_models())


@pytest.mark.parametrize("app", [*APPS, *CONTRIB])
def test_a_fixture_comes_back_byte_for_byte(app, dumps):
    before, after = dumps[app]
    assert len(json.loads(before)) >= 2
    assert after == before
