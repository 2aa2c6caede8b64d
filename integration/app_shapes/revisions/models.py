"""Versions of objects as serialised text, kept together in revisions."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Revision(models.Model):
    date_created = models.DateTimeField(db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    comment = models.TextField(blank=True)


class Version(models.Model):
    revision = models.ForeignKey(Revision, models.CASCADE)
    object_id = models.CharField(max_length=191)
    db = models.CharField(max_length=191, default="default")
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    format = models.CharField(max_length=255)
    serialized_data = models.TextField()
    object_repr = models.TextField()

    class Meta:
        ordering = ("-pk",)
        unique_together = [("db", "content_type", "object_id", "revision")]
        indexes = [models.Index(fields=["db", "content_type"], name="revisions_type")]


class Note(models.Model):
    """What is kept."""

    title = models.CharField(max_length=100)
    text = models.TextField()
    stars = models.FloatField(null=True)
