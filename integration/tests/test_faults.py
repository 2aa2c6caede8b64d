"""A small share of each command of faults/, and the parts that judge: each finds what it is there to find."""

import os
import struct
import subprocess
import sys
from types import SimpleNamespace

import pytest
from faults.hostile.skeleton import skeleton
from faults.leaks import canary
from faults.proxy.fault import Fault
from faults.proxy.frames import Packet, name_of
from faults.workload.claims import Claim, Told
from faults.workload.outcome import Outcome, judge_requests
from harness.server import VARIABLE


@pytest.mark.parametrize(
    "arguments",
    [
        ("faults", "--count", "60", "--seed", "1", "--workers", "4"),
        ("faults.leaks", "--at-least", "390"),
        ("faults.hostile", "--count", "3000", "--seed", "5"),
        ("faults.soak", "--threads", "8", "--queries", "800", "--connections", "160"),
        ("faults.races", "--threads", "8", "--operations", "400"),
        ("faults.rows", "--rows", "20000", "--saves", "100"),
    ],
    ids=["faults", "secrets", "hostile", "soak", "races", "rows"],
)
def test_a_share_of_the_command_finds_nothing(arguments):
    # Each has a server of its own: what it finds is not to be told apart from other tests' statements.
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    command = [sys.executable, "-m", *arguments]
    # A session that waits for ever is a fault too.
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=1200)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.mark.parametrize("module", ["faults", "faults.races", "faults.soak", "faults.rows", "faults.hostile"])
def test_without_a_driver_manager_the_command_says_what_to_install(module):
    without = "import runpy, sys; sys.modules['pyodbc'] = None; runpy.run_module(%r, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", without % module], capture_output=True, text=True, timeout=600)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1 and "apt-get install libodbc2" in done.stderr


@pytest.mark.parametrize(
    "told, observed, what",
    [
        (Told.SUCCESS, (1, 1), ""),
        (Told.SUCCESS, (0, 0), "lost after success"),
        (Told.SUCCESS, (0, 1), "half"),
        (Told.SUCCESS, (2, 2), "doubled"),
        (Told.ERROR, (0, 0), ""),
        (Told.ERROR, (1, 1), "kept after an error"),
        (Told.ERROR, (1, 0), "half"),
        (Told.UNKNOWN, (0, 0), ""),
        (Told.UNKNOWN, (1, 1), ""),
        (Told.UNKNOWN, (1, 0), "half"),
        (Told.UNKNOWN, (1, 2), "doubled"),
        (Told.NOT_RUN, (1, 1), "kept after an error"),
    ],
)
def test_what_was_told_is_compared_with_what_there_is(told, observed, what):
    assert Claim("unit", told, (0, 0), (1, 1)).violation(observed) == what


@pytest.mark.parametrize(
    "failed, timed_out, fault_request, violations",
    [
        ([0], {0}, 0, 0),
        ([0, 1], {0}, 0, 1),
        ([0, 1], {0, 1}, 0, 0),
        ([1, 2], {2}, 1, 0),
        ([0, 1], {0}, 1, 0),
        ([0], {0}, None, 0),
        ([0], set(), None, 1),
    ],
)
def test_one_fault_fails_one_request_and_a_busy_machine_those_that_time_out(
    failed, timed_out, fault_request, violations
):
    plan = SimpleNamespace(fault=Fault("stall", "message", "before", 1), health_checks=False, mode="worker")
    fired = "" if fault_request is None else "message"
    outcome = Outcome(failed_requests=failed, timed_out=timed_out, fault_request=fault_request, fired=fired)
    judge_requests(plan, outcome)
    assert len(outcome.violations) == violations


def packet(kind, body):
    return Packet(struct.pack(">BBHHBB", kind, 1, 8 + len(body), 0, 1, 0) + body, kind, True)


def batch(text):
    return [packet(1, struct.pack("<I", 4) + text.encode("utf-16-le"))]


@pytest.mark.parametrize(
    "message, name",
    [
        (batch("BEGIN TRANSACTION; SELECT CURRENT_TRANSACTION_ID()"), "begin"),
        (batch("COMMIT TRANSACTION"), "commit"),
        (batch("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION"), "rollback"),
        (batch("SELECT 1"), "batch"),
        ([packet(14, struct.pack("<IH", 4, 5))], "begin"),
        ([packet(14, struct.pack("<IH", 4, 7))], "commit"),
        ([packet(3, b"")], "rpc"),
        ([packet(6, b"")], "attention"),
        ([packet(16, b"")], "login"),
        ([Packet(b"\x17\x03\x03\x00\x00", 0x17, True)], "login"),
    ],
)
def test_the_proxy_tells_messages_apart(message, name):
    assert name_of(message) == name


@pytest.mark.parametrize(
    "hostile, same",
    [
        ("SELECT [a]]b].[c] FROM [t] WHERE x = N'it''s'", True),
        ("SELECT [a] FROM [s].[t] WHERE x = N'--'", True),
        ("SELECT [a] FROM [t] WHERE x = N'' OR 1=1", False),
        ("SELECT [a] FROM [t] WHERE x = N'a'; DROP TABLE t", False),
        ("SELECT [a] FROM [t] WHERE x = N'a' -- '", False),
        ("SELECT [a] FROM [t] WHERE x = N'a", False),
        ("SELECT [a FROM [t] WHERE x = N'a'", False),
    ],
)
def test_only_what_stands_between_delimiters_may_differ(hostile, same):
    assert (skeleton(hostile) == skeleton("SELECT [x] FROM [y] WHERE x = N'z'")) is same


@pytest.mark.parametrize("shape", canary.SHAPES)
def test_each_part_of_a_secret_can_be_told_again(shape):
    secret = canary.secret(shape)
    assert canary.marks_in(secret) and canary.marks_in_bytes(secret.encode("utf-16-le")) == canary.marks_in(secret)
    for part in secret.split(";"):
        assert canary.marks_in(part)
