"""Random documents and lookups, each compared with the result in Python."""

from __future__ import annotations

import itertools
import json
import operator
import re
from decimal import Decimal
from typing import Any, Callable

from django.db.models import Count, F, JSONField, Q, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import JSONObject
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from . import _json_oracle as oracle
from ._json_model import Document

SQL_NULL = object()
# Suffix of an alias whose documents have the type json.
NATIVE = "native"
_batches = itertools.count(1)

# ---- documents --------------------------------------------------------------------------

_ALPHABET = "abAB01 .'\"\\/%_[]{}é漢🤡$-^\n\t"
_strings = st.text(alphabet=_ALPHABET, max_size=6) | st.just("x" * 4100)
_keys = st.sampled_from(
    ["a", "b", "A", "a ", "k.k", "$x", 'q"t', "it's", "é", "🤡", "", "0", "1", "-1", "01", "%d", "b\\s", "[0]", "a b"]
)
_numbers = (
    st.integers(-3, 3)
    | st.integers(-(10**25), 10**25)
    | st.sampled_from([0.0, -0.0, 1.0, -1.5, 0.1, 2.5, 1e300, 1.5e-300, 2.0**53, float(2**53 + 2)])
    | st.floats(-9e18, 9e18, allow_subnormal=False)
)
_scalars = st.none() | st.booleans() | _numbers | _strings
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=6,
)
_documents = st.just(SQL_NULL) | _values | st.dictionaries(_keys, _values, max_size=4) | st.lists(_values, max_size=4)
_paths = st.lists(_keys, min_size=1, max_size=3)


def _below(document: Any) -> list[list[str]]:
    """The paths in a document."""
    if isinstance(document, dict):
        items = list(document.items())
    elif isinstance(document, list):
        items = [(str(index), value) for index, value in enumerate(document)]
        items += [(str(index - len(document)), value) for index, value in enumerate(document)]
    else:
        return []
    return [[key, *rest] for key, value in items for rest in [[], *_below(value)]]


@st.composite
def _some(draw, with_path: bool = True):
    """(documents, path): mostly a path in one of them, and similar values."""
    documents = draw(st.lists(_documents, min_size=1, max_size=4))
    known = [path for document in documents for path in _below(document)]
    path = draw(st.sampled_from(known) | _paths) if known else draw(_paths)
    return documents, path if with_path else []


def _near(draw, documents, path, strategy=_values):
    """A value from the path in one of the documents, or another."""
    values = [oracle.get(document, path) for document in documents if document is not SQL_NULL]
    values = [value for value in values if value is not oracle.NOTHING]
    return draw(st.sampled_from(values) | strategy) if values else draw(strategy)


def _part(draw, value):
    """Some members and elements of a value in another order; a scalar may be replaced."""
    if isinstance(value, dict):
        return {key: _part(draw, member) for key, member in value.items() if draw(st.integers(0, 3))}
    if isinstance(value, list):
        return draw(st.permutations([_part(draw, element) for element in value if draw(st.integers(0, 3))]))
    return value if draw(st.integers(0, 5)) else draw(_scalars)


@st.composite
def _compared(draw, name: str, with_path: bool):
    """(documents, path, value) of a lookup with a constant; for containment often a part of the document."""
    documents, path = draw(_some(with_path))
    value = _near(draw, documents, path)
    if name.startswith("contain") and draw(st.booleans()):
        part = _part(draw, value)
        if name == "contains":
            return documents, path, part
        if not with_path:
            return [*documents, part], path, value
    return documents, path, value


# ---- running a case -----------------------------------------------------------------------


def stored(alias: str, documents: list[Any]) -> tuple[Any, list[Any]]:
    """Store a batch; (its rows as a queryset, the documents)."""
    batch = next(_batches)
    Document.objects.using(alias).bulk_create(
        [
            Document(
                batch=batch,
                place=place,
                value=None if value is SQL_NULL else Value(None, JSONField()) if value is None else value,
            )
            for place, value in enumerate(documents)
        ]
    )
    return Document.objects.using(alias).filter(batch=batch), documents


def _text(value: Any, alias: str) -> str | None:
    return oracle.text(value, canonical=alias.endswith(NATIVE))


def _key(path: list[str], kind=KeyTransform, source: str = "value") -> Any:
    transform: Any = source
    for step in path[:-1]:
        transform = KeyTransform(step, transform)
    return kind(path[-1], transform)


def check(alias, documents, condition, truth, path=(), text=False):
    """`condition` and its negation select the rows that `truth` says."""
    rows, documents = stored(alias, documents)
    if path:
        rows = rows.alias(k=_key(list(path), KeyTextTransform if text else KeyTransform))
    answers = [None if document is SQL_NULL else truth(oracle.get(document, list(path))) for document in documents]
    places = set(rows.filter(condition).values_list("place", flat=True))
    assert places == {place for place, answer in enumerate(answers) if answer}, (documents, condition)


def _known(test: Callable[[Any], bool]) -> Callable[[Any], Any]:
    return lambda value: None if value is oracle.NOTHING else test(value)


def _lookup(name: str, test: Callable[[Any, Any], bool], with_path: bool):
    """A case: one lookup of documents or keys with a constant."""

    def run(alias, drawn):
        documents, path, value = drawn
        left = "k" if path else "value"
        constant = Value(None, JSONField()) if value is None else value
        check(alias, documents, Q(**{f"{left}__{name}": constant}), _known(lambda mine: test(mine, value)), path)

    return _compared(name, with_path), run


def _text_lookup(name: str, test: Callable[[str, str], bool], alphabet: str = _ALPHABET, as_text: bool = False):
    pieces = st.text(alphabet=alphabet, max_size=4)

    @st.composite
    def case(draw):
        documents, path = draw(_some())
        texts = [oracle.text(oracle.get(d, path)) for d in documents if d is not SQL_NULL]
        near = [t[start : start + 3] for t in texts if t for start in (0, max(0, len(t) - 3))]
        near = [t for t in near if all(c in alphabet for c in t)]
        return documents, path, draw(st.sampled_from(near) | pieces) if near else draw(pieces)

    def run(alias, drawn):
        documents, path, value = drawn

        def truth(mine):
            mine = _text(mine, alias)
            return None if mine is None else test(mine, value)

        check(alias, documents, Q(**{f"k__{name}": value}), truth, path, text=as_text)

    return case(), run


def _lower(test: Callable[[str, str], bool]) -> Callable[[str, str], bool]:
    return lambda mine, other: test(mine.lower(), other.lower())


# ---- cases with a shape of their own --------------------------------------------------------


def _in(with_path: bool):
    @st.composite
    def case(draw):
        documents, path = draw(_some(with_path))
        return documents, path, [_near(draw, documents, path) for _ in range(draw(st.integers(1, 12)))]

    def run(alias, drawn):
        documents, path, values = drawn
        constants = [Value(None, JSONField()) if value is None else value for value in values]
        condition = Q(**{"k__in" if path else "value__in": constants})
        check(
            alias, documents, condition, _known(lambda mine: any(oracle.equal(mine, value) for value in values)), path
        )

    return case(), run


def _null_aware(name: str):
    """isnull of a key, with the rows that have no document."""

    def run(alias, drawn):
        documents, path = drawn
        rows, _ = stored(alias, documents)
        missing = [d is SQL_NULL or oracle.get(d, path) is oracle.NOTHING for d in documents]
        places = set(rows.alias(k=_key(path)).filter(k__isnull=True).values_list("place", flat=True))
        assert places == {place for place, answer in enumerate(missing) if answer}
        places = set(rows.alias(k=_key(path)).filter(k__isnull=False).values_list("place", flat=True))
        assert places == {place for place, answer in enumerate(missing) if not answer}

    return _some(), run


def _has(name: str, test: Callable[[Any, list[str]], bool], single: bool = False):
    @st.composite
    def case(draw):
        documents, path = draw(_some(draw(st.booleans())))
        near = [key for d in documents for p in _below(d) for key in p] or ["a"]
        keys = draw(st.lists(st.sampled_from(near) | _keys, min_size=1, max_size=1 if single else 3))
        return documents, path, keys

    def run(alias, drawn):
        documents, path, keys = drawn
        left = "k" if path else "value"
        condition = Q(**{f"{left}__{name}": keys[0] if single else keys})
        check(alias, documents, condition, lambda mine: mine is not oracle.NOTHING and test(mine, keys), path)

    return case(), run


def _two_keys(name: str, test: Callable[[Any, Any], bool]):
    """A key against another key of the same document."""

    @st.composite
    def case(draw):
        documents = draw(st.lists(st.fixed_dictionaries({}, optional={"a": _values, "b": _values}), max_size=4))
        documents = documents or [{"a": 1, "b": 1.0}]
        for document in documents:
            if draw(st.booleans()) and "a" in document:
                document["b"] = document["a"]
        return documents

    def run(alias, documents):
        def truth(document):
            mine, other = oracle.get(document, ["a"]), oracle.get(document, ["b"])
            return None if oracle.NOTHING in (mine, other) else test(mine, other)

        check(alias, documents, Q(**{f"value__a__{name}": F("value__b")}), truth)

    return case(), run


def _negated(name: str, test: Callable[[Any, Any], bool], with_path: bool):
    """A case: the rows for which a lookup is false; without the key, or a document, it is neither."""

    def run(alias, drawn):
        documents, path, value = drawn
        rows, _ = stored(alias, documents)
        constant = Value(None, JSONField()) if value is None else value
        if path:
            rows = rows.alias(k=_key(path))
        rows = rows.filter(~Q(**{f"{'k' if path else 'value'}__{name}": constant}), value__isnull=False)
        expected = set()
        for place, document in enumerate(documents):
            mine = oracle.NOTHING if document is SQL_NULL else oracle.get(document, path)
            if mine is not oracle.NOTHING and not test(mine, value):
                expected.add(place)
        assert set(rows.values_list("place", flat=True)) == expected

    return _compared(name, with_path), run


def _select(alias, drawn):
    """A selected key, alone and in JSONObject()."""
    documents, path = drawn
    rows, _ = stored(alias, documents)
    expected = []
    for document in documents:
        mine = oracle.NOTHING if document is SQL_NULL else oracle.get(document, path)
        expected.append(None if mine is oracle.NOTHING else mine)
    rows = rows.annotate(k=_key(path), t=_key(path, KeyTextTransform), o=JSONObject(x=_key(path))).order_by("place")
    selected = list(rows.values_list("k", "o", "t"))
    assert [json.dumps(key) for key, _, _ in selected] == [json.dumps(value) for value in expected]
    assert [json.dumps(whole) for _, whole, _ in selected] == [json.dumps({"x": value}) for value in expected]
    assert [shown for _, _, shown in selected] == [_text(value, alias) for value in expected]


def _order(alias, drawn):
    documents, path = drawn
    rows, _ = stored(alias, documents)
    keys = {}
    for place, document in enumerate(documents):
        mine = oracle.NOTHING if document is SQL_NULL else oracle.get(document, path)
        keys[place] = oracle.sort_key(mine)
    if any(len(key) > 1 and key[0] == 2 for key in keys.values()):
        # The order of strings is the collation's.
        keys = {place: key[:1] for place, key in keys.items()}
    ordered = [keys[place] for place in rows.order_by(_key(path).asc(), "place").values_list("place", flat=True)]
    assert ordered == sorted(ordered)
    ordered = [keys[place] for place in rows.order_by(_key(path).desc(), "place").values_list("place", flat=True)]
    assert ordered == sorted(ordered, reverse=True)


def _group(alias, drawn):
    """Scalars of the same JSON make a group."""
    documents, path = drawn
    rows, _ = stored(alias, documents)
    expected: dict[str, int] = {}
    for document in documents:
        mine = oracle.NOTHING if document is SQL_NULL else oracle.get(document, path)
        name = "" if mine is oracle.NOTHING else json.dumps(mine)
        expected[name] = expected.get(name, 0) + 1
    groups = rows.annotate(k=_key(path)).values("k").annotate(n=Count("id")).values_list("k", "n")
    total: dict[str, int] = {}
    for value, number in groups:
        name = json.dumps(value)
        total[name] = total.get(name, 0) + number
    null = expected.pop("", 0)
    if null:
        expected["null"] = expected.get("null", 0) + null
    assert total == expected


def _update(alias, drawn):
    """UPDATE with a key of the same document, in an object that any column holds."""
    documents, path = drawn
    rows, _ = stored(alias, documents)
    rows.update(value=JSONObject(was=_key(path)))
    expected = []
    for document in documents:
        mine = oracle.NOTHING if document is SQL_NULL else oracle.get(document, path)
        expected.append({"was": None if mine is oracle.NOTHING else mine})
    documents = rows.order_by("place").values_list("value", flat=True)
    assert list(map(json.dumps, documents)) == list(map(json.dumps, expected))


_ASCII = "abAB01 .%_["
_orderable = _numbers | st.text(alphabet=_ALPHABET, max_size=4) | st.booleans()


def _ordered(name: str, compare: Callable[[Any, Any], bool]):
    def test(mine, other):
        return oracle.kind(mine) == oracle.kind(other) and compare(mine, other)

    @st.composite
    def case(draw):
        documents, path = draw(_some())
        value = _near(draw, documents, path, _orderable)
        return documents, path, value if oracle.kind(value) in ("number", "string", "boolean") else draw(_orderable)

    def run(alias, drawn):
        documents, path, value = drawn
        check(alias, documents, Q(**{f"k__{name}": value}), _known(lambda mine: test(mine, value)), path)

    return case(), run


def _regex(name: str, flags: int):
    pattern = st.builds(
        lambda start, body, end: start + body + end,
        st.sampled_from(["", "^"]),
        st.lists(st.sampled_from(["a", "b", "B", ".", "[ab]", r"\.", "0", ".*"]), min_size=1, max_size=4).map("".join),
        st.sampled_from(["", "$"]),
    )

    @st.composite
    def case(draw):
        documents, path = draw(_some())
        return documents, path, draw(pattern)

    def run(alias, drawn):
        documents, path, value = drawn

        def truth(mine):
            mine = _text(mine, alias)
            # Servers differ about line breaks.
            return None if mine is None else bool(re.search(value, mine, flags | re.DOTALL))

        if any("\n" in (oracle.text(oracle.get(d, path)) or "") for d in documents if d is not SQL_NULL):
            return
        check(alias, documents, Q(**{f"k__{name}": value}), truth, path)

    return case(), run


CASES: dict[str, tuple[Any, Callable[[str, Any], None]]] = {
    "exact": _lookup("exact", oracle.equal, False),
    "key exact": _lookup("exact", oracle.equal, True),
    "exact, negated": _negated("exact", oracle.equal, False),
    "key exact, negated": _negated("exact", oracle.equal, True),
    "key exact another key": _two_keys("exact", oracle.equal),
    "in": _in(False),
    "key in": _in(True),
    "key isnull": _null_aware("isnull"),
    "has_key": _has("has_key", lambda mine, keys: oracle.has_key(mine, keys[0]), single=True),
    "has_keys": _has("has_keys", lambda mine, keys: all(oracle.has_key(mine, key) for key in keys)),
    "has_any_keys": _has("has_any_keys", lambda mine, keys: any(oracle.has_key(mine, key) for key in keys)),
    "contains": _lookup("contains", oracle.contains, False),
    "key contains": _lookup("contains", oracle.contains, True),
    "contained_by": _lookup("contained_by", lambda mine, other: oracle.contains(other, mine), False),
    "key contained_by": _lookup("contained_by", lambda mine, other: oracle.contains(other, mine), True),
    "contains, negated": _negated("contains", oracle.contains, False),
    "key contains, negated": _negated("contains", oracle.contains, True),
    "contained_by, negated": _negated("contained_by", lambda mine, other: oracle.contains(other, mine), False),
    "key contains another key": _two_keys("contains", oracle.contains),
    "key lt": _ordered("lt", operator.lt),
    "key lte": _ordered("lte", operator.le),
    "key gt": _ordered("gt", operator.gt),
    "key gte": _ordered("gte", operator.ge),
    "key lt another key": _two_keys(
        "lt", lambda a, b: oracle.kind(a) == oracle.kind(b) and oracle.kind(a) in ("number", "string") and _close(a, b)
    ),
    "KT exact": _text_lookup("exact", operator.eq, as_text=True),
    "KT contains": _text_lookup("contains", lambda mine, other: other in mine, as_text=True),
    "key startswith": _text_lookup("startswith", str.startswith),
    "key endswith": _text_lookup("endswith", str.endswith),
    "key iexact": _text_lookup("iexact", _lower(operator.eq), _ASCII),
    "key icontains": _text_lookup("icontains", _lower(lambda mine, other: other in mine), _ASCII),
    "key istartswith": _text_lookup("istartswith", _lower(str.startswith), _ASCII),
    "key iendswith": _text_lookup("iendswith", _lower(str.endswith), _ASCII),
    "key regex": _regex("regex", 0),
    "key iregex": _regex("iregex", re.IGNORECASE),
    "key and KT selected": (_some(), _select),
    "order by key": (_some(), _order),
    "group by key": (_some(), _group),
    "update with a key": (_some(), _update),
}


def _for_native(drawn: Any) -> Any:
    """A drawn case with documents that the type json can hold."""
    if isinstance(drawn, list):
        return [_storable(document) for document in drawn]
    documents, *rest = drawn
    return [_storable(document) for document in documents], *rest


def _storable(document: Any) -> Any:
    if document is SQL_NULL:
        return document
    document = _exact(document)
    return document if isinstance(document, (dict, list)) else [document]


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _exact(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_exact(inner) for inner in value]
    if isinstance(value, float) and value == 0:
        # The sign of zero is lost.
        return 0.0
    if isinstance(value, float) and len(format(Decimal(repr(value)), "f")) > 38:
        return 0.5
    return value


def _close(a: Any, b: Any) -> bool:
    """Compare as the server does: an integer and a fraction as float."""
    if isinstance(a, str) or (isinstance(a, int) and isinstance(b, int)):
        return a < b
    return float(a) < float(b)


def run(name: str, alias: str, count: int, same_each_time: bool = False) -> None:
    """
    `count` random cases of one kind.

    :param alias: if it ends with NATIVE, its documents are of the type json, which does not hold all of them.
    :param same_each_time: draw the same cases as the last time.
    :raises AssertionError: Python disagrees; the case is minimal.
    """
    strategy, function = CASES[name]
    if alias.endswith(NATIVE):
        strategy = strategy.map(_for_native)

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=same_each_time,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def property_holds(drawn):
        function(alias, drawn)

    property_holds()
