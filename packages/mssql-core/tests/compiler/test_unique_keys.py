from ormtests.models import Author, Book

from mssql_core.compiler.unique_keys import unique_keys


def names(model, *fields):
    fields = [model._meta.get_field(name) for name in fields]
    return [tuple(field.name for field in key) for key in unique_keys(model._meta, fields)]


def test_keys_within_the_fields():
    assert names(Author, "name", "code") == [("code",)]
    assert names(Author, "id", "name", "code") == [("id",), ("code",)]
    assert names(Book, "author", "title", "price") == [("author", "title")]
    assert names(Author, "name") == []
