"""Tables and columns that are named as core names what it writes into statements itself: errors 1011, 1013, 207, 209.

What stands beside a query's own tables begins with two underscores. Other names are inside subqueries that know no table
of the query; they are read from the statements of harmless tables, and tables of such names answer as those do.
"""

import contextlib
import re

import pytest
from django.apps.registry import Apps
from django.db import DatabaseError, models
from django.db.models import Count, Exists, F, Max, OuterRef, Subquery, Value, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Concat, Greatest, Lower, NthValue, RowNumber
from django.test.utils import CaptureQueriesContext, override_settings
from harness.catalogues import empty

HARMLESS = ("harm_one", "harm_text", "harm_many", "harm_other")
# Two levels: the lower has neither OPENJSON nor GREATEST, so that other statements are written.
LEVELS = [None, 120]
# Names of subqueries that know no table of the query: a float's digits, the items and leaves of a document.
INSIDE = set("digits f last parts r s shortest sign style t value k d e leaf l1 m1 m n p q q1 u v w x1 y1 c".split())
# What core calls a derived table, a rowset or one of its columns.
_ALIAS = re.compile(r"\) AS \[(\w+)\](?: \(([^()]+)\))?|\bAS \[(\w+)\]")


class ToTheTables:
    """Queries go to the database of these tests."""

    def db_for_read(self, model, **hints):
        return "alias_clashes"

    db_for_write = db_for_read


@pytest.fixture(scope="module", params=LEVELS, ids=["newest", "120"])
def connection(server, request):
    with empty(server, "alias_clashes") as connection:
        if request.param is not None:
            with connection.cursor() as cursor:
                cursor.execute("ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = %d" % request.param)
            connection.close()
            connection._forget_server()
        with override_settings(DATABASE_ROUTERS=[ToTheTables()]):
            yield connection


class Tables:
    """A table and one that refers to it.

    :param names: of one and of its column, of the other and of its column.
    """

    def __init__(self, names):
        table, column, other, its = names
        # An app that is installed: only its models know what refers to them.
        meta = {"apps": Apps(["django.contrib.contenttypes"]), "app_label": "contenttypes"}
        self.one = self._made("One", meta, table, {
            "text": models.CharField(max_length=50, db_column=column, unique=True),
            "number": models.IntegerField(null=True), "ratio": models.FloatField(default=1.5),
            "data": models.JSONField(default=dict), "up": models.ForeignKey("One", models.CASCADE, null=True),
        })  # fmt: skip
        self.many = self._made("Many", meta, other, {
            "one": models.ForeignKey(self.one, models.CASCADE), "text": models.CharField(max_length=50, db_column=its),
        })  # fmt: skip

    @staticmethod
    def _made(name, meta, table, fields):
        meta = type("Meta", (), {**meta, "db_table": table})
        return type(name, (models.Model,), {"__module__": __name__, "Meta": meta, **fields})

    def kinds(self):
        return [self.one, self.many]

    def fill(self):
        for number in range(1, 6):
            one = self.one.objects.create(text="t%d" % number, number=number % 2, data={"a": [number, "t%d" % number]})
            self.many.objects.create(one=one, text="t%d" % (6 - number))


def grouped(tables):
    ones = tables.one.objects
    yield (
        ones.annotate(made_key=Concat(Lower("text"), Value("x")))
        .values("made_key")
        .annotate(number_of=Count("id"))
        .order_by("made_key")
    )
    older = tables.one.objects.filter(number=OuterRef("number")).order_by("text").values("text")[:1]
    yield (
        ones.annotate(made_key=Subquery(older))
        .values("made_key")
        .annotate(number_of=Count("many"), most=Max("many__text"))
        .order_by("made_key")
    )
    yield (
        ones.annotate(made_key=Greatest("text", Value("t3")))
        .values("made_key")
        .annotate(number_of=Count("id"))
        .order_by("made_key")
    )
    raw = RawSQL("LEN(%s)" % tables.one._meta.get_field("text").column, [])
    yield (
        ones.values(length=raw, low=Lower(Value("x")))
        .annotate(number_of=Count("id"))
        .filter(number_of__gt=Value(1))
        .order_by("length")
    )
    yield (
        tables.many.objects.values(low=Concat("one__text", Value("!"))).annotate(number_of=Count("id")).order_by("low")
    )


def sorted_and_cut(tables):
    ones = tables.one.objects
    yield ones.order_by("number", "-text").values_list("text")[1:4]
    yield ones.order_by("number", "text").distinct("number").values_list("number", "text")
    yield ones.order_by("text").distinct("number")[1:2].values_list("text")
    yield (
        ones.filter(pk__in=ones.order_by(F("number").desc(nulls_last=True), "text")[1:3])
        .values_list("text")
        .order_by("text")
    )
    yield ones.values_list("text").union(tables.many.objects.values_list("text")).order_by("text")[1:3]
    yield (
        ones.order_by("text")[:2]
        .union(ones.order_by("-text")[:2])
        .order_by(F("text").desc(nulls_first=True))
        .values_list("text")
    )
    yield [ones.filter(number=1).union(ones.filter(number=0)).count(), ones.values("number").distinct().count()]
    yield [
        ones.annotate(number_of=Count("many"))
        .order_by("number_of")[1:4]
        .aggregate(most=Max("number_of"), latest=Max("text"))
    ]


def windows(tables):
    ones = tables.one.objects
    numbered = ones.annotate(place=Window(RowNumber(), partition_by="number", order_by="text"))
    yield numbered.filter(place=1).order_by("text").values_list("text")
    yield numbered.filter(place__lt=3, many__text__gt="t1").order_by("-text").values_list("text")[1:3]
    second = ones.annotate(second=Window(NthValue("text", 2), partition_by="number", order_by="text"))
    yield second.order_by("text").values_list("text", "second")
    yield second.annotate(both=Concat("second", "text")).order_by("-both", "text")[1:4].values_list("text", "both")


def compared(tables):
    ones, many = tables.one.objects, tables.many.objects
    yield ones.filter(text__in=["t%d" % number for number in range(2, 90)]).order_by("text").values_list("text")
    yield ones.exclude(text__in=["t%d" % number for number in range(4, 3000)]).order_by("text").values_list("text")
    yield ones.filter(Exists(many.filter(text=OuterRef("text"), one=OuterRef("pk")))).values_list("text")
    yield (
        ones.annotate(shown=Cast("ratio", models.CharField(max_length=30)))
        .filter(shown="1.5")
        .values_list("text", "shown")
        .order_by("text")
    )
    yield ones.annotate(greater=Greatest("text", "many__text")).order_by("text").values_list("text", "greater")
    yield many.filter(one__text__contains=F("text")).values_list("text")
    yield ones.filter(text__regex="^t[12]$").order_by("text").values_list("text")


def documents(tables):
    if not tables.has_openjson:
        return
    ones = tables.one.objects
    yield ones.filter(data__a__contains=["t2"]).values_list("text")
    yield ones.filter(data__a__1=F("text")).count(), ones.filter(data__a__1="t3").count()
    yield ones.filter(data__contains={"a": [3]}).values_list("text")
    yield ones.filter(data={"a": [4, "t4"]}).values_list("text")
    yield ones.filter(data__a__0__in=[1, 2], data__has_key="a").order_by("text").values_list("text")
    yield ones.filter(data__a__0__gt=3).order_by("data__a__0").values_list("text", "data__a__1")
    yield ones.filter(data__a__in=[[5, "t5"], [1, "t1"]]).order_by("text").values_list("text")
    yield ones.filter(data__a=F("data__a")).count(), ones.filter(up__data__a=F("data__a")).count()
    yield ones.filter(data__contains=F("data")).order_by("text").values_list("text")
    yield ones.filter(data__in=ones.filter(number=1).values("data")).order_by("text").values_list("text")
    yield ones.filter(data__a__1__iexact="T1").count(), ones.filter(data__a__1__startswith="t").count()
    yield ones.values("data__a__1").annotate(number_of=Count("id")).order_by("data__a__1")
    yield (
        ones.filter(data__a__0__lt=F("data__a__0"), data__a__1__lte=F("text")).count(),
        ones.exclude(data__a={"b": [{}]}).count(),
    )


def written(tables):
    ones, many, Kind = tables.one.objects, tables.many.objects, tables.one
    yield [row.pk > 0 for row in ones.bulk_create([Kind(text="n%d" % number, number=2) for number in range(3)])]
    yield ones.bulk_create([Kind(text="n1", number=3), Kind(text="n9", number=3)], ignore_conflicts=True) and _all(ones)
    options = {"update_conflicts": True, "unique_fields": ["text"], "update_fields": ["number"]}
    upserted = [Kind(text="n1", number=7), Kind(text="n8", number=7)]
    yield ones.bulk_create(upserted, **options) and _all(ones)
    changed = list(ones.filter(text__startswith="n"))
    for index, one in enumerate(changed):
        one.number, one.text = index, "m%d" % index
    yield ones.bulk_update(changed, ["number", "text"]), _all(ones)
    column = Kind._meta.get_field("text").column
    condition = RawSQL("CASE WHEN %s LIKE %%s THEN 1 ELSE 0 END" % column, ["m%"], models.IntegerField())
    yield ones.alias(raw=condition).filter(raw=1).bulk_update(changed, ["number"]), _all(ones)
    yield (
        ones.filter(text="t1").update(number=Subquery(many.filter(one=OuterRef("pk")).values("id")[:1]) * 0 + 40),
        _all(ones),
    )
    yield ones.filter(many__text="t2").update(number=9), ones.update_or_create(text="t3", defaults={"number": 4})[1]
    yield ones.order_by("text").first().text, many.filter(one__text="t1").delete()[0], _all(ones)
    yield ones.filter(many__text__in=["t%d" % number for number in range(200)], many__one__number=9).delete()[0]
    yield [ones.filter(number=Subquery(ones.filter(text="m0").values("number"))).delete()[0], _all(ones)]


def _all(rows):
    return list(rows.order_by("text").values_list("text", "number"))


class Keyed:
    """A table with a key of two columns.

    :param names: as of Tables; the table, and its columns but one.
    """

    def __init__(self, names):
        table, text, number, value = names
        meta = type("Meta", (), {"apps": Apps(), "app_label": "clashes", "db_table": table})
        self.keyed = type("Keyed", (models.Model,), {
            "__module__": __name__, "Meta": meta, "pk": models.CompositePrimaryKey("text", "number"),
            "text": models.CharField(max_length=50, db_column=text), "number": models.IntegerField(db_column=number),
            "value": models.IntegerField(null=True, db_column=value),
        })  # fmt: skip

    def kinds(self):
        return [self.keyed]

    def fill(self):
        self.keyed.objects.bulk_create([self.keyed(text="t%d" % (n % 3), number=n, value=n) for n in range(6)])


def keys(tables):
    rows = tables.keyed.objects
    yield (
        rows.filter(pk__in=[("t%d" % (number % 2), number) for number in range(40)])
        .order_by("number")
        .values_list("pk")
    )
    yield (
        rows.filter(pk__in=[("t%d" % (number % 2), number) for number in range(1500)])
        .order_by("number")
        .values_list("pk")
    )
    yield rows.filter(pk__in=rows.filter(value__gt=2)).order_by("number").values_list("number")
    yield rows.filter(Exists(rows.filter(pk=OuterRef("pk"), value=1))).values_list("pk")
    yield rows.filter(pk__gt=("t1", 2)).order_by("pk").values_list("pk")[1:3]
    upserted = [tables.keyed(text="t0", number=0, value=70), tables.keyed(text="x", number=1, value=5)]
    options = {"update_conflicts": True, "unique_fields": ["text", "number"], "update_fields": ["value"]}
    yield rows.bulk_create(upserted, **options) and list(rows.order_by("pk").values_list("pk", "value"))
    yield rows.bulk_create(upserted, ignore_conflicts=True) and rows.count()
    changed = list(rows.all())
    for one in changed:
        one.value = one.number * 2
    yield rows.bulk_update(changed, ["value"]), list(rows.order_by("pk").values_list("pk", "value"))
    yield rows.filter(pk__in=[("t%d" % (number % 3), number) for number in range(40)]).delete()[0], rows.count()


BATTERY = {Tables: [grouped, sorted_and_cut, windows, compared, documents, written]}
if hasattr(models, "CompositePrimaryKey"):
    BATTERY[Keyed] = [keys]


def answers(connection, group, names):
    """{place: what each statement of the battery answers, or the error's text}."""
    by_place = {}
    with made(connection, group(names)) as tables:
        for part in BATTERY[group]:
            for kind in reversed(tables.kinds()):
                kind.objects.all().delete()
            tables.fill()
            try:
                for place, answer in enumerate(part(tables)):
                    by_place[part.__name__, place] = list(answer) if isinstance(answer, models.QuerySet) else answer
            except DatabaseError as error:
                by_place[part.__name__, "error"] = str(error)
    return by_place


@contextlib.contextmanager
def made(connection, tables):
    tables.has_openjson = connection.server.compatibility_level >= 130
    with connection.schema_editor() as editor:
        for kind in tables.kinds():
            editor.create_model(kind)
    try:
        yield tables
    finally:
        with connection.schema_editor() as editor:
            for kind in reversed(tables.kinds()):
                editor.delete_model(kind)


def aliases(sent):
    """The aliases in statements; one for all of those that differ by a number at the end."""
    names = set()
    for query in sent:
        for table, columns, other in _ALIAS.findall(query["sql"]):
            names.update([table or other, *re.findall(r"\[(\w+)\]", columns)])
    return {re.sub(r"\d+$", "1", name) for name in names}


# Django's own, and those of the battery's fields and annotations.
_OTHERS = set(
    "a subquery qualify qual1 col1 T1 U1 V1 id text number data data__a__1 made_key number_of most latest shown greater low "
    "length second both place raw".split()
)


@pytest.mark.parametrize("group", BATTERY)
def test_tables_and_columns_may_have_any_name_that_core_writes(connection, group):
    with CaptureQueriesContext(connection) as sent:
        expected = answers(connection, group, HARMLESS)
    assert not [place for place in expected if "error" in place], expected
    names = sorted(name for name in aliases(sent) - _OTHERS if not name.startswith("__"))
    assert set(names) <= INSIDE, "core's aliases begin with two underscores, but for those that stand alone"
    names += HARMLESS[: -len(names) % 4]
    for place in range(0, len(names), 4):
        one, two, three, four = names[place : place + 4]
        for given in ((one, two, three, four), (two, one, four, three)):
            assert answers(connection, group, given) == expected, given
