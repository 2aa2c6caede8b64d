"""The documentation says what the code does."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from mssql_core import errors
from mssql_core.connection import settings
from mssql_core.plugin import Capability, hookspecs
from mssql_core.testing import PluginConformance, fake_connection

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def page(name):
    return (DOCS / name).read_text(encoding="utf-8")


HOOK_SOURCE = re.compile(
    r"^# -+ (?P<section>.*?) -+$|"
    r'^def (?P<signature>mssql_\w+\(.*?\) -> .*?):(?:  #.*)?\n    """(?P<text>(?:.|\n)*?)"""',
    re.MULTILINE,
)


def hooks():
    """(section or None, signature or None, docstring) in the order of the source."""
    source = Path(hookspecs.__file__).read_text(encoding="utf-8")
    matches = [(match["section"], match["signature"], match["text"]) for match in HOOK_SOURCE.finditer(source)]
    assert len([signature for _, signature, _ in matches if signature]) == source.count("\n@hookspec")
    return matches


def test_each_hook_s_signature_is_a_heading_in_its_section():
    expected = [
        "## %s%s" % (section[0].upper(), section[1:]) if section else "### `%s`" % signature
        for section, signature, _ in hooks()
    ]
    headings = re.findall(r"^##.*$", page("hooks.md"), re.MULTILINE)
    assert headings == [*expected, "## What else the door has"]


@pytest.mark.parametrize(("signature", "text"), [(signature, text) for _, signature, text in hooks() if signature])
def test_each_hook_s_page_says_what_its_docstring_says(signature, text):
    words = re.sub(r":param (\w+):", r"- `\1`:", text)
    words = re.sub(r":(returns|raises \w+):", r"- \1:", words).replace("``", "`")
    section = page("hooks.md").partition("### `%s`\n" % signature)[2]
    assert re.split(r"\n##", section)[0].split() == words.split()


def test_each_option_is_listed():
    text = page("settings.md")
    assert [name for name in sorted(settings.OPTIONS | set(settings.WITHOUT_EFFECT)) if "`%s`" % name not in text] == []


def test_each_capability_is_listed_with_its_source():
    text = page("compatibility.md")
    for capability in Capability:
        assert "| `%s` |" % capability.name in text
        assert "(%s) |" % capability.source in text


def test_each_fault_is_listed_with_its_source():
    text = page("connections.md")
    for fault, codes, source in errors.FAULTS:
        assert "| `%s` | %s | [" % (fault.name, ", ".join(map(str, codes))) in text
        assert "(%s) |" % source in text


def test_links_between_pages_lead_somewhere():
    for path in [ROOT / "README.md", *DOCS.glob("*.md")]:
        for target in re.findall(r"\]\(([\w./-]+\.md)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), "%s: %s" % (path.name, target)


@pytest.fixture
def example(tmp_path, monkeypatch):
    """The plugin of the guide, as a module of its own."""
    text = re.search(r"<!-- example -->\n```python\n(.*?)```", page("plugins.md"), re.DOTALL).group(1)
    assert len(text.splitlines()) < 40
    path = tmp_path / "documented_plugin.py"
    path.write_text(text, encoding="utf-8")
    specification = importlib.util.spec_from_file_location("documented_plugin", str(path))
    module = importlib.util.module_from_spec(specification)
    monkeypatch.setitem(sys.modules, "documented_plugin", module)
    specification.loader.exec_module(module)
    return module


class TestExample(PluginConformance):
    """The plugin guide's example keeps the rules and works."""

    plugin = "documented_plugin:AuditPlugin"
    options = {"application": "shop"}

    @pytest.fixture(autouse=True)
    def module(self, example):
        self.example = example

    def test_it_imports_only_the_door(self):
        text = Path(self.example.__file__).read_text(encoding="utf-8")
        assert re.findall(r"from (mssql_\S+)", text) == ["mssql_core.plugin"]

    def test_it_works(self):
        from django.contrib.auth.models import User

        from mssql_core.testing import compile_sql

        connection = self.connection()
        connection.ensure_connection()
        assert connection.driver.sql[-1] == "EXEC sp_set_session_context N'application', N'shop'"
        assert connection.data_types["Money"] == "money"
        queryset = User.objects.annotate(mark=self.example.Application()).values_list("mark")
        sql, _ = compile_sql(queryset, connection)
        assert sql == "SELECT CAST(SESSION_CONTEXT(N'application') AS nvarchar(100)) AS [mark] FROM [auth_user]"

    def test_its_own_option_is_checked(self):
        from django.core.exceptions import ImproperlyConfigured

        with pytest.raises(ImproperlyConfigured, match="letters and digits"):
            fake_connection(plugins={self.plugin: {"application": "x'; DROP"}})
