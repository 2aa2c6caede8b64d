"""Django's tests, from the source distribution of the installed version."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

import django

CACHE = Path(__file__).parent / ".cache"
# Data of other tests, and apps for one other database.
_ELSEWHERE = {"gis_tests", "import_error_package", "postgres_tests", "requirements", "sphinx", "test_runner_apps"}


def tests_folder() -> Path:
    """The ``tests`` folder of the sdist of exactly the installed Django, downloaded once."""
    version = django.get_version()
    folder = CACHE / f"django-{version}"
    if not (folder / "tests" / "runtests.py").exists():
        _unpack(_download(version))
    return folder / "tests"


def test_apps() -> list[str]:
    """All folders with tests that run here: not those of PostGIS and its kin, nor of PostgreSQL."""
    return sorted(
        folder.parent.name
        for folder in tests_folder().glob("*/__init__.py")
        if folder.parent.name not in _ELSEWHERE and any(folder.parent.rglob("test*.py"))
    )


def _download(version: str) -> Path:
    CACHE.mkdir(exist_ok=True)
    archive = CACHE / f"django-{version}.tar.gz"
    if not archive.exists():
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "django",
             "--dest", str(CACHE), f"django=={version}"],
            check=True,
        )  # fmt: skip
        for found in CACHE.glob(f"[Dd]jango-{version}.tar.gz"):
            found.rename(archive)
    return archive


def _unpack(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(CACHE, filter="data")
        else:
            tar.extractall(CACHE)
    for found in CACHE.glob(archive.name.replace(".tar.gz", "").replace("django", "[Dd]jango")):
        found.rename(CACHE / found.name.lower())
