import pytest

from mssql_core.connection.code_pages import codec, hold


@pytest.mark.parametrize(
    ("collation", "page"),
    [
        ("SQL_Latin1_General_CP1_CI_AS", "cp1252"),
        ("SQL_Latin1_General_CP1251_CI_AS", "cp1251"),
        ("SQL_Scandinavian_CP850_CI_AS", "cp850"),
        ("Latin1_General_100_CI_AS", "cp1252"),
        ("Polish_CI_AS", "cp1250"),
        ("Latin1_General_100_CI_AS_SC_UTF8", "utf-8"),
        ("Indic_General_100_CI_AS", None),
    ],
)
def test_code_pages_by_the_name_of_a_collation(collation, page):
    assert codec(collation) == page


def test_a_text_is_held_where_each_code_page_has_it():
    assert hold("Müller", "Latin1_General_CI_AS", "Polish_CI_AS")
    assert not hold("Ł", "Latin1_General_CI_AS", "Polish_CI_AS")
    assert not hold("a", None) and not hold("a", "Indic_General_100_CI_AS")
