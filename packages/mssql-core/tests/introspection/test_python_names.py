import keyword

import pytest

from mssql_core.introspection.python_names import ClassNames, field_name


@pytest.mark.parametrize(
    ("table", "proposed", "name"),
    [("a", "Orders", "Orders"), ("b", "1St", "Table1St"), ("c", "", "Table"), ("d", "None", "TableNone")],
)
def test_classes(table, proposed, name):
    assert ClassNames().of(table, proposed) == name


def test_each_class_has_a_name_of_its_own_whatever_its_case():
    names = ClassNames()
    assert [names.of("a b", "Ab"), names.of("ab", "AB"), names.of("a-b", "Ab"), names.of("ab", "AB")] == [
        "Ab",
        "AB2",
        "Ab3",
        "AB2",
    ]


@pytest.mark.parametrize(
    ("proposed", "name"),
    [
        ("code", "code"),
        ("größe", "größe"),
        ("pk", "pk_field"),
        ("save", "save_field"),
        ("objects", "objects_field"),
        ("models", "models_field"),
        ("ﬁsh", "fish"),
        ("x²", "x2"),
        ("x" * 200, "x" * 124),
        ("½", "field_1_2"),
        # No field's name ends with an underscore.
        ("a\N{PARENTHESIZED DIGIT ONE}", "a_1"),
        ("²", "field_2"),
        # A letter of words, and of no names.
        ("\N{BENGALI CURRENCY NUMERATOR ONE}", "field"),
        ("a\N{BENGALI CURRENCY NUMERATOR ONE}\N{BENGALI CURRENCY NUMERATOR ONE}b", "a_b"),
        ("\N{BENGALI CURRENCY NUMERATOR ONE}1", "field_1"),
        ("2 x  y ", "field_2_x_y"),
        ("\N{ARABIC-INDIC DIGIT THREE}", "field_\N{ARABIC-INDIC DIGIT THREE}"),
    ],
)
def test_fields(proposed, name):
    made = field_name(proposed, [])
    assert made == name
    assert made.isidentifier() and not keyword.iskeyword(made)


@pytest.mark.parametrize("sign", ["²", "①", "½", "\N{PILCROW SIGN}", "€", "٣"])
def test_every_sign_makes_a_name(sign):
    assert field_name(sign, []).isidentifier()
    assert field_name("a" + sign, []).isidentifier()


def test_each_field_has_a_name_of_its_own():
    assert field_name("a", ["a", "a2"]) == "a3"
