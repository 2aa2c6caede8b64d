import pytest

from mssql_json.path import compile_path, literal, position, utf16_bytes


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
