import pytest
from django.core.exceptions import ImproperlyConfigured

from mssql_fabric.plugin import FabricPlugin


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"warehous": "read"}, "has no option warehous; it has: warehouse, test_database"),
        ({"warehouse": "write"}, "knows no warehouse 'write'"),
        ({"test_database": "S0"}, "needs a dict"),
        ({"test_database": {"tier": "x"}}, "has no option tier; it has: edition"),
        ({"test_database": {"edition": "Gold"}}, "one of: Basic, Standard"),
        ({"test_database": {"service_objective": "S0'; --"}}, "no name"),
        ({"test_database": {"max_size": "2"}}, "'2 GB'"),
        ({"test_database": {"elastic_pool": "p", "service_objective": "S0"}}, "not both"),
        ({"test_database": {"wait": 0}}, "number of seconds"),
    ],
)
def test_bad_options_are_refused_by_name(options, told):
    with pytest.raises(ImproperlyConfigured, match=told):
        FabricPlugin(**options)
