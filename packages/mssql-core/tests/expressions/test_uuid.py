import pytest
from django.db.models import functions
from ormtests.models import Author


@pytest.mark.skipif(not hasattr(functions, "UUID4"), reason="Django has UUID4 since version 6.1.")
def test_uuid4(compiled):
    queryset = Author.objects.order_by().annotate(x=functions.UUID4())
    assert compiled.expression(queryset) == "NEWID()"
    found = compiled.expression(queryset, options={"uuid_type": "char(32)"})
    assert found == "LOWER(REPLACE(CONVERT(char(36), NEWID()), '-', ''))"
