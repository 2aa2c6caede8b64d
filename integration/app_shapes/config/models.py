"""Settings in the database: a key and its value as text, and preferences of each user."""

from django.conf import settings
from django.db import models


class Option(models.Model):
    key = models.CharField(max_length=255, unique=True)
    value = models.TextField(null=True, editable=False)


class Preference(models.Model):
    section = models.CharField(max_length=150, null=True, db_index=True)
    name = models.CharField(max_length=150, db_index=True)
    value = models.TextField(null=True, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)

    class Meta:
        unique_together = [("user", "section", "name")]
