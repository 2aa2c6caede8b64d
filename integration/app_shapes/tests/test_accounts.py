"""A user model of one's own, groups and permissions, and addresses that are unique where they are verified."""

import io

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone

pytestmark = pytest.mark.usefixtures("rows")


def test_the_user_model_is_the_project_s_own_in_every_table(rows):
    assert get_user_model()._meta.label == "accounts.User"
    with rows.cursor() as cursor:
        relations = rows.introspection.get_relations(cursor, "labels_objectpermission")
        assert relations["user_id"] == ("id", "accounts_user")
        assert "auth_user" not in rows.introspection.table_names(cursor)


def test_createsuperuser_and_sign_in():
    out = io.StringIO()
    call_command(
        "createsuperuser", email="Root@EXAMPLE.com", full_name="Root", interactive=False, stdout=out, verbosity=1
    )
    root = get_user_model().objects.get(email="Root@example.com")
    root.set_password("s3cret ß")
    root.save()
    assert authenticate(username="Root@example.com", password="s3cret ß") == root
    assert authenticate(username="Root@example.com", password="s3cret SS") is None
    assert get_user_model().objects.get_by_natural_key("ROOT@example.COM") == root
    with pytest.raises(Exception, match="already taken"):
        call_command("createsuperuser", email="Root@example.com", full_name="R", interactive=False, stdout=out)


def test_addresses_are_unique_in_any_case(django_user):
    with pytest.raises(IntegrityError), transaction.atomic():
        get_user_model().objects.create_user("SOMEONE@example.com")
    assert get_user_model().objects.annotate(low=Lower("email")).get(low="someone@example.com") == django_user
    assert get_user_model().objects.filter(email__iexact="someONE@example.com").exists()


def test_permissions_by_group_and_by_user(django_user):
    view = Permission.objects.get(codename="view_emailaddress", content_type__app_label="accounts")
    add = Permission.objects.get(codename="add_emailaddress", content_type__app_label="accounts")
    group = Group.objects.create(name="support")
    group.permissions.add(view)
    django_user.groups.add(group)
    django_user.user_permissions.add(add)
    user = get_user_model().objects.get(pk=django_user.pk)
    assert user.get_group_permissions() == {"accounts.view_emailaddress"}
    assert user.get_all_permissions() == {"accounts.view_emailaddress", "accounts.add_emailaddress"}
    assert set(ModelBackend().with_perm("accounts.view_emailaddress")) == {user}
    assert list(Group.objects.annotate(n=Count("user")).values_list("name", "n")) == [("support", 1)]
    granted = Permission.objects.filter(Q(user=user) | Q(group__user=user)).distinct()
    assert set(granted) == {view, add}


def test_a_verified_address_belongs_to_one_user(django_user):
    from app_shapes.accounts.models import EmailAddress

    other = get_user_model().objects.create_user("other@example.com")
    EmailAddress.objects.create(user=django_user, email="a@example.com", verified=True, primary=True)
    EmailAddress.objects.create(user=other, email="a@example.com")
    for values in (
        {"user": other, "email": "A@example.com", "verified": True},
        {"user": other, "email": "a@example.com"},
        {"user": django_user, "email": "b@example.com", "primary": True},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            EmailAddress.objects.create(**values)
    EmailAddress.objects.create(user=django_user, email="b@example.com")
    with transaction.atomic():
        django_user.addresses.filter(primary=True).update(primary=False)
        django_user.addresses.filter(email="b@example.com").update(primary=True, verified=True)
    assert django_user.addresses.get(primary=True).email == "b@example.com"
    verified = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    assert set(get_user_model().objects.filter(~Exists(verified))) == {other}
    assert (
        get_user_model()
        .objects.filter(
            Q(email="B@EXAMPLE.COM") | Q(addresses__email__iexact="B@EXAMPLE.COM", addresses__verified=True)
        )
        .get()
        == django_user
    )


def test_expired_confirmations_go(django_user):
    from app_shapes.accounts.models import EmailAddress, EmailConfirmation

    address = EmailAddress.objects.create(user=django_user, email="a@example.com")
    now = timezone.now()
    for number, days in enumerate((1, 4)):
        EmailConfirmation.objects.create(
            email_address=address, key="%064d" % number, sent=now - timezone.timedelta(days=days)
        )
    EmailConfirmation.objects.create(email_address=address, key="x" * 64)
    EmailConfirmation.objects.filter(sent__lt=now - timezone.timedelta(days=3)).delete()
    assert EmailConfirmation.objects.filter(email_address__user=django_user, sent__isnull=False).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        EmailConfirmation.objects.create(email_address=address, key="X" * 64)
    django_user.delete()
    assert not EmailConfirmation.objects.exists()
