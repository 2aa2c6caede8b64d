"""A share of ``hatch run volume``: every object is the right one, whatever its key."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import models

INTEGRATION = Path(__file__).parents[1]


SHARES = [("2016", ["text", "uuid"]), ("2025", ["identity", *["composite"] * hasattr(models, "CompositePrimaryKey")])]


@pytest.mark.parametrize(("version", "keys"), SHARES)
def test_many_objects(version, keys):
    command = [sys.executable, "-m", "volume", "--count", "600", "--servers", version, "--no-memory", "--keys", *keys]
    done = subprocess.run(command, cwd=INTEGRATION, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    for key in keys:
        assert f"| `{key}` | delete |" in done.stdout
