"""What some of Django's own tests assert in another dialect's words, asserted in T-SQL's, each on the server.

``django_suite/expectations`` names, for each of Django's tests, the test here that takes its place.
"""

import datetime
import io
import operator

import pytest
from demo.shop.models import Customer, Order, Product
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.models import Count, Exists, F, FilteredRelation, FloatField, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Collate, ExtractYear
from django.test.utils import CaptureQueriesContext, isolate_apps, register_lookup

pytestmark = pytest.mark.usefixtures("undone")


@pytest.fixture
def undone(shop):
    """Nothing that a test writes stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def run(action):
    """(what the action gives, the statements it sent)."""
    with CaptureQueriesContext(connection) as captured:
        answer = action()
    return answer, [query["sql"] for query in captured.captured_queries]


def test_an_insert_returns_the_key_in_its_message():
    user, (sql,) = run(lambda: User.objects.create(username="returned"))
    assert sql.endswith("; SELECT CAST(SCOPE_IDENTITY() AS bigint)")
    assert User.objects.get(pk=user.pk).username == "returned"


def test_an_insert_returns_several_columns_by_output():
    with isolate_apps("demo.shop"):

        class Sized(models.Model):
            size = models.IntegerField(db_default=3)

            class Meta:
                app_label = "shop"

    with connection.schema_editor() as editor:
        editor.create_model(Sized)
    sized, (sql,) = run(Sized.objects.create)
    assert "OUTPUT INSERTED.[id], INSERTED.[size]" in sql
    assert (sized.size, Sized.objects.get(pk=sized.pk).size) == (3, 3)


def test_a_count_of_rows_does_not_overflow():
    totals, (sql,) = run(lambda: Customer.objects.aggregate(n=Count("*")))
    assert sql == "SELECT COUNT_BIG(*) AS [n] FROM [shop_customer]" and totals["n"] == len(Customer.objects.all())


def test_exists_selects_no_column_and_sorts_nothing():
    exists = Exists(Product.objects.order_by("pk"))
    rows, (sql,) = run(lambda: list(Customer.objects.values(exists=exists).order_by()))
    assert "EXISTS(SELECT 1 AS [a] FROM [shop_product])" in sql
    assert "[id]" not in sql and "ORDER BY" not in sql and {row["exists"] for row in rows} == {True}


def test_locks_stand_before_where():
    _, (sql,) = run(lambda: list(User.objects.filter(username="a").select_for_update()))
    assert " FROM [auth_user] WITH (UPDLOCK, ROWLOCK) WHERE " in sql


def test_a_locking_subquery_has_no_order():
    locked = Customer.objects.order_by("-pk").select_for_update()
    orders, (sql,) = run(lambda: list(Order.objects.filter(customer__in=locked)))
    assert "ORDER BY" not in sql and len(orders) == Order.objects.count()


@pytest.mark.parametrize("lookup", ["year", "iso_year", "year__exact", "iso_year__exact"])
def test_a_year_is_a_range(lookup):
    """An index serves a range, and no function of the column."""
    moment = datetime.datetime(2015, 6, 15, 14, 10, tzinfo=datetime.timezone.utc)
    Customer.objects.filter(pk=Customer.objects.order_by("pk")[0].pk).update(created=moment)
    count, (sql,) = run(Customer.objects.filter(**{"created__%s" % lookup: 2015}).count)
    assert (count, sql.count(" BETWEEN "), sql.count("DATEPART")) == (1, 1, 0)


@pytest.mark.parametrize(("lookup", "sign"), [("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<=")])
def test_years_are_compared_as_moments(lookup, sign):
    pk = Customer.objects.order_by("pk")[0].pk
    Customer.objects.filter(pk=pk).update(created=datetime.datetime(2015, 6, 15, tzinfo=datetime.timezone.utc))
    count, (sql,) = run(Customer.objects.filter(**{"created__year__%s" % lookup: 2015}).count)
    expected = sum(
        getattr(operator, {"gte": "ge", "lte": "le"}.get(lookup, lookup))(one.created.year, 2015)
        for one in Customer.objects.all()
    )
    assert count == expected and "[created] %s " % sign in sql and "DATEPART" not in sql


def test_a_year_of_another_column_is_a_part_of_the_date():
    customers = Customer.objects.annotate(start=ExtractYear("created")).filter(created__year=F("start") + 0)
    count, (sql,) = run(customers.count)
    assert count == Customer.objects.count() and " BETWEEN " not in sql and sql.count("DATEPART(year, ") == 2


def test_many_objects_are_one_statement_and_have_their_keys():
    users = [User(username="many %d" % number) for number in range(3)]
    _, statements = run(lambda: User.objects.bulk_create(users))
    (sql,) = [text for text in statements if "[auth_user]" in text]
    assert "MERGE INTO [auth_user]" in sql
    assert [User.objects.get(pk=user.pk).username for user in users] == ["many 0", "many 1", "many 2"]


def test_permissions_are_made_by_one_statement():
    from django.apps import apps

    Permission.objects.all().delete()
    _, statements = run(lambda: create_permissions(apps.get_app_config("auth"), verbosity=0))
    assert ["MERGE INTO" in sql for sql in statements[-2:]] == [False, True] and Permission.objects.exists()


def test_aliases_of_subqueries_are_used_again():
    inner = Customer.objects.filter(pk__lte=0)
    middle = Order.objects.filter(customer__in=inner)
    outer = Customer.objects.filter(orders__in=middle)
    assert "[V0]." in str(outer.query)
    again = outer.filter(pk__in=inner)
    assert "[W0]" not in str(again.query) and list(again) == []


def test_the_name_of_a_filtered_relation_may_be_a_reserved_word():
    ordered = FilteredRelation("orders", condition=Q(orders__pk__gt=0))
    customers = Customer.objects.annotate(group=ordered).filter(group__isnull=False)
    assert "INNER JOIN [shop_order] [group] ON (" in str(customers.query)
    assert customers.count() == Order.objects.count()


def test_a_subquery_of_one_s_own_is_no_group():
    first = "SELECT TOP (1) b.reference FROM shop_order b WHERE b.customer_id = shop_customer.id ORDER BY b.reference"
    customers = Customer.objects.extra(select={"first": first}).annotate(total=Count("orders")).order_by("pk")
    for customer in customers:
        references = sorted(customer.orders.values_list("reference", flat=True))
        assert (customer.first, customer.total) == (references[0] if references else None, len(references))


class LastDigit(models.Transform):
    """A transform whose SQL is the application's own."""

    lookup_name = "lastdigit"

    def as_sql(self, compiler, connection):
        sql, params = compiler.compile(self.lhs)
        return "RIGHT(CAST(%s AS varchar(20)), 1)" % sql, params


def test_order_by_a_transform_of_one_s_own():
    with register_lookup(models.PositiveIntegerField, LastDigit):
        stocks = list(Product.objects.order_by("stock__lastdigit", "pk").values_list("stock", flat=True))
    assert stocks and [stock % 10 for stock in stocks] == sorted(stock % 10 for stock in stocks)


def test_equal_sql_of_one_s_own_is_evaluated_for_each():
    one, other = (RawSQL("RAND(CHECKSUM(NEWID()))", [], output_field=FloatField()) for _ in range(2))
    orders = Order.objects.annotate(a=one, b=other).values("a", "b", "id")
    assert (
        len(orders.distinct("customer").order_by("customer", "b"))
        == Order.objects.values("customer").distinct().count()
    )


def test_a_boolean_is_compared_with_a_constant():
    User.objects.create(username="active")
    User.objects.create(username="other", is_active=False)
    for users in (User.objects.filter(is_active=True), User.objects.annotate(x=F("is_active")).filter(x=True)):
        names, (sql,) = run(lambda users=users: [user.username for user in users])
        assert "[is_active] = 1" in sql and "active" in names and "other" not in names


@pytest.mark.parametrize("unique", [False, True])
def test_a_collation_of_an_index_is_a_plain_name(unique):
    parts = (Collate(F("sku"), "Latin1_General_100_BIN2").desc(), Collate("name", "Latin1_General_100_BIN2"))
    if unique:
        constraint = models.UniqueConstraint(*parts, name="collated")
        add, remove, made = "add_constraint", "remove_constraint", constraint
    else:
        add, remove, made = "add_index", "remove_index", models.Index(*parts, name="collated")
    with connection.schema_editor() as editor:
        _, statements = run(lambda: getattr(editor, add)(Product, made))
        assert sum(sql.count("COLLATE Latin1_General_100_BIN2") for sql in statements) == 2
    with connection.cursor() as cursor:
        index = connection.introspection.get_constraints(cursor, "shop_product")["collated"]
    assert index["unique"] is unique and index["orders"] == ["DESC", "ASC"]
    with connection.schema_editor() as editor:
        getattr(editor, remove)(Product, made)
    with connection.cursor() as cursor:
        assert "collated" not in connection.introspection.get_constraints(cursor, "shop_product")


def test_a_tablespace_is_a_filegroup_in_brackets():
    index = models.Index(fields=["name"], db_tablespace="PRIMARY", name="in_filegroup")
    with connection.schema_editor() as editor:
        assert str(index.create_sql(Product, editor)).endswith(" ON [PRIMARY]")
        editor.add_index(Product, index)
    with connection.cursor() as cursor:
        assert "in_filegroup" in connection.introspection.get_constraints(cursor, "shop_product")


def test_a_cache_table_is_made_by_the_router_s_database_in_one_savepoint(settings_of_caches):
    with settings_of_caches(allowed=False):
        assert run(lambda: call_command("createcachetable", verbosity=0, stdout=io.StringIO()))[1] == []
    with settings_of_caches(allowed=True):
        _, statements = run(lambda: call_command("createcachetable", verbosity=0, stdout=io.StringIO()))
    # Is it there, the savepoint, the table, the index; a savepoint is not released.
    assert len(statements) == 4 and statements[1].startswith("SAVE TRANSACTION")
    assert "CREATE TABLE" in statements[2] and "INDEX" in statements[3]


@pytest.fixture
def settings_of_caches():
    from django.test import override_settings

    def given(allowed):
        class Router:
            def allow_migrate(self, db, app_label, **hints):
                return allowed

        caches = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "made cache"}}
        return override_settings(CACHES=caches, DATABASE_ROUTERS=[Router()])

    return given


def test_a_union_that_is_asked_for_existence_gives_one_row():
    ordered = Order.objects.order_by("placed")
    exists, (sql,) = run(ordered.filter(pk__gt=0).union(ordered.filter(pk__lt=0)).exists)
    assert exists is True and sql.endswith("FETCH NEXT 1 ROWS ONLY") and "placed" not in sql
