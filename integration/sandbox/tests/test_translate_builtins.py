"""Built-in functions by name."""

from unittest.mock import Mock

import pytest

from mssql_sandbox.errors import NotSupported
from mssql_sandbox.sqltypes import nvarchar
from mssql_sandbox.syntax.parser import parse_batch
from mssql_sandbox.translate import builtins
from mssql_sandbox.translate.aggregates import AGGREGATES
from mssql_sandbox.translate.bound import Bound, Scope
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


@pytest.mark.parametrize(
    "function", ["DATEADD(day, 1, {})", "YEAR({})", "DATE_BUCKET(day, 1, {})", "ISJSON({})", "CONCAT('', {})"]
)
def test_an_argument_is_bound_once(function):
    """Twice would double the time of each level of calls inside calls."""
    translation = Mock()
    translation.expression.return_value = Bound("x", nvarchar(10))
    name = function.split("(")[0]
    node = parse_batch(f"SELECT {function.format('inner_value')}").statements[0].query.body.items[0].expression
    builtins.lookup(name, Version.named("2022")).bind(translation, node, Scope())
    bound = [call.args[0] for call in translation.expression.call_args_list]
    assert sum(getattr(argument, "parts", ()) == ("inner_value",) for argument in bound) == 1
