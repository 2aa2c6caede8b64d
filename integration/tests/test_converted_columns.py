"""Changes of a column's type that keep what Django reads: UUIDs as text, floats as text; and operations for whole databases."""

import uuid

import pytest
from django.apps.registry import Apps
from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.migrations import Migration
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState
from harness.project import new_alias
from test_scripts import script, send

from mssql_core.migrations import ConvertUUIDColumns
from mssql_json.migrations import ReplaceJSONChecks

pytestmark = pytest.mark.usefixtures("shop")
KEYS = [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), uuid.UUID("0123456789abcdeffedcba9876543210")]


def altered(old, new, values):
    """The values of a column of the old field, read through the new one, and back through the old one."""

    class Thing(models.Model):
        value = old

        class Meta:
            app_label = "things"
            apps = Apps()

    class Changed(models.Model):
        value = new

        class Meta:
            app_label = "things"
            db_table = "things_thing"
            apps = Apps()

    with transaction.atomic():
        with connection.schema_editor() as editor:
            editor.create_model(Thing)
        for value in values:
            Thing.objects.create(value=value)
        with connection.schema_editor() as editor:
            editor.alter_field(Thing, Thing._meta.get_field("value"), Changed._meta.get_field("value"))
        changed = list(Changed.objects.order_by("pk").values_list("value", flat=True))
        with connection.schema_editor() as editor:
            editor.alter_field(Changed, Changed._meta.get_field("value"), Thing._meta.get_field("value"))
        back = list(Thing.objects.order_by("pk").values_list("value", flat=True))
        transaction.set_rollback(True)
    return changed, back


@pytest.mark.parametrize("length", [32, 35, 36, 40])
@pytest.mark.parametrize("arguments", [{}, {"unique": True}, {"null": True, "unique": True}, {"db_index": True}])
def test_text_becomes_uuid_and_back(length, arguments):
    texts = [key.hex if length < 36 else str(key) for key in KEYS] + [None] * bool(arguments.get("null"))
    changed, back = altered(models.CharField(max_length=length, **arguments), models.UUIDField(**arguments), texts)
    assert changed == KEYS + texts[3:] and back == texts


def test_long_text_and_text_without_hyphens_in_a_long_column():
    changed, back = altered(models.TextField(), models.UUIDField(), [KEYS[2].hex, str(KEYS[1])])
    assert changed == [KEYS[2], KEYS[1]] and back == [str(KEYS[2]), str(KEYS[1])]


def test_null_texts_get_the_default():
    changed, _ = altered(
        models.CharField(max_length=32, null=True), models.UUIDField(default=KEYS[1]), [None, KEYS[2].hex]
    )
    assert changed == [KEYS[1], KEYS[2]]


def test_text_that_is_no_uuid_is_refused():
    with pytest.raises(DataError, match="8169"):
        altered(models.CharField(max_length=32), models.UUIDField(), ["x" * 32])


def test_floats_keep_their_digits_as_text():
    floats = [0.1, 1.7976931348623157e308, -1e-05, 123456789.12345679, 1e22, 0.0]
    changed, back = altered(models.FloatField(), models.CharField(max_length=40), floats)
    assert changed == [repr(number) for number in floats] and back == floats
    changed, back = altered(models.FloatField(), models.TextField(), floats)
    assert changed == [repr(number) for number in floats] and back == floats


def test_a_float_may_be_null_and_its_name_long():
    column = "f" * 128
    changed, back = altered(
        models.FloatField(null=True, db_column=column), models.TextField(null=True, db_column=column), [0.1, None]
    )
    assert changed == ["0.1", None] and back == [0.1, None]


def test_legacy_types_keep_all_they_hold_as_text():
    class Ledger(models.Model):
        price = models.DecimalField(max_digits=19, decimal_places=4)
        moment = models.DateTimeField()

        class Meta:
            app_label = "things"
            apps = Apps()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE things_ledger (id bigint IDENTITY PRIMARY KEY, price money NOT NULL, moment datetime NOT NULL)"
        )
        cursor.execute("INSERT INTO things_ledger (price, moment) VALUES (-1234567.8912, '2026-02-03T04:05:06.997')")
        for name in ("price", "moment"):
            text = models.CharField(max_length=40)
            text.set_attributes_from_name(name)
            text.model = Ledger
            with connection.schema_editor() as editor:
                editor.alter_field(Ledger, Ledger._meta.get_field(name), text)
        cursor.execute("SELECT price, moment FROM things_ledger")
        assert cursor.fetchall() == [("-1234567.8912", "2026-02-03 04:05:06.997")]
        transaction.set_rollback(True)


def project():
    """A state with UUID keys, foreign keys of all kinds to them, and JSON."""
    state = ProjectState()
    key = ("id", models.UUIDField(primary_key=True, default=uuid.uuid4))
    to_place = {"to": "places.Place", "on_delete": models.DO_NOTHING}
    operations = [
        CreateModel("Place", [key, ("inside", models.ForeignKey(null=True, **to_place)), ("data", models.JSONField())]),
        CreateModel(
            "Visit",
            [
                ("place", models.OneToOneField(primary_key=True, **to_place)),
                ("loose", models.ForeignKey(db_constraint=False, related_name="+", **to_place)),
                ("others", models.ManyToManyField("places.Place", related_name="+")),
                ("token", models.UUIDField(null=True, unique=True)),
            ],
        ),
        CreateModel(
            "Stay",
            [("visit", models.ForeignKey("places.Visit", models.CASCADE)), ("data", models.JSONField(null=True))],
        ),
    ]
    for operation in operations:
        operation.state_forwards("places", state)
    return state, operations


@pytest.fixture(params=["char(32)", "uniqueidentifier"])
def places(request, server):
    """(state, alias with UUIDs of one type, alias of the same database with the other), and rows."""
    state, operations = project()
    kinds = [request.param, *({"char(32)", "uniqueidentifier"} - {request.param})]
    names = connection.settings_dict["NAME"]
    old, new = (server.database(names, plugins=["json"], uuid_type=kind) for kind in kinds)
    with new_alias("old", old) as made, new_alias("new", new) as converted:
        with made.schema_editor() as editor:
            for operation in operations:
                operation.database_forwards("places", editor, state, state)
        yield state, made, converted
        with converted.schema_editor() as editor:
            for name in ("Stay", "Visit", "Place"):
                editor.delete_model(state.apps.get_model("places", name))


def _rows(state, alias):
    """All rows of all tables, as Django reads them."""
    rows = {
        model.__name__: sorted(map(str, model.objects.using(alias).values_list()))
        for model in state.apps.get_models(include_auto_created=True)
    }
    (visit,) = state.apps.get_model("places", "Visit").objects.using(alias).filter(place__inside=None)
    rows["others"] = sorted(str(other.pk) for other in visit.others.all())
    return rows


def convert(alias, state, by_script):
    """Run the operation by the editor, or by its script in one batch; afterwards nothing is left to do."""
    migration = Migration("convert", "places")
    migration.operations = [ConvertUUIDColumns()]
    if by_script:
        send(alias, script(alias, migration, state)[1])
    else:
        with alias.schema_editor() as editor:
            migration.apply(state, editor)
    assert script(alias, migration, state)[1] == []


@pytest.mark.parametrize("by_script", [False, True])
def test_all_uuid_columns_follow_the_option_with_their_keys(places, by_script):
    state, made, converted = places
    place, visit, stay = (state.apps.get_model("places", name) for name in ("Place", "Visit", "Stay"))
    for number, key in enumerate(KEYS):
        place.objects.using("old").create(id=key, inside_id=KEYS[0] if number else None, data={})
        visit.objects.using("old").create(place_id=key, loose_id=KEYS[2], token=key if number else None)
        stay.objects.using("old").create(visit_id=key)
    visit.objects.using("old").get(pk=KEYS[0]).others.set(place.objects.using("old").all())
    before = _rows(state, "old")
    convert(converted, state, by_script)
    assert _rows(state, "new") == before
    with converted.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT TYPE_NAME(c.system_type_id) FROM sys.columns AS c JOIN sys.tables AS t ON t.object_id = c.object_id "
            "WHERE t.name LIKE 'places[_]%' AND (c.name IN ('loose_id', 'place_id', 'token', 'visit_id', 'inside_id')"
            " OR t.name = 'places_place' AND c.name = 'id')"
        )
        assert cursor.fetchall() == [(converted.settings_dict["OPTIONS"]["uuid_type"].partition("(")[0],)]
        assert len(converted.introspection.get_relations(cursor, "places_visit_others")) == 2
    with pytest.raises(IntegrityError, match="547"):
        stay.objects.using("new").create(visit_id=uuid.uuid4())
    with pytest.raises(IntegrityError, match="2601"):
        visit.objects.using("new").filter(pk=KEYS[0]).update(token=KEYS[1])
    assert visit.objects.using("new").get(token=KEYS[2]).loose_id == KEYS[2]


def test_old_checks_of_json_are_replaced(places):
    state, made, _ = places
    place = state.apps.get_model("places", "Place")
    with made.cursor() as cursor:
        for table in ("places_place", "places_stay"):
            (name,) = (
                name
                for name, constraint in made.introspection.get_constraints(cursor, table).items()
                if constraint["check"] and constraint["columns"] == ["data"]
            )
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            cursor.execute(f"ALTER TABLE {table} WITH CHECK ADD CONSTRAINT {name} CHECK ((isjson ([data]) = 1))")
    with pytest.raises(IntegrityError, match="547"):
        place.objects.using("old").create(data="text")
    for _ in range(2):
        with made.schema_editor() as editor:
            ReplaceJSONChecks().database_forwards("places", editor, state, state)
    for value in ("text", 1, True, [None], None):
        key = uuid.uuid4()
        place.objects.using("old").create(
            id=key, data=value if value is not None else models.Value(None, models.JSONField())
        )
        assert place.objects.using("old").get(pk=key).data == value
    with pytest.raises(IntegrityError, match="547"), made.cursor() as cursor:
        cursor.execute("UPDATE places_place SET data = 'no json'")
