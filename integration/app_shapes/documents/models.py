"""Models that inherit: from an abstract one, through tables of each level, from two parents, and as proxies."""

from django.contrib.contenttypes.models import ContentType
from django.db import models


class Dated(models.Model):
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Document(Dated):
    kind = models.ForeignKey(ContentType, models.CASCADE, null=True, editable=False, related_name="+")
    title = models.CharField(max_length=100, db_index=True)
    number = models.CharField(max_length=20, null=True, unique=True)


class Report(Document):
    pages = models.IntegerField()


class AnnualReport(Report):
    year = models.IntegerField(unique=True)
    language = models.CharField(max_length=7, default="en")


class Letter(Document):
    recipient = models.CharField(max_length=200)
    answers = models.ForeignKey("self", models.SET_NULL, null=True, related_name="answered_by")

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(recipient=""), name="documents_recipient")]


class Draft(Document):
    class Meta:
        proxy = True


class Asset(models.Model):
    asset_id = models.AutoField(primary_key=True)
    code = models.CharField(max_length=20, unique=True, null=True)


class Contract(Letter, Asset):
    """Two parents, each with a key of its own."""

    signed = models.DateField(null=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
