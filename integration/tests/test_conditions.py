"""Conditions as values: selected, grouped by, compared, and unknown where a part of them is NULL."""

import pytest

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(scope="module")
def person(shop):
    """A model with a table of its own: ages 20, 50 and NULL."""
    from django.apps.registry import Apps
    from django.db import connection, models

    meta = type("Meta", (), {"app_label": "shop", "apps": Apps(["demo.shop"]), "db_table": "condition_person"})
    fields = {"age": models.IntegerField(null=True), "flag": models.BooleanField(default=False)}
    model = type("Person", (models.Model,), {"__module__": "demo.shop.models", "Meta": meta, **fields})
    with connection.schema_editor() as editor:
        editor.create_model(model)
    model.objects.bulk_create([model(age=20), model(age=50), model(age=None)])
    yield model
    with connection.schema_editor() as editor:
        editor.delete_model(model)


def older(than=40):
    from django.db.models import BooleanField, ExpressionWrapper, Q

    return ExpressionWrapper(Q(age__gt=than), output_field=BooleanField())


def test_a_condition_is_filtered_and_grouped_by(person):
    from django.db.models import Count

    annotated = person.objects.annotate(older=older())
    assert annotated.filter(older=True).count() == 1
    groups = annotated.values("older").annotate(number=Count("id")).values_list("older", "number")
    assert dict(groups) == {True: 1, False: 1, None: 1}


def test_what_is_unknown_is_null_wherever_it_is_a_value(person):
    from django.db.models import Case, Count, F, IntegerField, When, Window
    from django.db.models.functions import Cast

    people = person.objects.annotate(older=older())
    by_age = {None: None, 20: False, 50: True}
    assert dict(people.values_list("age", "older")) == by_age
    assert dict(people.distinct().order_by("older").values_list("age", "older")) == by_age
    assert [each.age for each in people.order_by(F("older").desc(nulls_last=True))] == [50, 20, None]
    assert people.aggregate(known=Count("older"), true=Count("older", filter=older())) == {"known": 2, "true": 1}
    number = people.annotate(number=Cast("older", IntegerField())).values_list("age", "number")
    assert dict(number) == {None: None, 20: 0, 50: 1}
    case = people.annotate(case=Case(When(pk__gt=0, then=older()))).values_list("age", "case")
    assert dict(case) == by_age
    peers = people.annotate(peers=Window(Count("id"), partition_by=[older()])).values_list("peers", flat=True)
    assert list(peers) == [1, 1, 1]


def test_what_is_unknown_is_assigned_as_null(person):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        person.objects.update(flag=older())
    with transaction.atomic():
        person.objects.exclude(age=None).update(flag=older())
        assert dict(person.objects.values_list("age", "flag")) == {None: False, 20: False, 50: True}
        transaction.set_rollback(True)


def test_what_is_unknown_equals_nothing(person):
    from django.db.models import F
    from django.db.models.lookups import Exact, GreaterThan

    equal = person.objects.filter(Exact(GreaterThan(F("age"), 40), F("flag")))
    assert [each.age for each in equal] == [20]


def test_a_constraint_takes_null_as_the_database_does(person):
    from django.core.exceptions import ValidationError
    from django.db.models import CheckConstraint, Q

    constraint = CheckConstraint(**{_condition(): Q(age__gte=18)}, name="adult")
    if not hasattr(constraint, "validate"):
        pytest.skip("Django validates constraints since version 4.1.")
    constraint.validate(person, person(age=None))
    constraint.validate(person, person(age=18))
    with pytest.raises(ValidationError):
        constraint.validate(person, person(age=17))


def _condition():
    import django

    return "condition" if django.VERSION >= (5, 1) else "check"


def test_long_lists_with_expressions_and_with_large_numbers(person):
    from django.db.models import F, Q

    numbers = [*range(30, 4000)]
    for listed, ages in (
        ([*numbers, F("age") * 1], [20, 50]), ([*numbers, F("pk") + 1000, None], [50]), ([*numbers, 2**63], [50]),
        ([*numbers, 2**64, 10**39], [50]), ([20, F("pk") + 1000, 10**39], [20]),
    ):  # fmt: skip
        assert list(person.objects.filter(age__in=listed).order_by("age").values_list("age", flat=True)) == ages
        others = [age for age in (20, 50) if age not in ages]
        rest = person.objects.exclude(age__in=listed).filter(age__gt=0)
        assert list(rest.order_by("age").values_list("age", flat=True)) == others
    everyone = person.objects.filter(Q(age__in=[*numbers, F("age")]) | Q(age=None))
    assert everyone.count() == 3


def test_long_lists_behind_a_bilateral_transform(person):
    from django.db.models import IntegerField, Transform

    class LastDigit(Transform):
        lookup_name, template, bilateral = "last_digit", "(%(expressions)s %%%% 7)", True
        output_field = IntegerField()

    IntegerField.register_lookup(LastDigit, "last_digit")
    try:
        for listed, ages in ((range(6, 20000, 7), [20]), (range(1, 20000, 7), [50]), (range(2, 20000, 7), [])):
            assert list(person.objects.filter(age__last_digit__in=listed).values_list("age", flat=True)) == ages
            assert person.objects.exclude(age__last_digit__in=listed).count() == 3 - len(ages)
    finally:
        IntegerField._unregister_lookup(LastDigit, "last_digit")
