"""The ``mssql-sandbox`` command."""

import argparse
import hmac
import json
import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import Callable, Sequence

from .__about__ import __version__

VERSIONS = ("2016", "2017", "2019", "2022", "2025", "azure", "managed-instance", "fabric", "warehouse")
PASSWORD_VARIABLE = "MSSQL_SANDBOX_PASSWORD"
TOKEN_VARIABLE = "MSSQL_SANDBOX_TOKEN"
# JSON of an access_tokens.TokenIssuer.
ISSUER_VARIABLE = "MSSQL_SANDBOX_TOKEN_ISSUER"
_PARENT_CHECK = 1.0  # seconds


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point; exits with 2 on wrong arguments, 1 when the server cannot start."""
    parser = _parser()
    options = parser.parse_args(arguments)
    password = options.password or os.environ.get(PASSWORD_VARIABLE)
    if not password:
        parser.error(f"no password for the login {options.login}: give --password or set {PASSWORD_VARIABLE}")
    try:
        _serve(options, password)
    except (OSError, RuntimeError, ValueError) as error:
        sys.exit(f"mssql-sandbox: {error}")
    # All is closed. Skip the interpreter's teardown, which is slow after a long run.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mssql-sandbox", description="A strict local SQL Server.")
    parser.add_argument("--version", action="version", version=f"mssql-sandbox {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="run a server until it is interrupted")
    serve.add_argument("--version", choices=VERSIONS, default="2022", help="what to play (default: 2022)")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, default=1433, help="0 takes a free port (default: 1433)")
    serve.add_argument("--login", default="sa", help="name of the SQL login (default: sa)")
    serve.add_argument("--password", help=f"password of the login (default: ${PASSWORD_VARIABLE})")
    serve.add_argument(
        "--database", action="append", default=[], metavar="NAME", help="database to create; may be repeated"
    )
    serve.add_argument("--journal", metavar="FILE", help="append one JSON line per client message")
    serve.add_argument("--certificate", metavar="FILE", help="write the server's certificate (PEM), to be trusted")
    serve.add_argument("--ready-file", metavar="FILE", help="write host and port as JSON once the server answers")
    # For mssql_sandbox.api: end with the parent process, and remove its folder if it died.
    serve.add_argument("--watch-parent", metavar="FOLDER", help=argparse.SUPPRESS)
    return parser


def _serve(options: argparse.Namespace, password: str) -> None:
    # Imported here: --help and wrong arguments need no engine, and the engine starts during the other imports.
    from .engine.postgres import Cluster

    cluster = Cluster()
    cluster.launch()
    from .access_tokens import TokenIssuer
    from .runtime.server import SandboxServer
    from .wire.server import Listener
    from .wire.tls import make_contexts

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid()
    if options.watch_parent:
        threading.Thread(target=_wait_for_end_of_input, args=(stop,), daemon=True).start()
    contexts = make_contexts(options.host)
    server = SandboxServer(
        cluster=cluster,
        version=options.version,
        logins={options.login: password},
        databases=options.database,
        token_check=_token_check(os.environ.get(TOKEN_VARIABLE), options.login),
        token_issuer=TokenIssuer.from_json(issuer) if (issuer := os.environ.get(ISSUER_VARIABLE)) else None,
    )
    try:
        listener = Listener(server, options.host, options.port, options.journal, contexts)
        try:
            _announce(options, listener.port, listener.certificate)
            while not stop.wait(_PARENT_CHECK):
                if options.watch_parent and os.getppid() != parent:
                    break
        finally:
            listener.close()
    finally:
        server.close()
        if options.watch_parent and os.getppid() != parent:
            shutil.rmtree(options.watch_parent, ignore_errors=True)


def _token_check(accepted: str | None, user: str) -> Callable[[str], str | None] | None:
    if not accepted:
        return None
    return lambda token: user if hmac.compare_digest(token.encode(), accepted.encode()) else None


def _announce(options: argparse.Namespace, port: int, certificate: str) -> None:
    if options.certificate:
        Path(options.certificate).write_text(certificate, encoding="ascii")
    if options.ready_file:
        # Renamed into place, so that readers never see half a file.
        path = Path(options.ready_file)
        draft = path.with_name(path.name + ".part")
        draft.write_text(json.dumps({"host": options.host, "port": port}), encoding="ascii")
        draft.replace(path)
    print(f"mssql-sandbox {options.version} listens on {options.host} port {port}", flush=True)


def _wait_for_end_of_input(stop: threading.Event) -> None:
    """Wait until stdin closes, which happens when the parent process dies."""
    # Not through sys.stdin, whose lock this thread would hold at the interpreter's exit.
    while os.read(0, 4096):
        pass
    stop.set()


if __name__ == "__main__":
    main()
