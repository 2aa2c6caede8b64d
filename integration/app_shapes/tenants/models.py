"""Rows of each tenant in a database of its own, beside what all of them share."""

from django.db import models


class Tenant(models.Model):
    """Shared: which database holds whose rows."""

    name = models.CharField(max_length=63, unique=True)
    alias = models.CharField(max_length=63)


class Client(models.Model):
    name = models.CharField(max_length=100)


class Invoice(models.Model):
    client = models.ForeignKey(Client, models.CASCADE, related_name="invoices")
    number = models.IntegerField(default=1)
    total = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "number"], name="tenants_number"),
            models.CheckConstraint(condition=models.Q(total__gte=0), name="tenants_total"),
        ]
