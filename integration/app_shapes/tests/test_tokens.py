"""Applications and their tokens: long texts that are unique, and tokens that expire and are taken back."""

import datetime
import hashlib

import pytest
from django.core import checks
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

pytestmark = pytest.mark.usefixtures("rows")


@pytest.fixture
def application(django_user):
    from app_shapes.tokens.models import Application

    return Application.objects.create(
        client_id="c" * 100, client_secret="s" * 255, user=django_user, name="ü" * 255,
        redirect_uris=" ".join("https://example.com/%d" % number for number in range(500)),
    )  # fmt: skip


def issue(application, text, **expires):
    from app_shapes.tokens.models import AccessToken

    return AccessToken.objects.create(
        application=application, user=application.user, token=text, token_checksum=hashlib.sha256(text.encode()).hexdigest(),
        expires=timezone.now() + datetime.timedelta(**expires), scope="read write",
    )  # fmt: skip


def test_a_long_token_is_unique_by_its_checksum(application):
    from app_shapes.tokens.models import AccessToken

    long = "ey" + "J" * 6000
    token = issue(application, long, hours=1)
    checksum = hashlib.sha256(long.encode()).hexdigest()
    assert AccessToken.objects.select_related("application", "user").get(token_checksum=checksum) == token
    assert (
        AccessToken.objects.filter(token=long).get() == token
        and not AccessToken.objects.filter(token=long[:-1]).exists()
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        issue(application, long, hours=2)


def test_a_unique_text_of_1700_bytes():
    from app_shapes.tokens.models import Secret

    for text in ("x" * 850, "ß" * 849 + "a", "ß" * 849 + "b"):
        Secret.objects.create(text=text)
    assert Secret.objects.get(text="ß" * 849 + "b").text[-1] == "b"
    with pytest.raises(IntegrityError), transaction.atomic():
        Secret.objects.create(text="X" * 850)
    assert Secret.objects.filter(text__in=["x" * 850, "y"]).count() == 1


def test_no_key_of_these_apps_is_too_long(database):
    assert [
        one for one in checks.run_checks(databases=["default"]) if one.id in ("mssql_core.W006", "mssql_core.E006")
    ] == []


def test_a_refresh_token_is_used_once(application):
    from app_shapes.tokens.models import RefreshToken

    access = issue(application, "a", hours=1)
    RefreshToken.objects.create(user=application.user, token="r" * 255, application=application, access_token=access)
    with transaction.atomic():
        refresh = RefreshToken.objects.select_for_update().get(token="r" * 255, revoked__isnull=True)
        refresh.access_token.delete()
        refresh.refresh_from_db()
        assert refresh.access_token is None
        refresh.revoked = timezone.now()
        refresh.save()
    assert not RefreshToken.objects.filter(token="r" * 255, revoked=None).exists()
    RefreshToken.objects.create(user=application.user, token="r" * 255, application=application)
    # NULL is equal to no NULL in a unique_together: what Django says of all databases.
    RefreshToken.objects.create(user=application.user, token="r" * 255, application=application)
    with pytest.raises(IntegrityError), transaction.atomic():
        RefreshToken.objects.filter(revoked=None).update(revoked=refresh.revoked)


def test_expired_tokens_are_cleared_in_batches(application):
    from app_shapes.tokens.models import AccessToken, RefreshToken

    for number in range(7):
        issue(application, "t%d" % number, minutes=10 * number - 45)
    kept = AccessToken.objects.get(token="t0")
    RefreshToken.objects.create(user=application.user, token="r", application=application, access_token=kept)
    expired = AccessToken.objects.filter(refresh_token__isnull=True, expires__lt=timezone.now())
    batches = []
    while True:
        keys = expired.order_by("pk").values_list("pk", flat=True)[:2]
        deleted, _ = AccessToken.objects.filter(pk__in=list(keys)).delete()
        if not deleted:
            break
        batches.append(deleted)
    assert batches == [2, 2] and set(AccessToken.objects.values_list("token", flat=True)) == {"t0", "t5", "t6"}
    assert AccessToken.objects.filter(Q(expires__gt=timezone.now()) | Q(refresh_token__token="r")).count() == 3


def test_a_key_that_is_text(django_user):
    from app_shapes.tokens.models import Key

    key = Key.objects.create(key="0123456789abcdef" * 2 + "01234567", user=django_user)
    assert Key.objects.select_related("user").get(key=key.key).user == django_user
    assert django_user.rest_key == key and Key.objects.get_or_create(user=django_user)[0] == key
    with pytest.raises(IntegrityError), transaction.atomic():
        Key.objects.create(key="f" * 40, user=django_user)
    assert list(Key.objects.in_bulk([key.key, "f" * 40])) == [key.key]


def test_taken_back_tokens_and_identities(django_user):
    from app_shapes.tokens.models import BlacklistedToken, IDToken

    BlacklistedToken.objects.create(jti="j" * 255, token="t", expires_at=timezone.now())
    _, created = BlacklistedToken.objects.get_or_create(
        jti="j" * 255, defaults={"token": "t", "expires_at": timezone.now()}
    )
    assert not created
    one = IDToken.objects.create(user=django_user, expires=timezone.now())
    assert IDToken.objects.get(jti=one.jti) == one and IDToken.objects.filter(jti=str(one.jti)).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        IDToken.objects.create(jti=one.jti, expires=timezone.now())
