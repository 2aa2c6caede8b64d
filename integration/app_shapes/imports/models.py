"""Rows that come from files: each may fail alone, and a trial run leaves nothing."""

from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=100)
    birthday = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "birthday"], name="imports_author_once")]


class Category(models.Model):
    name = models.CharField(max_length=100, unique=True)


class Book(models.Model):
    isbn = models.CharField(max_length=17, unique=True)
    name = models.CharField("Book name", max_length=100)
    author = models.ForeignKey(Author, models.SET_NULL, null=True, blank=True)
    published = models.DateField(null=True)
    published_time = models.TimeField(null=True)
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    pages = models.IntegerField(null=True)
    added = models.DateTimeField(null=True)
    categories = models.ManyToManyField(Category, through="Placement", blank=True)
    extra = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(price__gte=0), name="imports_price")]


class Placement(models.Model):
    """The table of the relation, with a column of its own since it has a model."""

    book = models.ForeignKey(Book, models.CASCADE)
    category = models.ForeignKey(Category, models.CASCADE)
    shelf = models.IntegerField(default=0)

    class Meta:
        db_table = "imports_book_categories"
        unique_together = [("book", "category")]
