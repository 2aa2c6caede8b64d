"""The models of the side-by-side benchmark."""

from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=50, unique=True)
    country = models.CharField(max_length=2, null=True)
    born = models.DateField(null=True)


class Book(models.Model):
    author = models.ForeignKey(Author, models.CASCADE)
    title = models.CharField(max_length=100, db_index=True)
    price = models.DecimalField(max_digits=9, decimal_places=2)
    pages = models.IntegerField(null=True)
    added = models.DateTimeField()
