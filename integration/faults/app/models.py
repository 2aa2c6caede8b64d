"""Few tables; every row tells by its name which unit of work wrote it."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """What units write; not unique, so that a row written twice shows."""

    tag = models.CharField(max_length=60, db_index=True)
    note = models.TextField(default="")


class Account(models.Model):
    """What units count and move."""

    name = models.CharField(max_length=60, unique=True)
    balance = models.IntegerField(default=0)


class Box(models.Model):
    """What units fill, and delete with what is in it."""

    tag = models.CharField(max_length=60, unique=True)
    entries = models.ManyToManyField(Entry)


class Content(models.Model):
    box = models.ForeignKey(Box, models.CASCADE)
    tag = models.CharField(max_length=60)
