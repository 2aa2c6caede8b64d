"""The command, the context manager and the pytest fixture."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytds
import pytest

from mssql_sandbox import Sandbox, SandboxError
from mssql_sandbox.cli import VERSIONS, main


def connect(sandbox, **changed):
    facts = {"user": sandbox.user, "password": sandbox.password, "database": "app", **changed}
    return pytds.connect(sandbox.host, port=sandbox.port, autocommit=True, **facts)


def ask(connection, sql):
    cursor = connection.cursor()
    cursor.execute(sql)
    return cursor.fetchall()


def gone(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_until_gone(pid, seconds=120):
    deadline = time.monotonic() + seconds
    while not gone(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return gone(pid)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_starts(version):
    with Sandbox(version=version, databases=("app", "other")) as sandbox:
        if version in ("fabric", "warehouse"):
            with pytest.raises(pytds.OperationalError, match="Login failed"):
                connect(sandbox)
            return
        with connect(sandbox) as connection:
            assert ask(connection, "SELECT 1") == [(1,)]
            assert ask(connection, "SELECT DB_NAME()") == [("app",)]
        with connect(sandbox, database="other") as other:
            assert ask(other, "SELECT DB_NAME()") == [("other",)]


def test_context_manager():
    with Sandbox(journal=True) as sandbox:
        start = len(sandbox.journal_entries())
        with connect(sandbox) as connection:
            ask(connection, "SELECT 1")
        kinds = [entry["kind"] for entry in sandbox.journal_entries(start)]
        assert kinds == ["login", "batch"]
        assert [entry["text"] for entry in sandbox.journal_entries(kind="batch")] == ["SELECT 1"]
        assert sandbox.url.startswith("mssql://sa:")
        assert sandbox.url.endswith(f"@127.0.0.1:{sandbox.port}/app?TrustServerCertificate=yes")
        assert sandbox.password not in repr(sandbox)
        with open(sandbox.certificate) as certificate:
            assert certificate.read().startswith("-----BEGIN CERTIFICATE-----")
        assert sandbox.log == ""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((sandbox.host, sandbox.port), timeout=60)


def test_without_a_journal_there_are_no_entries():
    with pytest.raises(SandboxError, match="journal=True"):
        Sandbox().journal_entries()


def test_a_server_that_cannot_start_says_why():
    with pytest.raises(SandboxError, match="invalid choice: '1999'"):
        Sandbox(version="1999").start()


def test_the_server_ends_with_the_process_that_started_it(tmp_path):
    script = (
        "from mssql_sandbox import Sandbox; import time; s = Sandbox(); s.start();"
        "print(s._process.pid, s._folder, flush=True); time.sleep(300)"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment)
    pid, folder = parent.stdout.readline().split()
    parent.kill()
    parent.wait()
    assert wait_until_gone(int(pid))
    assert not os.path.exists(folder)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_stops_cleanly(tmp_path, number):
    ready = tmp_path / "ready"
    command = [sys.executable, "-m", "mssql_sandbox", "serve", "--port", "0", "--ready-file", str(ready)]
    environment = {**os.environ, "MSSQL_SANDBOX_PASSWORD": "Open-1", "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    line = process.stdout.readline()
    facts = json.loads(ready.read_text())
    assert line == f"mssql-sandbox 2022 listens on 127.0.0.1 port {facts['port']}\n"
    with pytds.connect("127.0.0.1", port=facts["port"], user="sa", password="Open-1") as connection:
        assert ask(connection, "SELECT 1") == [(1,)]
    process.send_signal(number)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0
    assert errors == ""
    assert list(tmp_path.glob("*sandbox-*")) == []


def processor_time(pid):
    """Seconds that a process itself has used."""
    with open(f"/proc/{pid}/stat") as stat:
        user, system = stat.read().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def test_the_end_does_not_take_longer_after_a_long_life():
    """Memory that has not been used for long may lie on a disk: nothing of it is needed to stop."""
    sandbox = Sandbox()
    sandbox.start()
    with connect(sandbox) as connection:
        for number in range(400):
            columns = ", ".join(f"{number}{column} AS c{column}" for column in range(40))
            assert len(ask(connection, f"SELECT {columns}")) == 1
    pid = sandbox._process.pid
    life = processor_time(pid)
    os.kill(pid, signal.SIGTERM)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # its times can still be read
    end = processor_time(pid) - life
    sandbox.stop()
    assert end < life / 25


def test_other_sessions_are_served_while_a_long_text_runs(mssql_sandbox):
    answers = []
    with connect(mssql_sandbox) as busy, connect(mssql_sandbox) as other:
        text = "DECLARE @x nvarchar(max) = N'" + "x" * 16_000_000 + "'; SELECT LEN(@x)"
        thread = threading.Thread(target=lambda: answers.append(("long", ask(busy, text))))
        thread.start()
        while thread.is_alive():
            answers.append(("short", ask(other, "SELECT 1")))
    assert answers[:3] == [("short", [(1,)])] * 3
    assert ("long", [(16_000_000,)]) in answers


def test_the_command_asks_for_a_password(monkeypatch, capsys):
    monkeypatch.delenv("MSSQL_SANDBOX_PASSWORD", raising=False)
    with pytest.raises(SystemExit) as caught:
        main(["serve"])
    assert caught.value.code == 2
    assert "MSSQL_SANDBOX_PASSWORD" in capsys.readouterr().err


def test_the_certificate_is_made_while_the_engine_starts(monkeypatch, capsys):
    order = []

    def server(**options):
        order.append("server")
        raise RuntimeError("no engine")

    monkeypatch.setattr("mssql_sandbox.engine.postgres.Cluster.launch", lambda cluster: order.append("launch"))
    monkeypatch.setattr("mssql_sandbox.wire.tls.make_contexts", lambda host: order.append(host))
    monkeypatch.setattr("mssql_sandbox.runtime.server.SandboxServer", server)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with pytest.raises(SystemExit, match="mssql-sandbox: no engine"):
        main(["serve", "--password", "x"])
    assert order == ["launch", "127.0.0.1", "server"]


def test_the_fixture_is_one_server(mssql_sandbox, request):
    assert request.getfixturevalue("mssql_sandbox") is mssql_sandbox
    with connect(mssql_sandbox) as connection:
        assert ask(connection, "SELECT 1") == [(1,)]
