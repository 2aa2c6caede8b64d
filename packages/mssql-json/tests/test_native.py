import json

import pytest

from mssql_json.native import exact_text, storable


@pytest.mark.parametrize(
    "text, expected",
    [
        ('{"a": 1e-07, "b": "1e5"}', '{"a": 0.0000001, "b": "1e5"}'),
        ("[1e+17]", "[100000000000000000.0]"),
        ("[1.5E3, -2, 0.1]", "[1500.0, -2, 0.1]"),
        ('["\\ud83e\\udd21"]', '["\\ud83e\\udd21"]'),
        ('["\\\\ud800"]', '["\\\\ud800"]'),
    ],
)
def test_numbers_lose_their_exponent(text, expected):
    assert exact_text(text) == expected


@pytest.mark.parametrize("text, message", [("[1e40]", "38 digits"), ("[%s]" % ("9" * 39), "38 digits")])
def test_numbers_of_too_many_digits_are_refused(text, message):
    with pytest.raises(ValueError, match=message):
        exact_text(text)


@pytest.mark.parametrize("text", ["[NaN]", '{"a": -Infinity}', '["NaN", Infinity]'])
def test_python_writes_what_is_no_json(text):
    with pytest.raises(ValueError, match="JSON has no (NaN|Infinity)"):
        exact_text(text)


def test_the_text_of_a_string_is_no_number():
    assert exact_text('["NaN", "1e5", "-Infinity"]') == '["NaN", "1e5", "-Infinity"]'


@pytest.mark.parametrize("text", ['["\\ud800"]', '["\\udc00"]', '["\\ud800x"]', '["\\uDC00\\uD800"]'])
def test_halves_of_surrogate_pairs_are_refused(text):
    with pytest.raises(ValueError, match="surrogate"):
        exact_text(text)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [("null", "None is stored as NULL"), ("1", "an array or an object"), ('"x"', "an array or an object")],
)
def test_scalars_are_refused_with_the_remedy(text, remedy):
    with pytest.raises(ValueError, match="objects and arrays only.*%s" % remedy):
        storable(text)


@pytest.mark.parametrize(
    ("largest", "beyond", "message"),
    [
        ("[" * 128 + "]" * 128, "[" * 129 + "]" * 129, "128 levels"),
        ('{"a":' * 127 + "[]" + "}" * 127, '{"a":' * 128 + "[]" + "}" * 128, "128 levels"),
        ("[%s]" % ",".join("1" * 65535), "[%s]" % ",".join("1" * 65536), "65,535 items"),
        (
            json.dumps(dict.fromkeys(map(str, range(65535)))),
            json.dumps(dict.fromkeys(map(str, range(65536)))),
            "65,535 items",
        ),
    ],
)
def test_larger_documents_are_refused(largest, beyond, message):
    assert storable(largest) == largest
    with pytest.raises(ValueError, match=message):
        storable(beyond)


def test_what_strings_hold_has_no_size():
    text = json.dumps([["[,{" * 70000, 1], {"}": "]"}])
    assert storable(text) == text
