"""The page of feature flags says what the code says, and each no has its reason."""

from figures.flags import page


def test_the_page_is_what_the_code_says():
    assert page.PAGE.read_text(encoding="utf-8") == page.text(), "hatch run flags --write"


def test_each_no_and_each_other_answer_than_postgresql_s_has_its_reason_and_nothing_else_has():
    flags, why = page.recorded()["flags"], page.reasons()
    answers = [page.ours(version) for version in page.VERSIONS]
    wanting = {
        name
        for name, columns in flags.items()
        if any(page.needs_reason(flags_of[name], columns["postgresql"]) for flags_of in answers)
    }
    assert set(why) == wanting
    assert all(
        "error" in text or "https://" in text or "A no is better" in text or name == "gis_enabled"
        for name, text in why.items()
    )


def test_what_django_has_here_is_on_the_page():
    """Flags of the Django at hand; those that it has dropped since are of no matter."""
    from django.db.backends.base.features import BaseDatabaseFeatures

    known = page.recorded()["flags"]
    booleans = {name for name, value in vars(BaseDatabaseFeatures).items() if isinstance(value, bool)}
    assert booleans - set(known) <= {"has_bulk_insert", "uses_savepoints"}
