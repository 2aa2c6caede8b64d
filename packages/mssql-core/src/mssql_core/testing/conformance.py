"""What every plugin has to keep: subclass PluginConformance in the plugin's tests."""

import ast
import importlib
from pathlib import Path

from django.db.backends.base import features
from django.db.models import Lookup
from django.db.models.expressions import BaseExpression

from ..checks.validation import DatabaseValidation
from ..client import DatabaseClient
from ..creation import DatabaseCreation
from ..introspection.base import DatabaseIntrospection
from ..operations.base import DatabaseOperations
from ..plugin import Capability, DataType, Edition, ServerInfo, manager
from ..schema.editor import DatabaseSchemaEditor
from .server import fake_connection

_BASES = {
    "client": DatabaseClient,
    "creation": DatabaseCreation,
    "introspection": DatabaseIntrospection,
    "operations": DatabaseOperations,
    "schema": DatabaseSchemaEditor,
    "validation": DatabaseValidation,
}


class PluginConformance:
    """Tests of a plugin's manners.

    Set ``plugin`` to the path as in OPTIONS (``"package.module:Class"``), and ``options``.
    """

    plugin = None
    options = {}

    def connection(self, **arguments):
        return fake_connection(plugins={self.plugin: self.options}, **arguments)

    def results(self, hook, **arguments):
        found = manager.results(self.connection().plugins, hook, **arguments)
        return [result for name, result in found if name == self.plugin and result]

    def test_its_hooks_exist(self):
        # A misspelt hook is refused here.
        assert self.connection().plugins.get_plugin(self.plugin) is not None

    def test_it_changes_no_class_of_django(self):
        before = _vendor_methods()
        self.connection(version="2025").ensure_connection()
        assert _vendor_methods() == before

    def test_its_features_are_django_s(self):
        for flags in self.results("mssql_features"):
            unknown = [name for name in flags if not hasattr(features.BaseDatabaseFeatures, name)]
            # Flags of newer Django versions are unknown to older ones.
            assert all(name.replace("_", "").isalnum() for name in unknown)

    def test_its_mixins_extend_components(self):
        for mixins in self.results("mssql_mixins"):
            for component, mixin in mixins.items():
                assert component in _BASES
                public = [name for name in vars(mixin) if not name.startswith("_")]
                assert [name for name in public if not hasattr(_BASES[component], name)] == []

    def test_its_compilers_are_functions_of_classes(self):
        for table in self.results("mssql_compilers"):
            assert all(isinstance(node, type) and callable(function) for node, function in table.items())

    def test_its_capabilities_are_known_for_every_edition(self):
        for edition in Edition:
            server = ServerInfo(edition, (16, 0, 0, 0), 160, "Latin1_General_100_CI_AS", True)
            for found in self.results("mssql_capabilities", server=server):
                assert all(isinstance(key, Capability) and isinstance(has, bool) for key, has in found.items())

    def test_its_data_types_are_declared(self):
        connection = self.connection()
        for found in self.results("mssql_data_types", server=connection.server):
            assert all(isinstance(data_type, DataType) for data_type in found.values())

    def test_its_repr_hides_its_options(self):
        text = repr(self.connection().plugins.get_plugin(self.plugin))
        secrets = [value for value in self.options.values() if isinstance(value, str) and len(value) > 5]
        assert [value for value in secrets if value in text] == []

    def test_it_imports_only_the_door(self):
        module = importlib.import_module(self.plugin.partition(":")[0])
        package = importlib.import_module(module.__name__.partition(".")[0])
        for path in Path(package.__file__).parent.rglob("*.py"):
            wrong = [name for name in _imports(path) if name.startswith("mssql_") and not _allowed(name, package)]
            assert wrong == [], path.name


def _allowed(name, package):
    return name in ("mssql_core.plugin", "mssql_core.testing") or name.partition(".")[0] == package.__name__


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


def _vendor_methods():
    """Classes of expressions and lookups with methods for this vendor, which nothing may add."""
    found, classes = set(), [BaseExpression, Lookup]
    while classes:
        kind = classes.pop()
        classes += kind.__subclasses__()
        if "as_microsoft" in vars(kind):
            found.add(kind)
    return found
