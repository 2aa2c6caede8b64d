"""mssql-fabric on each edition of the sandbox; the table of ``hatch run plugin-table editions``."""

import pytest


@pytest.mark.parametrize("edition", ["azure", "managed-instance", "fabric", "warehouse"])
def test_each_behaviour(edition):
    from figures.table._editions import BEHAVIOURS

    from mssql_sandbox import Sandbox

    failures = {}
    with Sandbox(edition, journal=True) as sandbox:
        for name, behaviour in BEHAVIOURS.items():
            try:
                behaviour(sandbox)
            except Exception as error:
                failures[name] = "%s: %s" % (type(error).__name__, error)
    assert failures == {}


def test_a_warehouse_is_refused_without_leave():
    from django.db import NotSupportedError
    from figures.table._editions import alias

    from mssql_sandbox import Sandbox

    with Sandbox("warehouse") as sandbox, alias(sandbox, warehouse="") as wrapper:
        with pytest.raises(NotSupportedError, match="{'warehouse': 'read'}"):
            wrapper.ensure_connection()
