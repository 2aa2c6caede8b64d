"""The table of random documents."""

from django.db import models


class Document(models.Model):
    """One document of a batch; without a document it is SQL NULL."""

    batch = models.IntegerField(db_index=True)
    place = models.IntegerField()
    value = models.JSONField(null=True)

    class Meta:
        app_label = "table"
        db_table = "table_document"
