"""A log of changes to any model, the changes themselves in JSON."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone


class LogEntry(models.Model):
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    object_pk = models.CharField(max_length=255, db_index=True)
    object_id = models.BigIntegerField(null=True, db_index=True)
    object_repr = models.TextField()
    serialized_data = models.JSONField(null=True)
    action = models.PositiveSmallIntegerField(
        choices=[(0, "create"), (1, "update"), (2, "delete"), (3, "access")], db_index=True
    )
    changes = models.JSONField(null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    cid = models.CharField(max_length=255, db_index=True, null=True)
    remote_addr = models.GenericIPAddressField(null=True)
    timestamp = models.DateTimeField(default=timezone.now, db_index=True)
    additional_data = models.JSONField(null=True)

    class Meta:
        ordering = ["-timestamp"]
        get_latest_by = "timestamp"
