"""All traces of a failure as texts, each with its place."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from typing import Any, Iterator

import sentry_sdk
from sentry_sdk.scrubber import EventScrubber
from sentry_sdk.transport import Transport

#: Prefix of a piece about a failing repr().
BAD_REPR = "no repr: "


class Reporter(Transport):
    """A real error reporter that keeps its events."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []
        sentry_sdk.init(
            "http://key@127.0.0.1/1",
            transport=self,
            auto_enabling_integrations=False,
            max_value_length=10**6,
            # No redaction by variable name: our values must be clean by themselves.
            event_scrubber=EventScrubber(denylist=[], pii_denylist=[]),
        )

    def capture_envelope(self, envelope: Any) -> None:
        event = envelope.get_event()
        if event is not None:
            self.events.append(event)

    def pieces(self, error: BaseException) -> Iterator[tuple[str, str]]:
        """The pieces of an error's event: its frames one by one, and the rest."""
        self.events.clear()
        sentry_sdk.capture_exception(error)
        (event,) = self.events
        # The event includes earlier log records.
        crumbs = event.pop("breadcrumbs", None) or {}
        for crumb in crumbs.get("values", ()):
            yield "log %s, with the event" % crumb.get("category"), json.dumps(crumb, ensure_ascii=False, default=repr)
        sentry_sdk.get_isolation_scope().clear_breadcrumbs()
        for value in event["exception"]["values"]:
            for frame in (value.pop("stacktrace", None) or {}).get("frames", ()):
                where = "%s:%s in %s" % (frame.get("module"), frame.get("lineno"), frame.get("function"))
                yield "error reporter: frame %s" % where, json.dumps(frame, ensure_ascii=False, default=repr)
        yield "error reporter: event", json.dumps(event, ensure_ascii=False, default=repr)


class Log(logging.Handler):
    """All records of all loggers, with their arguments."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(("log %s" % record.name, "%s %r" % (record.getMessage(), record.args)))


def of_error(error: BaseException) -> Iterator[tuple[str, Any]]:
    """An error and its causes: texts, arguments, attributes, pickles, and the traceback with all variables."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:
        chain.append(following)
        following = following.__cause__ or following.__context__
    for each in chain:
        name = type(each).__name__
        yield "%s: str" % name, str(each)
        yield "%s: repr" % name, repr(each)
        yield "%s: args" % name, repr(each.args)
        yield "%s: attributes" % name, repr(vars(each))
        yield from _pickled(name, each)
    formatted: traceback.TracebackException | None
    try:
        formatted = traceback.TracebackException.from_exception(error, capture_locals=True)
    except Exception as refusal:
        # Before Python 3.12 a failing repr() ends it.
        yield "traceback with variables fails", BAD_REPR + repr(refusal)
        return
    seen = []
    while formatted is not None and formatted not in seen:
        seen.append(formatted)
        for frame in formatted.stack:
            yield "traceback: frame %s:%s in %s" % (frame.filename, frame.lineno, frame.name), repr(frame.locals)
        formatted = formatted.__cause__ or formatted.__context__


def _pickled(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    for protocol in (0, pickle.HIGHEST_PROTOCOL):
        try:
            yield "%s: pickle" % name, pickle.dumps(value, protocol)
        except Exception as refusal:
            yield "%s: refusal of the pickle" % name, repr(refusal)


def of_wrapper(wrapper: Any) -> Iterator[tuple[str, Any]]:
    """The wrapper and objects made from its settings, if they can be read."""
    yield "wrapper", repr(wrapper)
    yield "plugins", repr(wrapper.plugins.get_plugins())
    for name, make in (("settings", wrapper.options_read), ("parameters", wrapper.get_connection_params)):
        try:
            made = make()
        except Exception:
            # The path's own error, which connecting raises too.
            continue
        yield from of_object(name, made)
    try:
        arguments, _ = wrapper.client.settings_to_cmd_args_env(wrapper.settings_dict, [])
    except Exception as refusal:
        yield "dbshell: refusal", "%r %r" % (refusal, refusal.args)
    else:
        yield "dbshell: command", repr(arguments)


def of_object(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    yield "%s: repr" % name, repr(value)
    yield "%s: format" % name, "%s {}".format(value) % (value,)
    yield "%s: copy" % name, repr(copy.copy(value))
    yield from _pickled(name, value)
    attributes = getattr(value, "__dict__", None) or {
        slot: getattr(value, slot, None) for slot in getattr(value, "__slots__", getattr(value, "_fields", ()))
    }
    for attribute, inner in attributes.items():
        yield "%s.%s: repr" % (name, attribute), repr(inner)
        try:
            yield "%s.%s: json" % (name, attribute), json.dumps(inner, default=repr)
        except (TypeError, ValueError):
            continue
