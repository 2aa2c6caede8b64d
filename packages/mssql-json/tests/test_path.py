import pytest
from django.db import NotSupportedError

from mssql_json.path import compile_path, literal


@pytest.mark.parametrize(
    "keys, path",
    [
        (["a"], '$."a"'),
        (["a", 0, "b c"], '$."a"[0]."b c"'),
        (["1"], "$[1]"),
        (['say "x"'], '$."say \\"x\\""'),
        (["é.$"], '$."é.$"'),
        ([""], '$.""'),
    ],
)
def test_keys_are_quoted_and_positions_are_not(keys, path):
    assert compile_path(keys) == path


def test_negative_positions_are_refused():
    with pytest.raises(NotSupportedError, match="negative"):
        compile_path([-1])


def test_literal_doubles_quotes_and_percent_signs():
    assert literal("it's 5%") == "N'it''s 5%%'"
