"""Conformance tests for plugins: subclass PluginConformance."""

import ast
import importlib
import os
from pathlib import Path
from types import ModuleType
from typing import Any, Iterable, Iterator, List, Mapping, Sequence, Set

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base import features
from django.db.models import Lookup
from django.db.models.expressions import BaseExpression

from ..checks.validation import DatabaseValidation
from ..client import DatabaseClient
from ..creation import DatabaseCreation
from ..introspection.base import DatabaseIntrospection
from ..operations.base import DatabaseOperations
from ..plugin import Capability, DataType, Driver, Edition, ServerInfo, manager
from ..plugin.django_types import Connection
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
    """Tests of the rules for every plugin.

    They need no server and no DATABASES, but configured Django settings: ``settings.configure()`` is enough, with
    ``USE_TZ`` if the plugin reads it, and INSTALLED_APPS with ``django.setup()`` if it looks at models.

    :cvar plugin: its path as in OPTIONS: ``"package.module:Class"``.
    :cvar options: the plugin's options, at least the required ones.
    :cvar settings: what the plugin needs of DATABASES[alias], such as ``{"HOST": "sql.example.com"}``.
    """

    plugin = ""
    options: Mapping[str, Any] = {}
    settings: Mapping[str, Any] = {}

    def connection(self, **arguments: Any) -> Connection:
        """A connection to a fake server with this plugin only; see :func:`mssql_core.testing.fake_connection`.

        :raises ImproperlyConfigured: the plugin's path or Django's settings are missing.
        """
        if not self.plugin:
            raise ImproperlyConfigured(
                "%s.plugin is not set: it is the plugin's path, 'package.module:Class'." % type(self).__name__
            )
        if not django_settings.configured and not os.environ.get("DJANGO_SETTINGS_MODULE"):
            raise ImproperlyConfigured(
                "PluginConformance needs Django's settings: call django.conf.settings.configure() in conftest.py, or name "
                "a module in DJANGO_SETTINGS_MODULE. It needs no DATABASES."
            )
        return fake_connection(plugins={self.plugin: self.options}, settings=self.settings, **arguments)

    def results(self, hook: str, **arguments: Any) -> List[Any]:
        # Kept until all have answered: with a connection go the hooks of its plugins.
        connection = self.connection()
        results = manager.results(connection.plugins, hook, **arguments)
        return [result for name, result in results if name == self.plugin and result]

    def test_its_hooks_exist(self) -> None:
        # Loading the plugin refuses a misspelt hook.
        assert self.connection().plugins.get_plugin(self.plugin) is not None

    def test_it_changes_no_class_of_django(self) -> None:
        before = _vendor_methods()
        self.connection(version="2025").ensure_connection()
        _refuse("methods as_microsoft, which it gave to", [str(kind) for kind in _vendor_methods() - before])

    def test_its_features_are_django_s(self) -> None:
        for flags in self.results("mssql_features"):
            unknown = [name for name in flags if not hasattr(features.BaseDatabaseFeatures, name)]
            # A flag of a newer Django is unknown to an older one.
            _refuse("features", [name for name in unknown if not name.replace("_", "").isalnum()])

    def test_its_mixins_extend_components(self) -> None:
        for mixins in self.results("mssql_mixins"):
            _refuse("components", [name for name in mixins if name not in _BASES])
            for component, mixin in mixins.items():
                _refuse("public names that core never calls", list(_unknown_names(mixin, _BASES[component])))
                _refuse("private names of core", list(_private_names_of_core(mixin, _BASES[component])))

    def test_its_driver_has_all_that_core_asks_for(self) -> None:
        for driver in self.results("mssql_driver", settings=self.connection().options_read()):
            missing = [name for name in _members(Driver) if not hasattr(driver, name)]
            assert missing == [], "The driver lacks: %s. See mssql_core.plugin.Driver." % ", ".join(missing)

    def test_its_compilers_are_functions_of_classes(self) -> None:
        for table in self.results("mssql_compilers"):
            wrong = [node for node, function in table.items() if not (isinstance(node, type) and callable(function))]
            _refuse("compilers", wrong)

    def test_its_capabilities_are_known_for_every_edition(self) -> None:
        for edition in Edition:
            server = ServerInfo(edition, (16, 0, 0, 0), 160, "Latin1_General_100_CI_AS", True)
            for capabilities in self.results("mssql_capabilities", server=server):
                items = capabilities.items()
                wrong = [key for key, has in items if not (isinstance(key, Capability) and isinstance(has, bool))]
                _refuse("capabilities", wrong)

    def test_its_data_types_are_declared(self) -> None:
        connection = self.connection()
        for data_types in self.results("mssql_data_types", server=connection.server):
            wrong = [name for name, data_type in data_types.items() if not isinstance(data_type, DataType)]
            _refuse("column types, which are no DataType", wrong)

    def test_its_repr_hides_its_options(self) -> None:
        text = repr(self.connection().plugins.get_plugin(self.plugin))
        secrets = [name for name, value in self.options.items() if isinstance(value, str) and len(value) > 5]
        # Names only: the report must not show the values.
        _refuse("repr, which shows options", [name for name in secrets if self.options[name] in text])

    def test_it_imports_only_the_door(self) -> None:
        module = importlib.import_module(self.plugin.partition(":")[0])
        package = importlib.import_module(module.__name__.partition(".")[0])
        for path in _sources(package):
            wrong = [name for name in _imports(path) if name.startswith("mssql_") and not _allowed(name, package)]
            _refuse("imports in %s" % path.name, wrong)


def _refuse(kind: str, wrong: Sequence[object]) -> None:
    """:raises AssertionError: listing ``wrong``, unless it is empty."""
    assert not wrong, "The plugin has %s that it should not have: %s." % (kind, ", ".join(map(str, wrong)))


def _members(protocol: type) -> List[str]:
    return [name for name, value in vars(protocol).items() if _is_member(name, value)]


def _is_member(name: str, value: object) -> bool:
    return (callable(value) or isinstance(value, property)) and not name.startswith("_")


def _unknown_names(mixin: type, component: type) -> Iterator[str]:
    """Public names of the mixin that the component does not have."""
    for name in vars(mixin):
        if not name.startswith("_") and not hasattr(component, name):
            yield name


def _private_names_of_core(mixin: type, component: type) -> Iterator[str]:
    """Private names of core, which may change; private names of Django's classes may be overridden."""
    for name in vars(mixin):
        owners = [kind.__module__ for kind in component.__mro__ if name in vars(kind)]
        if name.startswith("_") and owners and not any(owner.startswith("django.") for owner in owners):
            if not name.startswith("__"):
                yield name


def _allowed(name: str, package: ModuleType) -> bool:
    return name in ("mssql_core.plugin", "mssql_core.testing") or name.partition(".")[0] == package.__name__


def _sources(package: ModuleType) -> Iterable[Path]:
    """The files of a package, or of a top-level module."""
    path = Path(str(package.__file__))
    return path.parent.rglob("*.py") if hasattr(package, "__path__") else [path]


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module)


def _vendor_methods() -> Set[type]:
    """Expression and lookup classes with an ``as_microsoft`` method, which no plugin may add."""
    with_methods, classes = set(), [BaseExpression, Lookup]
    while classes:
        kind = classes.pop()
        classes += kind.__subclasses__()
        if "as_microsoft" in vars(kind):
            with_methods.add(kind)
    return with_methods
