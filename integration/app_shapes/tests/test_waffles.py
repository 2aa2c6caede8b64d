"""Flags for some, for groups, for a share."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.db import DataError, IntegrityError, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

pytestmark = pytest.mark.usefixtures("rows")


@pytest.fixture
def flags(django_user):
    from app_shapes.waffles.models import Flag

    group = Group.objects.create(name="beta")
    django_user.groups.add(group)
    for name, values in {
        "all": {"everyone": True}, "none": {"everyone": False}, "some": {"percent": Decimal("33.3")}, "beta": {}, "mine": {},
    }.items():  # fmt: skip
        Flag.objects.create(name=name, **values)
    Flag.objects.get(name="beta").groups.add(group)
    Flag.objects.get(name="mine").users.add(django_user)
    return Flag.objects


def test_three_states(flags):
    assert flags.get(everyone=True).name == "all" and flags.get(everyone=False).name == "none"
    assert set(flags.filter(everyone=None).values_list("name", flat=True)) == {"some", "beta", "mine"}
    assert flags.exclude(everyone=True).count() == 4 and flags.filter(~Q(everyone=False)).count() == 4
    flags.update(everyone=Case(When(everyone=None, then=Value(False)), default="everyone"))
    assert flags.filter(everyone=False).count() == 4


def test_the_flags_of_a_user(flags, django_user):
    mine = flags.filter(Q(everyone=True) | Q(users=django_user) | Q(groups__in=django_user.groups.all())).distinct()
    assert set(mine.values_list("name", flat=True)) == {"all", "beta", "mine"}
    through = flags.model.groups.through.objects.filter(flag=OuterRef("pk"), group__user=django_user)
    assert flags.filter(Exists(through)).get().name == "beta"
    flags.get(name="mine").users.clear()
    assert not flags.filter(users=django_user).exists()


def test_a_share_in_percent(flags):
    from app_shapes.waffles.models import Sample

    assert flags.filter(percent__gt=Decimal("33.25"), percent__lt=Decimal("33.35")).get().percent == Decimal("33.3")
    flags.filter(name="some").update(percent=F("percent") * 3)
    assert flags.get(name="some").percent == Decimal("99.9")
    with pytest.raises(IntegrityError, match="waffles_percent"), transaction.atomic():
        flags.filter(name="some").update(percent=F("percent") + 1)
    with pytest.raises(DataError), transaction.atomic():
        Sample.objects.create(name="s", percent=Decimal("1000"))


def test_switches_by_name_in_any_case():
    from app_shapes.waffles.models import Switch

    Switch.objects.create(name="Mail", note="x" * 5000)
    with pytest.raises(IntegrityError), transaction.atomic():
        Switch.objects.create(name="mail ")
    assert Switch.objects.get_or_create(name="MAIL")[1] is False
    Switch.objects.filter(name="mail").update(active=~F("active"))
    assert Switch.objects.get().active is True
