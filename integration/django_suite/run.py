"""``hatch run suite APP...``: Django's test apps on the sandbox (or MSSQL_TEST_URL), with a report.

Each app runs in a process of its own, so that a crash or a hang ends one app only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import django

from . import source
from .expectations import load_refused

HERE = Path(__file__).parent
REPORTS = HERE / "reports"
COUNTED = ("passed", "failed", "error", "unexpected success", "expected failure")

DEFAULT_APPS = (
    "basic bulk_create lookup queries aggregation annotations expressions expressions_case expressions_window "
    "many_to_many many_to_one one_to_one ordering pagination prefetch_related select_related select_for_update "
    "transactions update delete get_or_create model_fields constraints indexes introspection inspectdb schema "
    "migrations backends db_functions datetimes dates timezones validation auth_tests contenttypes_tests"
).split()


def server_from_url(url: str) -> dict:
    """``mssql://user:password@host:port/name?option=value`` as connection settings."""
    parts = urlsplit(url)
    return {
        "host": parts.hostname,
        "port": parts.port or 1433,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "options": dict(parse_qsl(parts.query)),
    }


def run_app(
    app: str, server: dict, out: Path, arguments: argparse.Namespace, settings: str = "django_suite.suite_settings"
) -> dict:
    """Run one app; its outcomes go to ``out/app.jsonl``, its output to ``out/app.log``."""
    tests = source.tests_folder()
    outcomes = out / f"{app.replace('.', '_')}.jsonl"
    outcomes.unlink(missing_ok=True)
    outcomes.touch()
    environment = {
        **os.environ,
        "MSSQL_SUITE_SERVER": json.dumps(server),
        "MSSQL_SUITE_LABEL": app.split(".")[0],
        "MSSQL_SUITE_OUTCOMES": str(outcomes),
        "PYTHONPATH": os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")]),
        "PYTHONWARNINGS": "ignore",
    }
    command = [sys.executable, "runtests.py", app, f"--settings={settings}", "--parallel=1",
               "--noinput", *(["-k", arguments.k] if arguments.k else [])]  # fmt: skip
    started = time.monotonic()
    with open(out / f"{app.replace('.', '_')}.log", "w", encoding="utf-8") as log:
        try:
            code = subprocess.run(
                command, cwd=tests, env=environment, stdout=log, stderr=subprocess.STDOUT, timeout=arguments.timeout
            ).returncode
        except subprocess.TimeoutExpired:
            code = "timeout"
    results = [json.loads(line) for line in outcomes.read_text(encoding="utf-8").splitlines()]
    counts = Counter(result["outcome"] for result in results)
    summary = {"app": app, "exit": code, "seconds": round(time.monotonic() - started, 1), **counts}
    # runtests ends with 0 or 1 after it ran to the end; no result at all means it never started.
    summary["dead"] = code not in (0, 1) or not results
    print(_line(summary), flush=True)
    return {"summary": summary, "results": results}


def save_journal(sandbox, out: Path) -> None:
    """What the sandbox received, for ``python -m django_suite.journal``: does all of it parse?"""
    with open(out / "journal.jsonl", "w", encoding="utf-8") as journal:
        journal.writelines(json.dumps(entry) + "\n" for entry in sandbox.journal_entries())


def _line(summary: dict) -> str:
    counts = ", ".join(f"{summary[key]} {key}" for key in (*COUNTED, "skipped") if summary.get(key))
    dead = f"  DID NOT FINISH (exit {summary['exit']})" if summary["dead"] else ""
    return f"{summary['app']:<24} {summary['seconds']:>6} s  {counts}{dead}"


def write_report(runs: list[dict], out: Path) -> tuple[int, int, int]:
    """The report as Markdown: a line an app, then each failing test with its reason."""
    bad = ("failed", "error", "unexpected success")
    results = [result for run in runs for result in run["results"]]
    failing_ids = {result["id"] for result in results if result["outcome"] in bad}
    passed = len(
        {result["id"] for result in results if result["outcome"] in ("passed", "expected failure")} - failing_ids
    )
    skipped = sum(result["outcome"] == "skipped" for result in results)
    share = 100 * passed / (passed + len(failing_ids)) if passed + len(failing_ids) else 0
    lines = [
        f"# Django {django.get_version()} on mssql_core",
        "",
        f"{passed} passed, {len(failing_ids)} failed, {skipped} skipped: {share:.1f} % of what is not skipped passes.",
        "",
        "```",
        *(_line(run["summary"]) for run in runs),
        "```",
        "",
        "## Failing tests",
        "",
    ]
    for result in results:
        if result["outcome"] in bad:
            lines.append(f"- `{result['id']}` ({result['outcome']}): {result['reason']}")
    lines += ["", "## Skipped tests by reason", ""]
    reasons = Counter(result["reason"] for result in results if result["outcome"] == "skipped")
    lines += [f"- {count} x {reason}" for reason, count in reasons.most_common()]
    (out / "report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return passed, len(failing_ids), skipped


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("apps", nargs="*", metavar="APP", help="test apps or test ids; default: the main apps")
    parser.add_argument("--all", action="store_true", help="all of Django's test apps")
    parser.add_argument("-k", help="only tests whose name contains this")
    parser.add_argument("--jobs", type=int, default=1, help="apps at a time")
    parser.add_argument("--timeout", type=float, default=1800, help="seconds an app may take")
    parser.add_argument("--version", default="2022", help="version the sandbox plays")
    parser.add_argument("--minimum", type=float, help="fail when less than this per cent passes")
    arguments = parser.parse_args(argv)
    apps = arguments.apps or (source.test_apps() if arguments.all else DEFAULT_APPS)
    out = REPORTS / f"django-{django.get_version()}-{arguments.version}"
    out.mkdir(parents=True, exist_ok=True)
    source.tests_folder()
    if url := os.environ.get("MSSQL_TEST_URL"):
        runs = _run_all(apps, server_from_url(url), out, arguments)
    else:
        from mssql_sandbox.api import Sandbox

        with Sandbox(version=arguments.version, journal=True) as sandbox:
            server = {
                "host": sandbox.host,
                "port": sandbox.port,
                "user": sandbox.user,
                "password": sandbox.password,
                "options": {"TrustServerCertificate": "yes"},
            }
            runs = _run_all(apps, server, out, arguments)
            save_journal(sandbox, out)
    passed, failed, skipped = write_report(runs, out)
    print(f"report: {os.path.relpath(out)}/report.md")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    dead = [run["summary"]["app"] for run in runs if run["summary"]["dead"]]
    if dead:
        print(f"did not run to the end: {', '.join(dead)}")
        return 1
    if arguments.minimum is not None:
        return int(100 * passed < arguments.minimum * (passed + failed))
    return int(bool(failed))


def _run_all(apps: list[str], server: dict, out: Path, arguments: argparse.Namespace) -> list[dict]:
    refused = load_refused()
    for app in refused.keys() & set(apps):
        print(f"{app:<24} not run: {refused[app]}")
    with ThreadPoolExecutor(arguments.jobs) as pool:
        return list(pool.map(lambda app: run_app(app, server, out, arguments), (a for a in apps if a not in refused)))


if __name__ == "__main__":
    sys.exit(main())
