"""Keys and documents beside aggregates in HAVING, stored as nvarchar(max) and as json: counted as they are read."""

import django
import pytest
from django.apps.registry import Apps
from django.db import models
from django.db.models import Count, F, Max, OuterRef, Q, Sum
from harness.project import new_alias
from harness.server import Server

pytestmark = pytest.mark.usefixtures("shop")
REGISTRY = Apps(["demo"])


class Team(models.Model):
    number = models.IntegerField()
    data = models.JSONField()

    class Meta:
        app_label, apps = "demo", REGISTRY


class Member(models.Model):
    team = models.ForeignKey(Team, models.CASCADE)
    age = models.IntegerField()

    class Meta:
        app_label, apps = "demo", REGISTRY


@pytest.fixture(scope="module", params=["text", "native"])
def teams(shop, request):
    """Teams of 0 to 3 members, of ages 0 to 2; the key `k` is the number, too."""
    from django.db import connections

    from mssql_sandbox.api import Sandbox

    plugins = {"json": {"native": request.param == "native"}}
    with Sandbox(version="2025") as sandbox, new_alias(
        "teams", Server.of_sandbox(sandbox).database("master", plugins=plugins)
    ):
        with connections["teams"].schema_editor() as editor:
            editor.create_model(Team)
            editor.create_model(Member)
        for number in range(4):
            team = Team.objects.using("teams").create(number=number, data={"k": number, "name": "x%d" % number})
            for age in range(number):
                Member.objects.using("teams").create(team=team, age=age)
        yield Team.objects.using("teams").annotate(members=Count("member"), oldest=Max("member__age"))


def elders():
    return Member.objects.filter(team=OuterRef("pk")).values("age")


# Condition -> the numbers of the teams.
CONDITIONS = {
    "either": (Q(members__gt=2) | Q(data__k=F("members")), {0, 1, 2, 3}),
    "key": (Q(data__k=F("members")), {0, 1, 2, 3}),
    "greater": (Q(data__k__gt=F("oldest")), {1, 2, 3}),
    "sum": (Q(data__k=F("oldest") + 1), {1, 2, 3}),
    "not": (~(Q(members__gt=1) | Q(data__k=F("oldest"))), {0, 1}),
    "the other way round": (Q(oldest__lt=F("data__k")) | Q(number=0), {0, 1, 2, 3}),
    "document": (Q(members=3) | Q(data={"k": 1, "name": "x1"}), {1, 3}),
    "contained": (Q(members=3) | Q(data__contains={"k": 1}), {1, 3}),
    "has": (Q(members=3) | Q(data__has_key="l"), {3}),
    "query": (Q(members=3) | Q(data__k__in=Member.objects.values("age")), {0, 1, 2, 3}),
    "query of the team": (Q(members=3) | Q(number__in=elders()), {3}),
}
if django.VERSION >= (5, 2):
    # Before, Django has aggregates in a list in WHERE.
    CONDITIONS["one of"] = (Q(data__k__in=[F("members"), 7]), {0, 1, 2, 3})


@pytest.mark.parametrize("name", CONDITIONS)
def test_rows_are_counted_as_they_are_read(teams, name):
    condition, numbers = CONDITIONS[name]
    chosen = teams.filter(condition)
    assert {team.number for team in chosen} == {*chosen.values_list("number", flat=True)} == numbers
    assert {team.data["k"] for team in chosen} == {*chosen.values_list("data__k", flat=True)} == numbers
    assert chosen.all().count() == chosen.all()[:9].count() == chosen.distinct().count() == len(numbers)
    assert chosen.all().exists()
    assert chosen.aggregate(all=Sum("members")) == {"all": sum(numbers)}
    assert [team.number for team in chosen.order_by("data__k")] == sorted(numbers)
    assert Team.objects.using("teams").filter(pk__in=chosen.values("pk")).count() == len(numbers)


@pytest.mark.parametrize("name", [name for name in CONDITIONS if name != "query of the team"])
def test_groups_by_values_are_counted_as_they_are_read(teams, name):
    condition, numbers = CONDITIONS[name]
    groups = Team.objects.using("teams").values("number", "data")
    groups = groups.annotate(members=Count("member"), oldest=Max("member__age")).filter(condition)
    assert {group["data"]["k"] for group in groups} == numbers
    assert groups.count() == len(numbers)


@pytest.fixture
def sizes(teams):
    """Teams whose documents differ, and have the key `size`: two 2, one 3, and three 1."""
    teams = Team.objects.using("teams").filter(number__gte=100)
    documents = [{"size": size, "place": place} for place, size in enumerate([2, 2, 3, 1, 1, 1])]
    Team.objects.using("teams").bulk_create([Team(number=100 + each["place"], data=each) for each in documents])
    yield teams.values(size=F("data__size")).annotate(n=Count("pk"))
    teams.delete()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Q(size=F("n")), {2: 2}),
        (Q(size__gt=F("n")) | Q(n=3), {3: 1, 1: 3}),
        (Q(n__gt=F("size")), {1: 3}),
        (Q(data__size__lt=F("n")), {1: 3}),
        (Q(size=2) | Q(n=1), {2: 2, 3: 1}),
    ],
)
def test_groups_by_a_key_are_not_split_into_documents(sizes, condition, expected):
    assert sorted(sizes.filter(condition).values_list("size", "n")) == sorted(expected.items())
