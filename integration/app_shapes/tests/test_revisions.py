"""Versions of objects as serialised text: kept, compared, taken back."""

import datetime
import json

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, CharField, Exists, Max, OuterRef
from django.db.models.functions import Cast

pytestmark = pytest.mark.usefixtures("rows")
NOON = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.timezone.utc)


def keep(*objects, minute=0, user=None):
    """A revision of the objects as they are."""
    from app_shapes.revisions.models import Revision, Version

    revision = Revision.objects.create(
        date_created=NOON + datetime.timedelta(minutes=minute), user=user, comment="ß" * 300
    )
    Version.objects.bulk_create(
        Version(
            revision=revision, object_id=one.pk, content_type=ContentType.objects.get_for_model(one), format="json",
            serialized_data=serializers.serialize("json", [one]), object_repr=str(one),
        )
        for one in objects
    )  # fmt: skip
    return revision


@pytest.fixture
def note(django_user):
    from app_shapes.revisions.models import Note

    note = Note.objects.create(title="T", text="first\r\n'quoted' \\ ☃", stars=0.1)
    keep(note, user=django_user)
    note.text = "second" * 2000
    note.save()
    keep(note, minute=1)
    return note


def versions(one):
    from app_shapes.revisions.models import Version

    return Version.objects.filter(object_id=one.pk, content_type=ContentType.objects.get_for_model(one), db="default")


def test_an_object_is_taken_back(note):
    first = versions(note).earliest("revision__date_created")
    (stored,) = serializers.deserialize("json", first.serialized_data)
    with transaction.atomic():
        stored.save()
    note.refresh_from_db()
    assert (note.text, note.stars) == ("first\r\n'quoted' \\ ☃", 0.1)
    assert [len(json.loads(one.serialized_data)[0]["fields"]["text"]) for one in versions(note)] == [12000, 19]


def test_deleted_objects_come_back_with_their_keys(note):
    from app_shapes.revisions.models import Note, Version

    other = Note.objects.create(title="O", text="kept")
    keep(note, other, minute=2)
    key = note.pk
    note.delete()
    living = Note.objects.annotate(key=Cast("pk", CharField(max_length=191))).values("key")
    gone = Version.objects.exclude(object_id__in=living).values("object_id").annotate(last=Max("pk")).values("last")
    deleted = Version.objects.filter(pk__in=gone)
    assert [one.object_id for one in deleted] == [str(key)]
    by_number = Version.objects.annotate(number=Cast("object_id", BigIntegerField()))
    there = Note.objects.filter(pk=OuterRef("number"))
    assert set(by_number.filter(~Exists(there)).values_list("number", flat=True)) == {key}
    (stored,) = serializers.deserialize("json", deleted.get().serialized_data)
    stored.save()
    assert Note.objects.get(pk=key).text == "second" * 2000
    assert Note.objects.create(title="new", text="").pk > other.pk


def test_a_version_is_kept_once_in_a_revision(note):
    from app_shapes.revisions.models import Version

    version = versions(note).first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.create(
            revision=version.revision, object_id=version.object_id, content_type=version.content_type,
            serialized_data="[]", format="json",
        )  # fmt: skip


def test_old_revisions_and_those_of_a_user(note, django_user):
    from app_shapes.revisions.models import Revision, Version

    assert Revision.objects.filter(version__in=versions(note), user=django_user).count() == 1
    near = Revision.objects.filter(date_created__range=(NOON, NOON + datetime.timedelta(minutes=1)))
    assert near.prefetch_related("version_set").order_by("-pk")[0].version_set.all()[0].object_repr == str(note)
    kept = Version.objects.values("content_type", "object_id").annotate(last=Max("revision")).values("last")
    assert Revision.objects.exclude(pk__in=kept).delete()[0] == 2
    assert Version.objects.get().revision.comment == "ß" * 300
