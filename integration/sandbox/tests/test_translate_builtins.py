"""Built-in functions by name."""

import pytest

from mssql_sandbox.errors import NotSupported
from mssql_sandbox.translate import builtins
from mssql_sandbox.translate.aggregates import AGGREGATES
from mssql_sandbox.versions import Version


def test_every_aggregate_is_defined_as_one():
    newest = Version.named("2025")
    kinds = {name: builtins.lookup(name, newest) for name in AGGREGATES}
    assert {name for name, function in kinds.items() if function is None or function.kind != "aggregate"} == set()


@pytest.mark.parametrize("name", ["LEN", "NEXT VALUE FOR", "OBJECT_ID", "JSON_VALUE", "ROW_NUMBER", "MAX", "DATEADD"])
def test_names_are_found_in_any_case(name):
    assert builtins.lookup(name, Version.named("2022")) is builtins.lookup(name.lower(), Version.named("2022"))
    assert builtins.lookup(name, Version.named("2022")) is not None


def test_a_function_of_a_later_version_is_unknown():
    assert builtins.lookup("GREATEST", Version.named("2019")) is None
    assert builtins.lookup("nothing", Version.named("2022")) is None


def test_what_the_server_has_and_the_sandbox_lacks_is_refused_by_name():
    with pytest.raises(NotSupported, match="COMPRESS"):
        builtins.lookup("compress", Version.named("2022"))
