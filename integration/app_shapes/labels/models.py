"""Tags, activity streams and permissions of single objects: all three refer to any model."""

import uuid

from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Tag(models.Model):
    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=100, unique=True, allow_unicode=True)


class TaggedItem(models.Model):
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="items")
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="labels_items")
    object_id = models.IntegerField(db_index=True)
    content_object = GenericForeignKey()

    class Meta:
        indexes = [models.Index(fields=["content_type", "object_id"], name="labels_item_object")]
        constraints = [models.UniqueConstraint(fields=["content_type", "object_id", "tag"], name="labels_item_once")]


class UUIDTaggedItem(models.Model):
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="uuid_items")
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="labels_uuid_items")
    object_id = models.UUIDField(db_index=True)
    content_object = GenericForeignKey()


class Food(models.Model):
    name = models.CharField(max_length=50)
    tagged = GenericRelation(TaggedItem, related_query_name="food")


class Parcel(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=50)
    tagged = GenericRelation(UUIDTaggedItem, related_query_name="parcel")


class Action(models.Model):
    """Who did what, to what, where: three references to any model."""

    actor_type = models.ForeignKey(ContentType, models.CASCADE, related_name="actor")
    actor_id = models.CharField(max_length=255, db_index=True)
    actor = GenericForeignKey("actor_type", "actor_id")
    verb = models.CharField(max_length=255, db_index=True)
    target_type = models.ForeignKey(ContentType, models.CASCADE, null=True, related_name="target")
    target_id = models.CharField(max_length=255, null=True)
    target = GenericForeignKey("target_type", "target_id")
    place_type = models.ForeignKey(ContentType, models.CASCADE, null=True, related_name="place")
    place_id = models.CharField(max_length=255, null=True)
    place = GenericForeignKey("place_type", "place_id")
    timestamp = models.DateTimeField()
    public = models.BooleanField(default=True, db_index=True)
    data = models.JSONField(null=True)

    class Meta:
        ordering = ("-timestamp",)


class ObjectPermission(models.Model):
    """A permission of a user for one object, whose key is text so that any key fits."""

    permission = models.ForeignKey(Permission, models.CASCADE)
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_pk = models.CharField(max_length=255)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)

    class Meta:
        unique_together = [("user", "permission", "object_pk")]
        indexes = [models.Index(fields=["permission", "user", "content_type", "object_pk"], name="labels_permission")]
