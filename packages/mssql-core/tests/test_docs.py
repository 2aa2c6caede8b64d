"""The documentation of plugins is true: every hook has a heading, and the example works."""

import inspect
import re
from pathlib import Path

import pluggy
from mssql_core.plugin import hookspecs, manager

DOCS = Path(__file__).parent.parent / "docs"


def test_every_hook_has_a_heading_with_its_signature():
    headings = re.findall(r"^## (mssql_\w+\(.*\))$", (DOCS / "plugins.md").read_text(encoding="utf-8"), re.M)
    expected = [
        "%s(%s)" % (name, ", ".join(inspect.signature(function).parameters))
        for name, function in vars(hookspecs).items()
        if name.startswith("mssql_")
    ]
    assert sorted(headings) == sorted(expected)


def test_the_example_is_a_plugin():
    text = (DOCS / "plugins.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"<!-- example -->\n```python\n(.*?)```", text, re.S)
    assert len(example.splitlines()) < 40
    names = {}
    exec(example, names)
    plugins = pluggy.PluginManager("mssql_core")
    plugins.add_hookspecs(hookspecs)
    plugins.register(names["AuditPlugin"](key="it's"), "audit")
    plugins.check_pending()
    ((name, statements),) = manager.results(plugins, "mssql_session_sql", server=None)
    assert statements == ["EXEC sp_set_session_context N'it''s', N'shop'"]


def test_every_option_is_documented():
    from mssql_core.settings import OPTIONS

    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    only_for_dbshell = {"db", "host", "passwd", "port", "read_default_file", "user"}
    missing = [name for name in OPTIONS - only_for_dbshell if "`%s`" % name not in text]
    assert missing == []
