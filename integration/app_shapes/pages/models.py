"""A tree of pages of several kinds with long slugs and bodies of blocks."""

import uuid

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Locale(models.Model):
    language_code = models.CharField(max_length=100, unique=True)


class Page(models.Model):
    path = models.CharField(max_length=255, unique=True)
    depth = models.PositiveIntegerField()
    numchild = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=255)
    slug = models.SlugField(max_length=255, allow_unicode=True)
    locale = models.ForeignKey(Locale, models.PROTECT, null=True, related_name="+")
    translation_key = models.UUIDField(default=uuid.uuid4, editable=False)
    latest_revision = models.ForeignKey("Revision", models.SET_NULL, null=True, related_name="+")
    content_type = models.ForeignKey(ContentType, models.SET_NULL, null=True, related_name="pages")
    live = models.BooleanField(default=True, editable=False)
    url_path = models.TextField(blank=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="owned_pages")
    summary = models.TextField(blank=True)
    first_published_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        unique_together = [("translation_key", "locale")]


class BlogPage(Page):
    body = models.JSONField(default=list)
    date = models.DateField()


class IndexPage(Page):
    intro = models.TextField(blank=True)


class Revision(models.Model):
    page = models.ForeignKey(Page, models.CASCADE, related_name="revisions")
    created_at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    content = models.JSONField()


class Site(models.Model):
    hostname = models.CharField(max_length=255, db_index=True)
    port = models.IntegerField(default=80)
    root_page = models.ForeignKey(Page, models.CASCADE, related_name="sites_rooted_here")
    is_default_site = models.BooleanField(default=False)

    class Meta:
        unique_together = ("hostname", "port")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default_site"], condition=models.Q(is_default_site=True), name="pages_default_site"
            )
        ]


class Fragment(models.Model):
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    pages = models.ManyToManyField(Page, blank=True)
    text = models.CharField(max_length=255)
