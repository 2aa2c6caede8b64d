"""Generic relations: tags, an activity stream, permissions of single objects."""

import datetime
import uuid

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, CharField, Count, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Cast

pytestmark = pytest.mark.usefixtures("rows")
NOW = datetime.datetime(2026, 3, 1, 8, 30, 0, 999999, datetime.timezone.utc)


@pytest.fixture
def foods(rows):
    from app_shapes.labels.models import Food, Tag

    foods = {name: Food.objects.create(name=name) for name in ("apple", "beet", "carrot")}
    tags = {name: Tag.objects.create(name=name, slug=name) for name in ("green", "red", "großes")}
    for name, labels in {"apple": ["green", "red"], "beet": ["red"], "carrot": []}.items():
        for label in labels:
            foods[name].tagged.create(tag=tags[label])
    return foods


def test_filters_and_counts_over_a_generic_relation(foods):
    from app_shapes.labels.models import Food, Tag

    assert set(Food.objects.filter(tagged__tag__name="red")) == {foods["apple"], foods["beet"]}
    assert set(Food.objects.filter(tagged__tag__slug__in=["green", "red"]).distinct()) == {
        foods["apple"],
        foods["beet"],
    }
    assert Food.objects.exclude(tagged__tag__name="green").count() == 2
    assert dict(Food.objects.annotate(n=Count("tagged")).values_list("name", "n")) == {
        "apple": 2,
        "beet": 1,
        "carrot": 0,
    }
    popular = Tag.objects.filter(items__food__isnull=False).annotate(n=Count("items")).order_by("-n", "name")
    assert list(popular.values_list("name", "n")) == [("red", 2), ("green", 1)]
    assert Tag.objects.filter(slug="GROSSES").count() == 0 and Tag.objects.filter(slug="großes").exists()


def test_the_tags_of_a_migration_are_there(rows):
    from app_shapes.labels.models import Tag

    assert list(Tag.objects.order_by("slug").values_list("name", "slug")) == [("News", "news"), ("Review", "review")]


def test_similar_objects_by_their_tags(foods):
    from app_shapes.labels.models import TaggedItem

    tags = foods["apple"].tagged.values("tag")
    others = TaggedItem.objects.filter(tag__in=tags).exclude(object_id=foods["apple"].pk)
    similar = others.values("content_type_id", "object_id").annotate(n=Count("pk")).order_by("-n")
    assert [(one["object_id"], one["n"]) for one in similar] == [(foods["beet"].pk, 1)]


def test_tags_are_set_anew_and_once(foods):
    from app_shapes.labels.models import Tag, TaggedItem

    beet, kind = foods["beet"], ContentType.objects.get_for_model(foods["beet"])
    wanted = {"green", "red", "root"}
    existing = set(Tag.objects.filter(name__in=wanted).values_list("name", flat=True))
    Tag.objects.bulk_create([Tag(name=name, slug=name) for name in wanted - existing], ignore_conflicts=True)
    TaggedItem.objects.bulk_create(
        [TaggedItem(tag=tag, content_object=beet) for tag in Tag.objects.filter(name__in=wanted)], ignore_conflicts=True
    )
    assert TaggedItem.objects.filter(content_type=kind, object_id=beet.pk).count() == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        beet.tagged.create(tag=Tag.objects.get(name="red"))
    item, created = TaggedItem.objects.get_or_create(tag__name="red", content_type=kind, object_id=beet.pk)
    assert not created and item.content_object == beet


def test_tagged_parcels_have_uuid_keys_and_go_with_their_items(rows):
    from app_shapes.labels.models import Parcel, Tag, UUIDTaggedItem

    tag = Tag.objects.create(name="urgent", slug="urgent")
    parcels = [Parcel.objects.create(name="p%d" % number, id=uuid.UUID(int=number)) for number in (1, 2)]
    for parcel in parcels:
        UUIDTaggedItem.objects.create(tag=tag, content_object=parcel)
    assert set(Parcel.objects.filter(tagged__tag=tag)) == set(parcels)
    fetched = Parcel.objects.prefetch_related(Prefetch("tagged", UUIDTaggedItem.objects.select_related("tag")))
    assert [[item.tag.name for item in one.tagged.all()] for one in fetched] == [["urgent"], ["urgent"]]
    parcels[0].delete()
    assert UUIDTaggedItem.objects.get().content_object == parcels[1]


def test_a_stream_of_any_actors_and_targets(foods):
    from app_shapes.labels.models import Action, Parcel

    parcel = Parcel.objects.create(name="p")
    apple, beet = foods["apple"], foods["beet"]
    for number, (actor, target) in enumerate([(apple, parcel), (beet, None), (parcel, apple)]):
        Action.objects.create(
            actor=actor,
            verb="moved",
            target=target,
            data={"n": number},
            timestamp=NOW + datetime.timedelta(hours=number),
        )
    kind = ContentType.objects.get_for_model
    mine = Q(actor_type=kind(apple), actor_id=apple.pk) | Q(target_type=kind(apple), target_id=str(apple.pk))
    stream = Action.objects.filter(mine, public=True).prefetch_related("actor", "target")
    assert [(one.actor, one.target, one.data["n"]) for one in stream] == [(parcel, apple, 2), (apple, parcel, 0)]
    assert Action.objects.filter(data__n__gte=1).count() == 2
    assert Action.objects.filter(target_id=parcel.pk).get().actor == apple
    assert Action.objects.latest("timestamp").timestamp == NOW + datetime.timedelta(hours=2)
    counted = Action.objects.values("actor_type__model").annotate(n=Count("pk")).order_by("actor_type__model")
    assert [(one["actor_type__model"], one["n"]) for one in counted] == [("food", 2), ("parcel", 1)]


def test_objects_for_a_user_by_keys_that_are_text(foods, django_user):
    from app_shapes.labels.models import Food, ObjectPermission

    kind = ContentType.objects.get_for_model(Food)
    view, change = (Permission.objects.get(content_type=kind, codename=name) for name in ("view_food", "change_food"))
    for name, permissions in {"apple": [view, change], "carrot": [view]}.items():
        for permission in permissions:
            ObjectPermission.objects.create(
                permission=permission, content_type=kind, object_pk=foods[name].pk, user=django_user
            )
    granted = ObjectPermission.objects.filter(user=django_user, permission__codename__in=["view_food", "change_food"])
    keys = granted.annotate(key=Cast("object_pk", BigIntegerField())).values("key")
    assert set(Food.objects.filter(pk__in=keys)) == {foods["apple"], foods["carrot"]}
    both = granted.values("object_pk").annotate(n=Count("permission__codename", distinct=True)).filter(n__gte=2)
    assert (
        Food.objects.filter(pk__in=both.annotate(key=Cast("object_pk", BigIntegerField())).values("key")).get()
        == foods["apple"]
    )
    text = Food.objects.annotate(text=Cast("pk", CharField(max_length=255)))
    assert text.filter(text__in=granted.values("object_pk")).count() == 2
    one = granted.filter(object_pk=Cast(OuterRef("pk"), CharField(max_length=255)), permission=change).values("pk")[:1]
    assert set(Food.objects.annotate(p=Subquery(one)).exclude(p=None)) == {foods["apple"]}
