"""A few tables; each row's name tells which unit of work wrote it."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """A row that units write; not unique, so that a second write shows."""

    tag = models.CharField(max_length=60, db_index=True)
    note = models.TextField(default="")


class Account(models.Model):
    """A balance that units change."""

    name = models.CharField(max_length=60, unique=True)
    balance = models.IntegerField(default=0)


class Box(models.Model):
    """A parent that units fill, and delete with its children."""

    tag = models.CharField(max_length=60, unique=True)
    entries = models.ManyToManyField(Entry)


class Content(models.Model):
    box = models.ForeignKey(Box, models.CASCADE)
    tag = models.CharField(max_length=60)
