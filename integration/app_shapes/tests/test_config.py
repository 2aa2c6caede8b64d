"""Settings and preferences in the database."""

import base64
import json
import pickle

import pytest
from django.db import IntegrityError, transaction

pytestmark = pytest.mark.usefixtures("rows")


def test_options_are_written_and_read_at_once():
    from app_shapes.config.models import Option

    values = {
        "k" * 255: "x" * 100_000,
        "B": json.dumps({"ü": [1, None]}),
        "c": base64.b64encode(pickle.dumps(1.5)).decode(),
    }
    for key, value in values.items():
        Option.objects.update_or_create(key=key, defaults={"value": value})
    assert dict(Option.objects.filter(key__in=[*values, "nothing"]).values_list("key", "value")) == values
    Option.objects.update_or_create(key="b", defaults={"value": None})
    assert Option.objects.get(key="B").value is None and Option.objects.count() == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        Option.objects.create(key="K" * 255)
    Option.objects.exclude(key__in=["B"]).delete()
    assert Option.objects.get().key == "B"


def test_preferences_are_unique_by_user_section_and_name(django_user):
    from app_shapes.config.models import Preference

    for section in ("s" * 150, None):
        Preference.objects.create(user=django_user, section=section, name="n" * 150, value="1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Preference.objects.create(user=django_user, section="s" * 150, name="n" * 150)
    # A section that is NULL is equal to no other.
    Preference.objects.create(user=django_user, section=None, name="n" * 150)
    assert Preference.objects.filter(user=django_user, section__isnull=True).count() == 2
    assert Preference.objects.exclude(section="s" * 150).count() == 2
    Preference.objects.bulk_create(
        [Preference(user=django_user, section="s" * 150, name="n" * 150, value="2")],
        update_conflicts=True, unique_fields=["user", "section", "name"], update_fields=["value"],
    )  # fmt: skip
    assert Preference.objects.get(section="s" * 150).value == "2"
