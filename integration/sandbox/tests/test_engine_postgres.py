"""The private server: started, reachable by its socket only, gone with its process."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psycopg
import pytest

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
    deadline = time.monotonic() + 20
    while os.path.exists(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not os.path.exists(folder)
