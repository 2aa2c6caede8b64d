import pytest

from mssql_core import errors
from mssql_core.connection.placeholders import placeholders


@pytest.mark.parametrize(
    ("sql", "params", "expected"),
    [
        ("SELECT '%'", None, ("SELECT '%'", [])),
        ("SELECT '%%'", (), ("SELECT '%'", [])),
        ("a %s b %s", [1, 2], ("a ? b ?", [1, 2])),
        ("a %s b %s", (1, None), ("a ? b NULL", [1])),
        ("LIKE '%%s' = %s", ["x"], ("LIKE '%s' = ?", ["x"])),
        ("%%%s%%", [1], ("%?%", [1])),
        ("%(a)s %(b)s %(a)s '%%'", {"a": 1, "b": None}, ("? NULL ? '%'", [1, 1])),
    ],
)
def test_placeholders(sql, params, expected):
    text, values = placeholders(sql, params)
    assert (text, list(values)) == expected


def test_a_wrong_number_of_values_is_told():
    with pytest.raises(errors.ProgrammingError) as told:
        placeholders("%s %s", [1])
    assert told.value.args == ("07002", "The statement has 2 placeholders and 1 values.")
