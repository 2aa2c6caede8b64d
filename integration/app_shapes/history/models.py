"""A copy of each row at each change, kept by signals in a table beside it."""

import uuid

from django.conf import settings
from django.db import models


class Poll(models.Model):
    question = models.CharField(max_length=200)
    opens = models.DateTimeField(null=True)
    reference = models.UUIDField(default=uuid.uuid4, unique=True)
    creator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    weight = models.DecimalField(max_digits=8, decimal_places=3, default=0)


class HistoricalPoll(models.Model):
    """The columns of a poll without its constraints, and who changed it, when and how."""

    id = models.BigIntegerField(db_index=True)
    question = models.CharField(max_length=200)
    opens = models.DateTimeField(null=True)
    reference = models.UUIDField(default=uuid.uuid4, db_index=True)
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    weight = models.DecimalField(max_digits=8, decimal_places=3, default=0)
    history_id = models.BigAutoField(primary_key=True)
    history_date = models.DateTimeField(db_index=True)
    history_type = models.CharField(max_length=1, choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")])
    history_change_reason = models.CharField(max_length=100, null=True)
    history_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "history_poll_kept"
        ordering = ["-history_date", "-history_id"]
        get_latest_by = "history_date"
