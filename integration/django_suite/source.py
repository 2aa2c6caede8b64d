"""Django's tests, from the source distribution of the installed version."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from harness import needs

CACHE = Path(__file__).parent / ".cache"
# Data of other tests, and apps for one other database.
_ELSEWHERE = {"gis_tests", "import_error_package", "postgres_tests", "requirements", "sphinx", "test_runner_apps"}


@dataclass(frozen=True)
class Python:
    """A Python that has a Django, mssql_core and what Django's tests need.

    :ivar command: runs it; by default this process's own.
    """

    command: tuple[str, ...] = (sys.executable,)

    @cached_property
    def django(self) -> str:
        """The version of its Django, as 5.2.1."""
        question = [*self.command, "-c", "import django; print(django.get_version())"]
        return subprocess.run(question, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()

    def tests_folder(self) -> Path:
        """The ``tests`` folder of the sdist of exactly its Django, downloaded once.

        :raises needs.Missing: it is not here, and no index has it.
        """
        folder = CACHE / f"django-{self.django}"
        if not (folder / "tests" / "runtests.py").exists():
            _unpack(self._download())
        return folder / "tests"

    def test_apps(self) -> list[str]:
        """All folders with tests that run here: not those for spatial databases and for PostgreSQL."""
        return sorted(
            folder.parent.name
            for folder in self.tests_folder().glob("*/__init__.py")
            if folder.parent.name not in _ELSEWHERE and any(folder.parent.rglob("test*.py"))
        )

    def _download(self) -> Path:
        CACHE.mkdir(exist_ok=True)
        archive = CACHE / f"django-{self.django}.tar.gz"
        if not archive.exists():
            download = "-m pip download --quiet --no-deps --no-binary django --dest".split()
            command = [*self.command, *download, str(CACHE), f"django=={self.django}"]
            needs.fetch(command, f"the source of Django {self.django}, which has its tests,")
            for downloaded in CACHE.glob(f"[Dd]jango-{self.django}.tar.gz"):
                downloaded.rename(archive)
        return archive


def _unpack(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(CACHE, filter="data")
        else:
            tar.extractall(CACHE)
    for unpacked in CACHE.glob(archive.name.replace(".tar.gz", "").replace("django", "[Dd]jango")):
        unpacked.rename(CACHE / unpacked.name.lower())
