"""A project that has every app: its user model is swapped, and some rows live in databases of tenants."""

from __future__ import annotations

from typing import Any

from harness.project import configure

#: Labels of the apps of this folder, each after those it refers to.
APPS = (
    "accounts",
    "trees",
    "labels",
    "history",
    "audit",
    "beat",
    "imports",
    "search",
    "revisions",
    "waffles",
    "tokens",
    "documents",
    "money",
    "config",
    "jobs",
    "pages",
    "tenants",
)
#: Apps that Django brings, in the order in which their migrations need each other.
CONTRIB = ("contenttypes", "auth", "sites", "sessions", "redirects", "flatpages")


def set_up(**others: Any) -> None:
    """Settings of the project, without a database yet.

    :param others: more settings.
    """
    configure(
        apps=[*("django.contrib." + label for label in CONTRIB), *("app_shapes." + label for label in APPS)],
        AUTH_USER_MODEL="accounts.User",
        SITE_ID=1,
        **others,
    )
