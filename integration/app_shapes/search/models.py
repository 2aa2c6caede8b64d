"""A small library to search in, as the admin and REST filters do."""

from django.db import models


class Writer(models.Model):
    name = models.CharField(max_length=120, db_index=True)
    biography = models.TextField(blank=True)


class Topic(models.Model):
    title = models.CharField(max_length=60, unique=True)
    related = models.ManyToManyField("self", blank=True)


class Article(models.Model):
    title = models.CharField(max_length=300)
    body = models.TextField()
    writer = models.ForeignKey(Writer, models.PROTECT, related_name="articles")
    editors = models.ManyToManyField(Writer, related_name="edited", blank=True)
    topics = models.ManyToManyField(Topic, related_name="articles")
    published = models.DateField()
    views = models.IntegerField(default=0)
    subtitle = models.CharField(max_length=200, null=True, db_index=True)

    class Meta:
        ordering = ["-published", "title"]
        indexes = [models.Index(fields=["-published", "title"], name="search_newest", include=["views"])]


class Comment(models.Model):
    article = models.ForeignKey(Article, models.CASCADE, related_name="comments")
    text = models.CharField(max_length=500)
    spam = models.BooleanField(null=True)
