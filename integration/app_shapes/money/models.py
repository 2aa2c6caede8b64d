"""Amounts with their currencies: a ledger."""

from django.db import models


class Account(models.Model):
    number = models.CharField(max_length=34, unique=True)
    currency = models.CharField(max_length=3, default="EUR")
    balance = models.DecimalField(max_digits=19, decimal_places=4, default=0)
    limit = models.DecimalField(max_digits=19, decimal_places=4, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(limit=None) | models.Q(balance__gte=-models.F("limit")), name="money_limit"
            ),
            models.CheckConstraint(
                condition=models.Q(currency__in=["EUR", "USD", "JPY", "KWD"]), name="money_currency"
            ),
        ]


class Entry(models.Model):
    account = models.ForeignKey(Account, models.PROTECT, related_name="entries")
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    currency = models.CharField(max_length=3, default="EUR")
    booked = models.DateField()
    reference = models.DecimalField(max_digits=38, decimal_places=0, null=True, unique=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-booked"], include=["amount"], name="money_statement")]


class Rate(models.Model):
    currency = models.CharField(max_length=3)
    value = models.DecimalField(max_digits=20, decimal_places=10)
    since = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["currency", "since"], name="money_rate_once")]
