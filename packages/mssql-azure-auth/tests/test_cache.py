import logging
import threading
import time

import pytest

from mssql_azure_auth.cache import Cache, token


def lasting(seconds, text="t", renewed_in=None):
    now = time.time()
    return token(text, now + seconds, None if renewed_in is None else now + renewed_in)


class Source:
    """Gives tokens one after the other, and counts."""

    def __init__(self, *tokens, wait=0.0):
        self.tokens, self.wait, self.asked, self.at_once, self.most = list(tokens), wait, 0, 0, 0
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.may_end.set()

    def __call__(self):
        self.asked += 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        self.begun.set()
        self.may_end.wait(60)
        time.sleep(self.wait)
        self.at_once -= 1
        answer = self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_token_is_kept_while_it_holds():
    cache, source = Cache(), Source(lasting(3600))
    assert [cache.get("k", source).text for _ in range(3)] == ["t"] * 3
    assert source.asked == 1


def test_keys_are_apart():
    cache, source = Cache(), Source(lasting(3600))
    cache.get("a", source)
    cache.get("b", source)
    assert source.asked == 2


def test_many_threads_ask_once():
    cache, source, texts = Cache(), Source(lasting(3600), wait=0.2), []
    threads = [threading.Thread(target=lambda: texts.append(cache.get("k", source).text)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == ["t"] * 20
    assert (source.asked, source.most) == (1, 1)


def test_a_token_is_renewed_before_its_end_while_others_go_on_with_it():
    cache = Cache()
    cache.get("k", Source(lasting(120, "old", renewed_in=-1)))
    slow = Source(lasting(3600, "new"))
    slow.may_end.clear()
    renewing = threading.Thread(target=cache.get, args=("k", slow))
    renewing.start()
    assert slow.begun.wait(60)
    assert cache.get("k", slow).text == "old"
    slow.may_end.set()
    renewing.join()
    assert cache.get("k", slow).text == "new"
    assert slow.asked == 1


def test_a_token_about_to_end_is_given_to_nobody():
    cache = Cache()
    cache.get("k", Source(lasting(10, "old")))
    assert cache.get("k", Source(lasting(3600, "new"))).text == "new"


def test_a_token_that_still_holds_bridges_a_failure_with_one_warning(caplog):
    cache = Cache()
    cache.get("k", Source(lasting(120, "old", renewed_in=-1)))
    failing = Source(OSError("s3cret"))
    with caplog.at_level(logging.WARNING, "mssql_azure_auth"):
        assert [cache.get("k", failing).text for _ in range(3)] == ["old"] * 3
    assert failing.asked == 1
    assert len(caplog.messages) == 1 and "OSError" in caplog.messages[0] and "s3cret" not in caplog.text


def test_a_failure_without_a_token_is_raised_and_not_kept():
    cache = Cache()
    with pytest.raises(OSError):
        cache.get("k", Source(OSError()))
    assert cache.get("k", Source(lasting(3600))).text == "t"


def test_when_a_token_is_renewed_by_default():
    now = time.time()
    assert 3290 < token("t", now + 3600).renewed_on - now < 3310
    # A short one after half its life.
    assert 25 < token("t", now + 60).renewed_on - now < 35


def test_a_child_process_shares_no_lock(monkeypatch):
    cache = Cache()
    cache.get("k", Source(lasting(3600)))
    cache._entries["k"].lock.acquire()
    cache._entries["k"].token = None
    monkeypatch.setattr("mssql_azure_auth.cache.os.getpid", lambda: -1)
    assert cache.get("k", Source(lasting(3600, "child"))).text == "child"


def test_nothing_shows_a_token():
    assert "s3cret" not in repr(lasting(60, "s3cret")) + repr([lasting(60, "s3cret").text])
