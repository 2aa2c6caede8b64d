import pytest

from mssql_fabric import hosts


@pytest.mark.parametrize(
    ("host", "kinds"),
    [
        ("shop.database.windows.net", {"azure"}),
        ("tcp:SHOP.database.windows.net,1433", {"azure"}),
        ("mi.0a1b2c.database.windows.net.", {"azure"}),
        ("shop.database.usgovcloudapi.net", {"azure"}),
        ("fog.secondary.database.windows.net", {"azure", "secondary"}),
        ("fog.secondary.0a1b2c.database.windows.net", {"azure", "secondary"}),
        ("x.database.fabric.microsoft.com", {"fabric"}),
        ("x.datawarehouse.fabric.microsoft.com", {"warehouse"}),
        ("localhost", set()),
        ("database.windows.net.example.com", set()),
    ],
)
def test_what_an_address_tells(host, kinds):
    told = {name for name in ("azure", "fabric", "warehouse", "secondary") if getattr(hosts, "is_" + name)(host)}
    assert told == kinds
    assert hosts.is_service(host) == bool(kinds)
