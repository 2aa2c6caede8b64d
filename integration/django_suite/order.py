"""Which of Django's test apps run, and in which order."""

from __future__ import annotations

from pathlib import Path
from typing import Iterable

from . import results, state

DEFAULT_APPS = (
    "basic bulk_create lookup queries aggregation annotations expressions expressions_case expressions_window "
    "many_to_many many_to_one one_to_one ordering pagination prefetch_related select_related select_for_update "
    "transactions update delete get_or_create model_fields constraints indexes introspection inspectdb schema "
    "migrations backends db_functions datetimes dates timezones validation auth_tests contenttypes_tests"
).split()
# Most of what a Django asks of a backend: the apps that found most on the Djangos between the oldest and the newest.
TELLING_APPS = (
    "aggregation annotations backends basic bulk_create constraints db_functions expressions expressions_window indexes "
    "inspectdb introspection lookup migrations model_fields queries schema select_for_update timezones update"
).split()


def longest_first(apps: Iterable[str], folder: Path) -> list[str]:
    """The apps in falling order of the seconds they took last, so that no long one is left to one job at the end.

    :param folder: of the run; an app that never ran there counts as in the kept results, and first if in none.
    """
    seconds = results.seconds()

    def known(app: str) -> float:
        outcome = state.load(folder, app)
        return outcome["summary"]["seconds"] if outcome else seconds.get(app, float("inf"))

    return sorted(apps, key=known, reverse=True)
