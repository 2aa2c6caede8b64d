"""Models whose queries the ORM tests compile."""

from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=50)
    code = models.CharField(max_length=20, unique=True, null=True)
    age = models.IntegerField(null=True)
    active = models.BooleanField(default=True)
    born = models.DateField(null=True)


class Book(models.Model):
    title = models.CharField(max_length=100)
    author = models.ForeignKey(Author, models.CASCADE)
    editor = models.ForeignKey(Author, models.CASCADE, null=True, related_name="edited")
    price = models.DecimalField(max_digits=8, decimal_places=2)
    rating = models.FloatField(null=True)
    published = models.DateTimeField()
    opens = models.TimeField(null=True)
    length = models.DurationField(null=True)
    cover = models.BinaryField(null=True)

    class Meta:
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["author", "title"], name="author_title")]


class Order(models.Model):
    number = models.IntegerField()

    class Meta:
        db_table = '"sales"."order"'


class Collated(models.Model):
    name = models.CharField(max_length=20, db_collation="Latin1_General_100_BIN2")


if hasattr(models, "CompositePrimaryKey"):

    class Line(models.Model):
        pk = models.CompositePrimaryKey("order", "number")
        order = models.IntegerField()
        number = models.IntegerField()

    class Delivery(models.Model):
        order = models.IntegerField()
        number = models.IntegerField(null=True)
        line = models.ForeignObject(Line, models.CASCADE, ["order", "number"], ["order", "number"], null=True)


if hasattr(models.Field(), "db_default"):

    class Defaulted(models.Model):
        name = models.CharField(max_length=20, db_default="x")
        size = models.IntegerField(db_default=3)
