import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import NotSupportedError, models
from django.db.models import Value
from django.db.models.functions import JSONObject
from django.test.utils import isolate_apps

from mssql_core.testing import compile_sql


@pytest.fixture
def documents():
    with isolate_apps("ormtests"):

        class Document(models.Model):
            body = models.JSONField()

            class Meta:
                app_label = "ormtests"

        yield Document.objects


@pytest.mark.parametrize(
    "rows",
    [
        lambda documents: documents.filter(body__colour="red"),
        lambda documents: documents.filter(body__colour__icontains="red"),
        lambda documents: documents.filter(body__colour__isnull=False),
        lambda documents: documents.filter(body__has_key="colour"),
        lambda documents: documents.filter(body__has_any_keys=["colour", "size"]),
        lambda documents: documents.filter(body__contains={"colour": "red"}),
        lambda documents: documents.filter(body__contained_by={"colour": "red"}),
        lambda documents: documents.values("body__colour"),
        lambda documents: documents.order_by("body__colour"),
        lambda documents: documents.annotate(made=JSONObject(a=Value(1))),
    ],
)
def test_without_the_plugin_json_is_refused_with_the_remedy(documents, rows):
    # Old Djangos ask for the column's type before they compile the expression.
    with pytest.raises((NotSupportedError, ImproperlyConfigured), match=r'JSON.*pip install "mssql-core\[json\]"'):
        compile_sql(rows(documents))
