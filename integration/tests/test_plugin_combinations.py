"""Every subset and order of the plugins on every edition, aliases beside each other, and errors that name the plugin."""

import importlib
import itertools
import re
import threading
from pathlib import Path

import pytest
from django.apps.registry import Apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, models
from harness.server import Server

EDITIONS = ("2016", "2017", "2019", "2022", "2025", "azure", "managed-instance", "fabric")
PLUGINS = ("json", "azure", "fabric")
ORDERS = [order for length in range(len(PLUGINS) + 1) for order in itertools.permutations(PLUGINS, length)]


@pytest.fixture(scope="module", params=EDITIONS)
def edition(request):
    from mssql_sandbox.api import Sandbox

    with Sandbox(version=request.param, databases=("shop",)) as sandbox:
        yield sandbox


@pytest.fixture
def alias(shop):
    """``alias(name, settings)``: a connection of the process, closed and forgotten after the test."""
    made = []

    def make(name, settings):
        connections.settings[name] = {**connections.settings["default"], **settings, "TEST": {}}
        connections.settings[name]["TEST"] = dict(connections.settings["default"]["TEST"])
        made.append(name)
        return connections[name]

    yield make
    for connection in connections.all(initialized_only=True):
        if connection.alias in made:
            connection.close()
            del connections[connection.alias]
    for name in made:
        del connections.settings[name]


def settings_of(sandbox, order):
    """A token signs in where the azure plugin is enabled, or where the edition knows no SQL logins."""
    entry = Server.of_sandbox(sandbox).database("shop")
    plugins = {name: {} for name in order}
    if "azure" in order:
        plugins["azure"] = {"token": sandbox.token}
        entry.update(USER="", PASSWORD="")
    elif sandbox.version == "fabric":
        entry.update(USER="", PASSWORD="", TOKEN=sandbox.token)
    entry["OPTIONS"]["plugins"] = plugins
    return entry


def model(label, **fields):
    """A model of a registry of its own."""
    meta = type("Meta", (), {"app_label": "combinations", "apps": Apps()})
    return type(label, (models.Model,), {**fields, "__module__": __name__, "Meta": meta})


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "+".join(order) or "core")
def test_a_model_lives_through_its_table(edition, order, alias):
    connection = alias("combination", settings_of(edition, order))
    fields = {"name": models.CharField(max_length=20), "price": models.DecimalField(max_digits=9, decimal_places=2)}
    if "json" in order:
        fields["data"] = models.JSONField(null=True)
    part = model("Part", **fields)
    with connection.schema_editor() as editor:
        editor.create_model(part)
    try:
        rows = part.objects.using("combination")
        rows.create(name="bolt", price="1.50", **({"data": {"size": [1, 2]}} if "json" in order else {}))
        assert [row.name for row in rows.filter(price__gt=1)] == ["bolt"]
        if "json" in order:
            assert rows.filter(data__size__1=2).get().data == {"size": [1, 2]}
        assert rows.update(name="nut") == 1
        assert rows.delete()[0] == 1
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(part)


def test_aliases_with_other_plugins_side_by_side_in_threads(server, alias):
    entry = server.database("tempdb", plugins=["json"])
    plain = server.database("tempdb")
    alias("with_json", entry)
    alias("without", plain)
    reads_json = {}

    def work(name):
        connection = connections[name]
        reads_json[name] = connection.features.can_introspect_json_field
        connection.close()

    threads = [threading.Thread(target=work, args=(name,)) for name in ("with_json", "without") * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert reads_json == {"with_json": True, "without": False}


@pytest.fixture
def documented(tmp_path, monkeypatch):
    """The plugin guide's example as an importable module."""
    guide = Path(__file__).parents[2] / "packages" / "mssql-core" / "docs" / "plugins.md"
    code = re.search(r"<!-- example -->\n```python\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL).group(1)
    (tmp_path / "documented_plugin.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module("documented_plugin")


def test_the_plugin_of_the_guide_works_on_a_server(server, alias, documented):
    plugins = {"documented_plugin:AuditPlugin": {"application": "shop"}}
    connection = alias("audited", server.database("tempdb", plugins=plugins))
    price = type("Price", (models.DecimalField,), {"get_internal_type": lambda self: "Money"})
    item = model("Item", price=price(max_digits=9, decimal_places=2))
    with connection.schema_editor() as editor:
        editor.create_model(item)
    try:
        item.objects.using("audited").create(price="9.99")
        stored = item.objects.using("audited").annotate(mark=documented.Application()).get()
        assert (str(stored.price), stored.mark) == ("9.9900", "shop")
        columns = connection.introspection.get_table_description(connection.cursor(), item._meta.db_table)
        assert [column.data_type for column in columns] == ["bigint", "money"]
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(item)


@pytest.mark.parametrize(
    "plugins, words",
    [
        (["jsn"], ("jsn", "json")),
        ({"json": {"speed": 1}}, ("json", "speed")),
        ({"azure": {"credentials": "default"}}, ("azure", "credentials")),
        (["project.db:Missing"], ("project.db:Missing",)),
        ("json", ("plugins",)),
    ],
)
def test_errors_name_the_plugin_and_the_remedy(server, alias, plugins, words):
    with pytest.raises(ImproperlyConfigured) as error:
        alias("wrong", server.database("tempdb", plugins=plugins)).ensure_connection()
    assert all(word in str(error.value) for word in words), error.value
    assert server.password not in str(error.value)
