from datetime import timedelta

import pytest
from django.db.models import functions
from ormtests.models import Author


@pytest.mark.skipif(not hasattr(functions, "UUID4"), reason="Django has UUID4 since version 6.1.")
def test_uuid4(compiled):
    queryset = Author.objects.order_by().annotate(x=functions.UUID4())
    assert compiled.expression(queryset) == "NEWID()"
    sql = compiled.expression(queryset, options={"uuid_type": "char(32)"})
    assert sql == "LOWER(REPLACE(CONVERT(char(36), NEWID()), '-', ''))"


VERSION_7 = (
    "STUFF(CONVERT(char(12), CONVERT(binary(6), DATEDIFF_BIG(millisecond, '1970-01-01', SYSUTCDATETIME())%s), 2), "
    "9, 0, '-') + '-7' + SUBSTRING(CONVERT(char(36), NEWID()), 16, 21)"
)


@pytest.mark.skipif(not hasattr(functions, "UUID7"), reason="Django has UUID7 since version 6.1.")
def test_uuid7(compiled):
    queryset = Author.objects.order_by().annotate(x=functions.UUID7())
    assert compiled.expression(queryset) == "CONVERT(uniqueidentifier, %s)" % (VERSION_7 % "")
    sql = compiled.expression(queryset, options={"uuid_type": "char(32)"})
    assert sql == "LOWER(REPLACE(%s, '-', ''))" % (VERSION_7 % "")
    shifted = Author.objects.order_by().annotate(x=functions.UUID7(timedelta(minutes=-1)))
    assert compiled.expression(shifted) == "CONVERT(uniqueidentifier, %s)" % (VERSION_7 % " + (%s) / 1000")
