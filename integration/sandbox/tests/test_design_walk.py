"""The walk of a batch on the design page of mssql-core is that of the code."""

from __future__ import annotations

import ast
from pathlib import Path

from walks import calls, walk

import mssql_sandbox

ROOT = Path(mssql_sandbox.__file__).parent


def test_a_batch(client):
    """From the session on; before it, and for the answer, the wire is read by its names."""
    client.run("CREATE TABLE walked (id int PRIMARY KEY, name nvarchar(20))")
    text = "SELECT UPPER(name) FROM walked WHERE id = %d"
    client.run(text % 1)
    steps = walk("A batch in the sandbox")
    files = [name for name, _ in steps]
    assert len(files) == len(set(files)), "a file is named twice"
    called = calls(ROOT, lambda: client.run("/* another text */ " + text % 2))
    inside = [step for step in steps if not step[0].startswith("wire/")]
    assert [step for step in called if step in inside] == inside


def test_each_step_is_a_function_of_its_file():
    for name, function in walk("A batch in the sandbox"):
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, name
