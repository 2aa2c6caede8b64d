"""The options of the plugin."""

import re
from dataclasses import dataclass, field, fields
from typing import Any, Mapping

from django.core.exceptions import ImproperlyConfigured

TIERS = ("Basic", "Standard", "Premium", "GeneralPurpose", "BusinessCritical", "Hyperscale")
# S0, P1, Basic, GP_Gen5_2, GP_S_Gen5_1, BC_Gen5_2, HS_Gen5_2 ...
_OBJECTIVE = re.compile(r"^[A-Za-z0-9_]{1,64}$")
_SIZE = re.compile(r"^[1-9][0-9]* (MB|GB)$")


@dataclass(frozen=True)
class TestDatabase:
    """The form of a test database in Azure SQL Database; the service decides about empty values.

    https://learn.microsoft.com/sql/t-sql/statements/create-database-transact-sql?view=azuresqldb-current

    :param edition: a service tier of :data:`TIERS`.
    :param service_objective: such as ``GP_S_Gen5_1``.
    :param elastic_pool: the name of a pool, instead of a service objective.
    :param max_size: such as ``2 GB``.
    :param wait: seconds within which it has to be online.
    """

    __test__ = False

    edition: str = ""
    service_objective: str = ""
    elastic_pool: str = ""
    max_size: str = ""
    wait: float = 300


@dataclass(frozen=True)
class Options:
    """The plugin's options, validated.

    :param warehouse: ``read`` allows reading a warehouse, which is refused by default.
    :param test_database: see :class:`TestDatabase`.
    """

    warehouse: str = ""
    test_database: TestDatabase = field(default_factory=TestDatabase)


def read(given: Mapping[str, Any]) -> Options:
    """
    The options in OPTIONS["plugins"]["fabric"], validated.

    :raises ImproperlyConfigured: unknown, conflicting or wrong values; the message names the option.
    """
    _check_names(given, Options, "the plugin 'fabric'")
    if given.get("warehouse", "") not in ("", "read"):
        raise refused("knows no warehouse %r; it is 'read', or left out." % given["warehouse"])
    details = given.get("test_database", {})
    if not isinstance(details, dict):
        raise refused("needs a dict for 'test_database'.")
    _check_names(details, TestDatabase, "'test_database'")
    return Options(given.get("warehouse", ""), _checked(TestDatabase(**details)))


def _check_names(given: Mapping[str, Any], kind: type, where: str) -> None:
    known = [item.name for item in fields(kind)]
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ImproperlyConfigured(
            "%s has no option %s; it has: %s." % (where[0].upper() + where[1:], ", ".join(unknown), ", ".join(known))
        )


def _checked(database: TestDatabase) -> TestDatabase:
    if database.edition and database.edition not in TIERS:
        raise refused("knows no test_database edition %r; it is one of: %s." % (database.edition, ", ".join(TIERS)))
    if database.service_objective and not _OBJECTIVE.match(database.service_objective):
        raise refused("has a test_database service_objective that is no name: %r." % database.service_objective)
    if database.max_size and not _SIZE.match(database.max_size):
        raise refused("has the test_database max_size %r; write it as '2 GB' or '500 MB'." % database.max_size)
    if database.elastic_pool and (database.service_objective or database.edition):
        raise refused("takes either 'elastic_pool', or 'edition' and 'service_objective', not both.")
    if not isinstance(database.wait, (int, float)) or not 0 < database.wait <= 3600:
        raise refused("has the test_database wait %r; it has to be a number of seconds up to 3600." % database.wait)
    return database


def refused(text: str) -> ImproperlyConfigured:
    return ImproperlyConfigured("The plugin 'fabric' %s" % text)
