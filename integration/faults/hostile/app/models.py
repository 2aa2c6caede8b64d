"""A column of each kind that may hold user input."""

from __future__ import annotations

from django.db import models


class Thing(models.Model):
    text = models.CharField(max_length=300)
    long = models.TextField()
    data = models.JSONField()
    raw = models.BinaryField()
    number = models.DecimalField(max_digits=30, decimal_places=8)
    at = models.DateTimeField()
