"""The sandbox as a context manager: a server in a process of its own.

A client driver may hold the interpreter lock during a call (pyodbc does in
``fast_executemany``), so a server inside the client's process would deadlock.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Sequence
from urllib.parse import quote, urlencode

from .access_tokens import TokenIssuer
from .cli import ISSUER_VARIABLE, PASSWORD_VARIABLE, TOKEN_VARIABLE

START_TIMEOUT = 120.0  # seconds
STOP_TIMEOUT = 20.0


class SandboxError(RuntimeError):
    """The server did not start."""


class Sandbox:
    """A running server; ``with Sandbox(version="2022", databases=("app",)) as sandbox: ...``

    :param version: 2016, 2017, 2019, 2022, 2025, azure, managed-instance, fabric or warehouse.
    :param databases: databases to create at start; the first one is in :attr:`url`.
    :param journal: record every client message, for :meth:`journal_entries`.
    :param host: address to listen on.
    :param port: 0 takes a free port.
    :param token_issuer: the issuer of access tokens accepted besides :attr:`token`.
    :ivar user: SQL login of the server.
    :ivar password: its password, random for each server.
    :ivar token: an access token accepted instead of the password.
    :ivar certificate: path of the server's certificate (PEM), for clients that verify it.
    """

    def __init__(
        self,
        version: str = "2022",
        databases: Sequence[str] = ("app",),
        journal: bool = False,
        host: str = "127.0.0.1",
        port: int = 0,
        token_issuer: TokenIssuer | None = None,
    ) -> None:
        self.version = version
        self.token_issuer = token_issuer
        self.databases = tuple(databases)
        self.host = host
        self.port = port
        self.user = "sa"
        self.password = secrets.token_urlsafe(18) + "-Aa1"
        self.token = secrets.token_urlsafe(24)
        self.certificate = ""
        self._wants_journal = journal
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __repr__(self) -> str:
        return f"<Sandbox {self.version} at {self.host}:{self.port}>"

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """``mssql://user:password@host:port/database?TrustServerCertificate=yes``"""
        database = quote(self.databases[0] if self.databases else "master", safe="")
        options = urlencode({"TrustServerCertificate": "yes"})
        return f"mssql://{self.user}:{quote(self.password, safe='')}@{self.host}:{self.port}/{database}?{options}"

    @property
    def log(self) -> str:
        """The server's stderr (traces of internal errors)."""
        return self._file("log").read_text(encoding="utf-8", errors="replace")

    def journal_entries(self, start: int = 0, kind: str | None = None) -> list[dict[str, Any]]:
        """Messages the server received, oldest first.

        :param start: number of entries to skip, e.g. an earlier ``len(sandbox.journal_entries())``.
        :param kind: only entries of this kind: login, batch, rpc, tm, bulk, attention, reset.
        :raises SandboxError: without ``journal=True``.
        """
        if not self._wants_journal:
            raise SandboxError("no journal: make the sandbox with journal=True")
        path = self._file("journal")
        lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
        entries = [json.loads(line) for line in lines[start:]]
        return [entry for entry in entries if kind is None or entry["kind"] == kind]

    def start(self) -> None:
        """Start the server and wait until it answers.

        :raises SandboxError: with the server's log when it exits or does not answer in time.
        """
        if self._process is not None:
            raise SandboxError("the sandbox is already running")
        self._folder = Path(tempfile.mkdtemp(prefix="mssql-sandbox-"))
        self.certificate = str(self._file("certificate.pem"))
        environment = {**os.environ, PASSWORD_VARIABLE: self.password, TOKEN_VARIABLE: self.token}
        if self.token_issuer is not None:
            environment[ISSUER_VARIABLE] = self.token_issuer.to_json()
        with open(self._file("log"), "wb") as log:
            self._process = subprocess.Popen(
                self._command(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log, env=environment
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server and remove its files; a second call does nothing."""
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            process.stdin.close()
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _file(self, name: str) -> Path:
        if self._folder is None:
            raise SandboxError("the sandbox is not running")
        return self._folder / name

    def _command(self) -> list[str]:
        command = [
            sys.executable, "-m", "mssql_sandbox", "serve", "--version", self.version,
            "--watch-parent", str(self._folder), "--host", self.host, "--port", str(self.port), "--login", self.user,
            "--certificate", self.certificate, "--ready-file", str(self._file("ready")),
        ]  # fmt: skip
        for database in self.databases:
            command += ["--database", database]
        if self._wants_journal:
            command += ["--journal", str(self._file("journal"))]
        return command

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        ready = self._file("ready")
        deadline = time.monotonic() + START_TIMEOUT
        while not ready.exists():
            if self._process.poll() is not None:
                raise SandboxError(f"the sandbox did not start: {self.log.strip()[-2000:]}")
            if time.monotonic() > deadline:
                raise SandboxError(f"the sandbox did not start within {START_TIMEOUT:.0f} s: {self.log[-2000:]}")
            time.sleep(0.005)
        self.port = json.loads(ready.read_text(encoding="ascii"))["port"]
