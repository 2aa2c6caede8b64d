import pytest
from django.apps.registry import Apps
from django.db import models

from mssql_core.checks.key_lengths import _judged, column_bytes, keys


class Char(models.Field):
    def db_type(self, connection):
        return "nchar(1000)"


def model(constraints=(), indexes=(), unique_together=(), **fields):
    options = {"constraints": constraints, "indexes": indexes, "unique_together": unique_together}
    meta = type("Meta", (), {"app_label": "a", "apps": Apps(), **options})
    return type("Thing", (models.Model,), {"__module__": "a", "Meta": meta, **fields})


def text(length, **options):
    return models.CharField(max_length=length, **options)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"a": text(850, unique=True)}, []),
        ({"a": text(851, unique=True)}, ["W006"]),
        ({"a": text(851, db_index=True)}, ["W006"]),
        ({"a": text(450, primary_key=True)}, []),
        ({"a": text(451, primary_key=True)}, ["W006"]),
        ({"a": text(500), "b": text(400), "unique_together": [("a", "b")]}, ["W006"]),
        ({"a": text(500), "b": text(400), "indexes": [models.Index(fields=["a", "-b"], name="x")]}, ["W006"]),
        ({"a": text(500), "b": text(400), "constraints": [models.UniqueConstraint(fields=["a", "b"], name="x")]}, ["W006"]),
        ({"a": text(500), "b": text(300), "unique_together": [("a", "b")]}, []),
        ({"a": Char(db_index=True)}, ["E006"]),
        ({"a": models.TextField(db_index=True)}, []),
        ({"a": models.JSONField(db_index=True)}, []),
    ],
    ids=str,
)  # fmt: skip
def test_keys_that_are_too_long(connection, options, expected):
    made = model(**options)
    messages = [message for key in keys(made) for message in _judged(made, key, connection)]
    assert [message.id for message in messages] == ["mssql_core.%s" % name for name in expected]
    for message in messages:
        assert (
            "bytes, and SQL Server's keys end at" in message.msg
            and ("1944" if Char is type(options["a"]) else "1946") in message.msg
        )


@pytest.mark.parametrize(
    ("db_type", "expected"),
    [
        ("nvarchar(20)", (0, 40)),
        ("varchar(20)", (0, 20)),
        ("char(32)", (32, 32)),
        ("numeric(10, 2)", (9, 9)),
        ("uniqueidentifier", (16, 16)),
        ("datetimeoffset", (10, 10)),
        ("nvarchar(max)", (0, 0)),
        (None, (0, 0)),
    ],
)
def test_bytes_of_types(db_type, expected):
    assert column_bytes(db_type) == expected


def test_the_database_check_tells_them(connection):
    """The models of these tests have none."""
    assert [message for message in connection.validation.check() if "006" in message.id] == []
