"""A share of ``hatch run volume``: every object is the right one, whatever its key."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import models
from volume import page

INTEGRATION = Path(__file__).parents[1]


SHARES = [
    ("2016:120", ["text", "uuid"], "--no-memory"),
    ("2025", ["identity", *["composite"] * hasattr(models, "CompositePrimaryKey")], "--shuffled"),
]


@pytest.mark.parametrize(("version", "keys", "option"), SHARES)
def test_many_objects(version, keys, option):
    command = [sys.executable, "-m", "volume", "--count", "600", "--servers", version, option, "--keys", *keys]
    done = subprocess.run(command, cwd=INTEGRATION, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    for key in keys:
        assert f"| `{key}` | delete |" in done.stdout


def test_the_page_says_what_was_kept():
    assert page.PAGE.read_text(encoding="utf-8") == page.text(page.load())
