"""Flags that hold for some, for a share of the visitors, or for members of groups."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone


class Flag(models.Model):
    name = models.CharField(max_length=100, unique=True)
    everyone = models.BooleanField(null=True)
    percent = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    superusers = models.BooleanField(default=True)
    languages = models.TextField(blank=True, default="")
    groups = models.ManyToManyField(Group, blank=True)
    users = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True)
    testing = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now, db_index=True)
    modified = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(percent__range=(0, 100)), name="waffles_percent")]


class Switch(models.Model):
    name = models.CharField(max_length=100, unique=True)
    active = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    modified = models.DateTimeField(default=timezone.now)


class Sample(models.Model):
    name = models.CharField(max_length=100, unique=True)
    percent = models.DecimalField(max_digits=4, decimal_places=1)
