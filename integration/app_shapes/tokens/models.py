"""Applications of others and the tokens they hold: long unique texts."""

import uuid

from django.conf import settings
from django.db import models


class Application(models.Model):
    client_id = models.CharField(max_length=100, unique=True, db_index=True)
    client_secret = models.CharField(max_length=255, blank=True, db_index=True)
    algorithm = models.CharField(max_length=5, blank=True, default="")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="applications")
    redirect_uris = models.TextField(blank=True)
    name = models.CharField(max_length=255, blank=True)


class AccessToken(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    token = models.TextField()
    token_checksum = models.CharField(max_length=64, unique=True)
    application = models.ForeignKey(Application, models.CASCADE)
    expires = models.DateTimeField()
    scope = models.TextField(blank=True)


class RefreshToken(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    token = models.CharField(max_length=255)
    application = models.ForeignKey(Application, models.CASCADE)
    access_token = models.OneToOneField(AccessToken, models.SET_NULL, null=True, related_name="refresh_token")
    revoked = models.DateTimeField(null=True)

    class Meta:
        unique_together = ("token", "revoked")


class Key(models.Model):
    """The key of a REST client: the text is the primary key."""

    key = models.CharField(max_length=40, primary_key=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="rest_key")
    created = models.DateTimeField(auto_now_add=True)


class BlacklistedToken(models.Model):
    """A token that was taken back; with ``jti`` in hexadecimal."""

    jti = models.CharField(max_length=255, unique=True)
    token = models.TextField()
    expires_at = models.DateTimeField()


class IDToken(models.Model):
    jti = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    expires = models.DateTimeField()


class Secret(models.Model):
    """As long as a unique text may be: 1,700 bytes."""

    text = models.CharField(max_length=850, unique=True)
