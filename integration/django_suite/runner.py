"""Test runners that write the outcome of each test as JSON lines."""

from __future__ import annotations

import json
import os
import platform
import unittest
from datetime import datetime, timezone

import django
from django.apps import apps
from django.db import connections
from django.test.runner import DiscoverRunner

from .expectations import load_expectations, load_flags, unconstrained


def _test_id(test):
    return test.id()


def _reason(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1][:400] if lines else ""


class _Result(unittest.TextTestResult):
    """Text output as usual, plus one JSON line per test."""

    outcomes = None

    def _write(self, test, outcome, reason=""):
        self.outcomes.write(json.dumps({"id": _test_id(test), "outcome": outcome, "reason": reason}) + "\n")
        self.outcomes.flush()

    def addSuccess(self, test):
        super().addSuccess(test)
        self._write(test, "passed")

    def addError(self, test, err):
        super().addError(test, err)
        self._write(test, "error", _reason(self._exc_info_to_string(err, test)))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._write(test, "failed", _reason(self._exc_info_to_string(err, test)))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._write(test, "skipped", reason)

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self._write(test, "expected failure")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._write(test, "unexpected success", "marked as an expected failure, but it passes")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._write(test, "failed", _reason(self._exc_info_to_string(err, test)))


class ReportingRunner(DiscoverRunner):
    """Django's runner with :class:`_Result`; the file is named by MSSQL_SUITE_OUTCOMES."""

    def run_suite(self, suite, **kwargs):
        with open(os.environ["MSSQL_SUITE_OUTCOMES"], "a", encoding="utf-8") as outcomes:
            result_class = type("Result", (_Result,), {"outcomes": outcomes})
            return unittest.TextTestRunner(
                verbosity=self.verbosity, failfast=self.failfast, buffer=self.buffer, resultclass=result_class
            ).run(suite)


class SuiteRunner(ReportingRunner):
    """Skips what cannot pass, by its rule; the app is named by MSSQL_SUITE_LABEL."""

    def setup_databases(self, **kwargs):
        app = os.environ.get("MSSQL_SUITE_LABEL", "").split(".")[0]
        leave_out_constraints(app)
        for connection in connections.all():
            vars(connection.features).update(load_flags(app))
            connection.features.django_test_skips = load_expectations(connection.server)
        if not kwargs.get("aliases"):
            # Otherwise done where the test databases are made.
            connections["default"].creation.mark_expected_failures_and_skips()
        self._write_environment(connections["default"])
        return super().setup_databases(**kwargs)

    def _write_environment(self, connection):
        """The environment of the run, for the report."""
        environment = {
            "date": datetime.now(timezone.utc).date().isoformat(),
            "django": django.get_version(),
            "python": platform.python_version(),
            "server": ".".join(map(str, connection.server.version)),
        }
        with open(os.environ["MSSQL_SUITE_OUTCOMES"], "a", encoding="utf-8") as outcomes:
            outcomes.write(json.dumps({"environment": environment}) + "\n")


def leave_out_constraints(app):
    """Set ``db_constraint=False`` on the app's foreign keys that SQL Server does not allow."""
    for name in unconstrained(app):
        model, _, field = name.rpartition(".")
        apps.get_model(model)._meta.get_field(field).db_constraint = False
