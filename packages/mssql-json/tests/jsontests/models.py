"""Models of the tests; there is no database behind them."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class Paper(models.Model):
    value = models.JSONField(null=True)
    other = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    name = models.CharField(max_length=50)
    number = models.IntegerField(null=True)

    class Meta:
        # No installed app: a JSONField without the plugin would be an error of every other package's checks.
        app_label = "jsontests"
