import pytest
from django.apps.registry import Apps
from django.db import ProgrammingError, models
from django.db.models import Q, UniqueConstraint
from django.db.models.functions import Lower
from orm import since
from ormtests.models import Author, Book

from mssql_core.compiler.unique_keys import check_unique, unique_keys


def names(model, *fields):
    fields = [model._meta.get_field(name) for name in fields]
    return [tuple(field.name for field in key.fields) for key in unique_keys(model._meta, fields)]


def test_keys_within_the_fields():
    assert names(Author, "name", "code") == [("code",)]
    assert names(Author, "id", "name", "code") == [("id",), ("code",)]
    assert names(Book, "author", "title", "price") == [("author", "title")]
    assert names(Author, "name") == []


@since(5, 2)
def test_a_composite_key():
    from ormtests.models import Line

    assert names(Line, "order", "number") == [("order", "number")] and names(Line, "order") == []


@since(4, 0)
def test_each_way_to_declare_a_key():
    """Each once, if its condition and its expressions are of known fields."""

    class Keyed(models.Model):
        a = models.IntegerField(unique=True)
        b = models.IntegerField()
        c = models.IntegerField()

        class Meta:
            app_label, apps = "keys", Apps()
            unique_together = [("a", "b"), ("b", "c")]
            constraints = [
                UniqueConstraint(fields=["b", "c"], name="again"),
                UniqueConstraint(fields=["a", "c"], name="ac"),
                UniqueConstraint(fields=["c"], condition=Q(a=1), name="some"),
                UniqueConstraint(Lower("b"), name="expression"),
            ]

    assert names(Keyed, "a", "b", "c") == [("a",), ("a", "b"), ("b", "c"), ("a", "c"), ("c",), ()]
    # The condition of the last one is on another field.
    assert names(Keyed, "b", "c") == [("b", "c"), ()]
    assert names(Keyed, "c") == []
    fields = {field.name: field for field in Keyed._meta.fields}
    assert not check_unique(Keyed._meta, [fields["c"], fields["b"]]).equal_nulls
    with pytest.raises(ProgrammingError):
        check_unique(Keyed._meta, [fields["c"]])
    with pytest.raises(ProgrammingError) as told:
        check_unique(Keyed._meta, [fields["b"], fields["id"]])
    assert str(told.value) == "unique_fields: no unique constraint of keys.Keyed has exactly the fields b, id."


@since(5, 0)
def test_the_stricter_of_two_keys_decides_about_nulls():
    class Noted(models.Model):
        a = models.IntegerField(unique=True, null=True)

        class Meta:
            app_label, apps = "keys", Apps()
            constraints = [UniqueConstraint(fields=["a"], nulls_distinct=False, name="single")]

    field = Noted._meta.get_field("a")
    assert check_unique(Noted._meta, [field]).equal_nulls and names(Noted, "a") == [("a",), ("a",)]
