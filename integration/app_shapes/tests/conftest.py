"""One server and one database with every app; each test's rows are rolled back. A table of the apps at the end."""

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from app_shapes.settings import APPS, set_up  # noqa: E402
from harness.catalogues import empty  # noqa: E402
from harness.project import new_alias  # noqa: E402
from harness.server import serve  # noqa: E402

APPS_FOLDER = Path(__file__).parents[1]


def pytest_configure(config):
    """Django with every app, and no database yet."""
    set_up()


def pytest_terminal_summary(terminalreporter):
    """A table: an app, its migrations, whether they ran both ways and as scripts, its rows as fixtures, its queries."""
    results = {}
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, ()):
            if outcome != "passed" or report.when == "call":
                module = Path(report.nodeid.partition("::")[0]).stem[len("test_") :]
                app = report.nodeid.partition("[")[2].rstrip("]") if module in ("migrations", "fixtures") else module
                kind = module if module in ("migrations", "fixtures") else "queries"
                results.setdefault(app, {}).setdefault(kind, Counter())[outcome] += 1
    if not results:
        return
    terminalreporter.write_line("\n| app | migrations | forward, back and forward; as scripts | fixture | queries |")
    terminalreporter.write_line("|---|---|---|---|---|")
    for app, kinds in results.items():
        cells = [app, _migrations(app), *(_told(kinds.get(kind)) for kind in ("migrations", "fixtures", "queries"))]
        terminalreporter.write_line("| %s |" % " | ".join(cells))


def _migrations(app):
    return str(len(list(APPS_FOLDER.glob("%s/migrations/0*.py" % app)))) if app in APPS else "of Django"


def _told(counts):
    return "–" if counts is None else ", ".join("%d %s" % (count, outcome) for outcome, count in counts.items())


@pytest.fixture(scope="session")
def server():
    """Where the tests run."""
    with serve() as address:
        yield address


@pytest.fixture(scope="session")
def database(server):
    """The alias ``default``: a database that was migrated once."""
    from django.db import connections

    entry = {"default": server.database("apps", plugins=["json"])}
    connections.databases["default"] = connections.configure_settings(entry)["default"]
    if hasattr(connections._connections, "default"):
        del connections["default"]
    connection = connections["default"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    yield connection
    connection.creation.destroy_test_db("apps", verbosity=0)


@pytest.fixture
def rows(database):
    """Rows of the test alone: its transaction is rolled back."""
    from django.contrib.contenttypes.models import ContentType
    from django.db import transaction

    ContentType.objects.clear_cache()
    with transaction.atomic():
        yield database
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def migrated(server):
    """An empty database for migrate."""
    with empty(server, "by_migrate") as connection:
        yield connection


@pytest.fixture(scope="session")
def scripted(server):
    """An empty database for what sqlmigrate prints."""
    with empty(server, "by_script") as connection:
        yield connection


@pytest.fixture
def other_connection(database):
    """Another session in the database of ``default``, as another worker has."""
    from django.db import connections

    entry = {**connections.databases["default"]}
    with new_alias("other", entry) as connection:
        yield connection


@pytest.fixture
def django_user(rows):
    """A user of the swapped model."""
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user("someone@example.com", "secret", full_name="Some One")
