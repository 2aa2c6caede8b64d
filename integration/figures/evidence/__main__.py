"""``hatch run evidence``: figures of how close the sandbox is to SQL Server.

Refusals and answers of the corpora by version, the table of versions, broken clients survived, connections held,
the server's own time. ``--peer`` adds what mssql-django fails without an explanation (a run of half an hour).

``--server mssql://user:password@host:port/master?option=value`` asks a real server every refusal and answer instead
and prints where the two differ, as entries for the corpus. It works in two databases of its own, which it drops.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Sequence

from mssql_sandbox.versions import VERSIONS as PLAYED

TESTS = Path(__file__).parents[2] / "sandbox" / "tests"
sys.path.insert(0, str(TESTS))

from corpus.answers import run_answers  # noqa: E402
from corpus.refusals import run_refusals  # noqa: E402
from corpus.versions import run_versions  # noqa: E402
from ddl_support import Client, start_server  # noqa: E402
from wire_fuzz import hold_connections, run_fuzz, sessions_left, still_answers  # noqa: E402

from figures.evidence.own_time import own_times  # noqa: E402

# A warehouse is for reading, and has tests of its own.
VERSIONS = tuple(name for name in PLAYED if name != "warehouse")


class Report:
    """Prints one line per figure and remembers whether all were complete."""

    def __init__(self) -> None:
        self.sound = True

    def line(self, name: str, passed: int, total: int, failures: Sequence[str] = ()) -> None:
        print(f"{name:<44} {passed} of {total}", flush=True)
        for failure in failures:
            print(f"    {failure}")
        self.sound = self.sound and passed >= total


def corpora(report: Report, versions: list[str]) -> None:
    for title, judge in (("refusals", run_refusals), ("answers", run_answers)):
        for version in versions:
            server = start_server(version)
            try:
                result = judge(Client(server))
            finally:
                server.close()
            report.line(f"{title}, {version}", result.passed, result.total, result.failures)


def table_of_versions(report: Report) -> None:
    with ExitStack() as stack:
        clients: dict[str, Client] = {}

        def session_of(version: str) -> Client:
            if version not in clients:
                server = start_server(version)
                stack.callback(server.close)
                clients[version] = Client(server)
            return clients[version]

        result = run_versions(session_of)
    report.line("versions table", result.passed, result.total, result.failures)


def wire(report: Report, cases: int, connections: int) -> None:
    from mssql_sandbox.api import Sandbox

    with Sandbox() as sandbox:
        target: Any = sandbox
        report.line("connections held", hold_connections(target, connections), connections)
        report.line("broken clients survived", run_fuzz(target, cases), cases)
        still_answers(target)
        left = sessions_left(target)
        print(f"{'sessions left behind':<44} {left}")
        report.sound = report.sound and not left


def speed() -> None:
    """Figures, not a verdict: the aims are 1 ms and 5 ms."""
    server = start_server()
    try:
        for kind, milliseconds in own_times(Client(server)):
            print(f"{f'own time of a {kind} statement':<44} {milliseconds:.2f} ms (median)", flush=True)
    finally:
        server.close()


def against(url: str, themes: Sequence[str]) -> int:
    """Ask a real server; the exit status is 1 when it contradicts the corpora anywhere."""
    from harness.server import Server

    from figures.evidence.comparison import differences
    from figures.evidence.remote import RemoteSession, scratch_databases

    server = Server.from_url(url)
    total = contradicted = 0
    with scratch_databases(server) as databases:
        session = RemoteSession(server, databases)
        try:
            for difference in differences(session, themes):
                total += 1
                if difference is not None:
                    contradicted += 1
                    print(difference, flush=True)
        finally:
            session.close()
    print(f"# {session.version}: {total - contradicted} of {total} confirmed by the server")
    return int(contradicted > 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000, help="broken clients")
    parser.add_argument("--connections", type=int, default=200, help="connections at once")
    parser.add_argument("--versions", nargs="*", default=list(VERSIONS))
    parser.add_argument("--peer", action="store_true", help="also run mssql-django's suite")
    parser.add_argument("--server", metavar="URL", help="a real server to be asked instead of the sandbox")
    parser.add_argument("--themes", nargs="*", default=[], help="with --server: files of the corpora, all by default")
    arguments = parser.parse_args()
    if arguments.server:
        return against(arguments.server, arguments.themes)
    report = Report()
    corpora(report, arguments.versions)
    table_of_versions(report)
    speed()
    wire(report, arguments.cases, arguments.connections)
    if arguments.peer:
        report.sound = not subprocess.call(["hatch", "run", "peer:run"]) and report.sound
    return int(not report.sound)


if __name__ == "__main__":
    sys.exit(main())
