"""Connections end with their credentials."""

import logging

import pytest

from mssql_core.connection import token_expiry
from mssql_core.connection.token_expiry import Lifetime, bounded


@pytest.fixture
def clock(monkeypatch):
    """Call it to set the time, in seconds."""

    class Clock:
        now = 1000.0

        def __call__(self, now):
            self.now = now

    fake = Clock()
    monkeypatch.setattr(token_expiry.time, "monotonic", lambda: fake.now)
    return fake


def test_it_is_over_when_the_token_is(clock):
    lifetime = Lifetime(60)
    clock(1059)
    assert not lifetime.is_over
    clock(1060)
    assert lifetime.is_over


@pytest.mark.parametrize("max_age", [None, 0])
def test_without_an_end_it_is_never_over(clock, max_age):
    """0 is one request, however long: Django closes the connection after it."""
    lifetime = Lifetime(max_age)
    clock(10**9)
    assert not lifetime.is_over


def test_use_after_the_end_is_told_once(clock, caplog):
    lifetime = Lifetime(60)
    with caplog.at_level(logging.WARNING, "mssql_core.connection"):
        lifetime.warn("shop")
        assert caplog.messages == []
        clock(1061)
        lifetime.warn("shop")
        lifetime.warn("shop")
    (message,) = caplog.messages
    assert message.startswith("alias 'shop': the access token of this connection has expired")


@pytest.mark.parametrize(
    ("close_at", "max_age", "expected"),
    [(None, None, None), (1500, None, 1500), (None, 60, 1060), (1030, 60, 1030), (1500, 60, 1060), (1500, 0, 1000)],
)
def test_django_closes_it_no_later(clock, close_at, max_age, expected):
    assert bounded(close_at, max_age) == expected
