import pytest

from mssql_json.path import compile_path, is_path_key, literal, position, utf16_bytes


@pytest.mark.parametrize(
    "keys, path",
    [
        (["a"], '$."a"'),
        (["a", 0, "b c"], '$."a"[0]."b c"'),
        (["1"], "$[1]"),
        (["01"], '$."01"'),
        (['say "x"'], '$."say \\"x\\""'),
        (["é.$"], '$."é.$"'),
        ([""], '$.""'),
    ],
)
def test_keys_are_quoted_and_positions_are_not(keys, path):
    assert compile_path(keys) == path


def test_paths_count_from_the_front_only():
    with pytest.raises(ValueError, match="negative"):
        compile_path([-1])


@pytest.mark.parametrize(
    "key, expected", [("0", 0), (7, 7), ("-1", -1), ("01", None), ("+1", None), ("-0", None), ("", None), ("1.0", None)]
)
def test_positions_are_integers_as_python_writes_them(key, expected):
    assert position(key) == expected


def test_literal_doubles_quotes_and_percent_signs():
    assert literal("it's 5%") == "N'it''s 5%%'"


def test_characters_beyond_the_basic_plane_take_four_bytes():
    assert utf16_bytes("a🤡") == 6


def test_keys_that_a_path_cannot_name():
    assert is_path_key("a") and is_path_key("$ .") and is_path_key("01")
    assert not any(map(is_path_key, ["0", "-1", "", "a\uffff"]))


def test_literal_of_what_the_grammar_takes_for_the_end():
    assert literal("a\uffff5%") == "(N'a' + NCHAR(65535) + N'5%%')"
