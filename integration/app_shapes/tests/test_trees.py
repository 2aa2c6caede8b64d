"""Nested sets and materialised paths, moved by SQL with parameters and by expressions."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Concat, Length, Substr

pytestmark = pytest.mark.usefixtures("rows")

# name: (parent, left, right, level)
NUMBERS = {
    "food": (None, 1, 12, 0),
    "fruit": ("food", 2, 7, 1),
    "apple": ("fruit", 3, 4, 2),
    "pear": ("fruit", 5, 6, 2),
    "bread": ("food", 8, 11, 1),
    "rye": ("bread", 9, 10, 2),
}
MOVE = """
UPDATE {table} SET
    {lft} = CASE
        WHEN {lft} >= %s AND {lft} <= %s THEN {lft} + %s
        WHEN {lft} >= %s AND {lft} <= %s THEN {lft} + %s
        ELSE {lft} END,
    {rght} = CASE
        WHEN {rght} >= %s AND {rght} <= %s THEN {rght} + %s
        WHEN {rght} >= %s AND {rght} <= %s THEN {rght} + %s
        ELSE {rght} END,
    {level} = CASE WHEN {lft} >= %s AND {lft} <= %s THEN {level} - %s ELSE {level} END,
    {parent} = CASE WHEN {pk} = %s THEN %s ELSE {parent} END
WHERE {tree} = %s
"""


@pytest.fixture
def categories(rows):
    from app_shapes.trees.models import Category

    made = {}
    for name, (parent, left, right, level) in NUMBERS.items():
        made[name] = Category.objects.create(
            name=name, slug=name, parent=made.get(parent), lft=left, rght=right, tree_id=1, level=level
        )
    Category.objects.create(name="tools", slug="tools", lft=1, rght=2, tree_id=2, level=0)
    return made


@pytest.fixture
def folders(rows):
    from app_shapes.trees.models import Folder

    paths = {"0001": 2, "00010001": 1, "000100010001": 0, "00010002": 0, "0002": 0}
    Folder.objects.bulk_create(
        Folder(path=path, depth=len(path) // 4, numchild=count, name="f" + path) for path, count in paths.items()
    )
    return Folder.objects


def names(queryset):
    return [one.name for one in queryset]


def numbers(model):
    return {
        name: (left, right, level, parent)
        for name, left, right, level, parent in model.objects.filter(tree_id=1).values_list(
            "name", "lft", "rght", "level", "parent__name"
        )
    }


def test_descendants_ancestors_and_leaves(categories):
    from app_shapes.trees.models import Category

    root, fruit = categories["food"], categories["fruit"]
    inside = Q(tree_id=root.tree_id, lft__gt=root.lft, rght__lt=root.rght)
    assert names(Category.objects.filter(inside)) == ["fruit", "apple", "pear", "bread", "rye"]
    above = Category.objects.filter(tree_id=1, lft__lt=categories["apple"].lft, rght__gt=categories["apple"].rght)
    assert names(above) == ["food", "fruit"]
    assert names(Category.objects.filter(rght=F("lft") + 1)) == ["apple", "pear", "rye", "tools"]
    assert names(Category.objects.annotate(below=(F("rght") - F("lft") - 1) / 2).filter(below=2)) == ["fruit"]
    assert names(fruit.children.order_by("-lft")) == ["pear", "apple"]
    either = Q(tree_id=1, lft__range=(2, 7)) | Q(tree_id=2)
    assert names(Category.objects.filter(either).exclude(level=1)) == ["apple", "pear", "tools"]


def test_counts_of_all_descendants(categories):
    from app_shapes.trees.models import Category

    below = (
        Category.objects.filter(tree_id=OuterRef("tree_id"), lft__gt=OuterRef("lft"), rght__lt=OuterRef("rght"))
        .order_by()
        .values("tree_id")
        .annotate(count=Count("pk"))
        .values("count")
    )
    counted = Category.objects.annotate(below=Subquery(below, output_field=IntegerField()))
    assert dict(counted.values_list("name", "below")) == {
        "food": 5, "fruit": 2, "apple": None, "pear": None, "bread": 1, "rye": None, "tools": None,
    }  # fmt: skip
    assert dict(Category.objects.annotate(n=Count("children")).filter(n__gt=0).values_list("name", "n")) == {
        "food": 2, "fruit": 2, "bread": 1,
    }  # fmt: skip


def test_a_branch_moves_by_one_statement_of_sql(categories):
    from app_shapes.trees.models import Category

    quote = connection.ops.quote_name
    sql = MOVE.format(
        table=quote(Category._meta.db_table), lft=quote("lft"), rght=quote("rght"), level=quote("level"),
        parent=quote("parent_id"), pk=quote("id"), tree=quote("tree_id"),
    )  # fmt: skip
    rye, food = categories["rye"], categories["food"]
    # bread (8 to 11) goes before fruit (2 to 7).
    shift = [8, 11, -6, 2, 7, 4]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*shift, *shift, 100, 200, 1, rye.pk, food.pk, 1])
        assert cursor.rowcount == 6
    assert numbers(Category) == {
        "food": (1, 12, 0, None), "bread": (2, 5, 1, "food"), "rye": (3, 4, 2, "food"),
        "fruit": (6, 11, 1, "food"), "apple": (7, 8, 2, "fruit"), "pear": (9, 10, 2, "fruit"),
    }  # fmt: skip


def test_a_gap_is_made_and_closed_by_expressions(categories):
    from app_shapes.trees.models import Category

    def shift(target, size):
        Category.objects.filter(Q(lft__gt=target) | Q(rght__gt=target), tree_id=1).update(
            lft=Case(When(lft__gt=target, then=F("lft") + size), default="lft", output_field=IntegerField()),
            rght=Case(When(rght__gt=target, then=F("rght") + size), default="rght", output_field=IntegerField()),
        )

    before = numbers(Category)
    shift(7, 4)
    assert numbers(Category)["bread"] == (12, 15, 1, "food") and numbers(Category)["food"][1] == 16
    shift(7, -4)
    assert numbers(Category) == before
    with pytest.raises(IntegrityError, match="trees_left_right"), transaction.atomic():
        Category.objects.filter(name="rye").update(rght=F("lft"))


def test_a_branch_is_deleted_with_all_below(categories):
    from app_shapes.trees.models import Category

    deleted, _ = categories["fruit"].delete()
    assert deleted == 3 and set(numbers(Category)) == {"food", "bread", "rye"}


def test_paths_below_above_and_beside(folders):
    assert names(folders.filter(path__startswith="0001", depth__gte=2)) == ["f00010001", "f000100010001", "f00010002"]
    assert names(folders.filter(path__in=["0001", "00010001"]).order_by("-path")) == ["f00010001", "f0001"]
    assert names(folders.filter(path__range=("00010001", "00010002"))) == ["f00010001", "f000100010001", "f00010002"]
    assert folders.filter(depth=1).latest("path").name == "f0002"
    orphans = folders.annotate(parent=Substr("path", 1, Length("path") - 4)).filter(depth__gt=1)
    parents = folders.filter(path=OuterRef("parent"))
    assert not orphans.filter(~Exists(parents)).exists() and orphans.filter(Exists(parents)).count() == 3


def test_paths_move_by_expressions_and_by_sql(folders):
    folders.filter(path__startswith="00010001").update(
        path=Concat(Value("00020001"), Substr("path", 9)), depth=Length("path") / 4
    )
    assert set(folders.values_list("path", flat=True)) == {"0001", "00010002", "0002", "00020001", "000200010001"}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE [trees_folder] SET [path] = %s + SUBSTRING([path], %s, LEN([path])), [depth] = [depth] - %s, "
            "[name] = [name] + N' 100 %% moved' WHERE [path] LIKE %s",
            ["0003", 9, 1, "00020001%"],
        )
        assert cursor.rowcount == 2
    assert list(folders.filter(path__startswith="0003").values_list("path", "depth", "name")) == [
        ("0003", 1, "f00010001 100 % moved"), ("00030001", 2, "f000100010001 100 % moved"),
    ]  # fmt: skip
    folders.filter(path__in=["0001", "0002"]).update(numchild=F("numchild") - 1 + Value(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        folders.filter(path="0003").update(path="0001")
