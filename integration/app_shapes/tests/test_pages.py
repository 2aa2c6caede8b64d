"""A tree of pages of several kinds, with long slugs, translations, and bodies of blocks in JSON."""

import datetime
import uuid

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat, Length, Substr

pytestmark = pytest.mark.usefixtures("rows")
DAY = datetime.date(2026, 5, 1)
BODY = [
    {"type": "heading", "value": "Grüße 🙂", "id": "1"},
    {"type": "image", "value": {"file": "a.png", "sizes": [1, 2.5]}, "id": "2"},
    {"type": "text", "value": "<p>it's</p>" * 2000, "id": "3"},
]


def make(model, path, **values):
    kind = ContentType.objects.get_for_model(model)
    slug = values.pop("slug", path)
    return model.objects.create(path=path, depth=len(path) // 4, title=path, slug=slug, content_type=kind, **values)


@pytest.fixture
def tree(django_user):
    from app_shapes.pages.models import BlogPage, IndexPage, Locale

    english, german = (Locale.objects.create(language_code=code) for code in ("en", "de"))
    root = make(IndexPage, "0001", url_path="/", intro="welcome", locale=english, numchild=2)
    blog = make(IndexPage, "00010001", url_path="/blog/", locale=english, numchild=12)
    for number in range(12):
        make(
            BlogPage, "00010001%04d" % (number + 1), url_path="/blog/p%d/" % number, body=BODY if number % 2 else [],
            date=DAY + datetime.timedelta(days=number), locale=english, live=number != 3,
            translation_key=uuid.UUID(int=number + 1), owner=django_user if number < 5 else None,
        )  # fmt: skip
    make(BlogPage, "00010002", url_path="/de/", body=[], date=DAY, locale=german, translation_key=uuid.UUID(int=1))
    return root, blog


def test_children_of_several_kinds(tree):
    from app_shapes.pages.models import BlogPage, Page

    root, blog = tree
    below = Page.objects.filter(path__startswith=blog.path, depth=blog.depth + 1).order_by("path")
    assert (below.count(), below.filter(live=True).count()) == (12, 11)
    kinds = Page.objects.values("content_type__model").annotate(n=Count("pk")).order_by("content_type__model")
    assert [(one["content_type__model"], one["n"]) for one in kinds] == [("blogpage", 13), ("indexpage", 2)]
    special = below.select_related("blogpage", "indexpage")
    assert [page.blogpage.date for page in special[10:]] == [DAY + datetime.timedelta(days=day) for day in (10, 11)]
    assert (
        BlogPage.objects.filter(live=True, path__startswith=blog.path).order_by("-date")[:3][2].title == "000100010010"
    )
    assert Page.objects.filter(path__in=["0001", "00010001"]).order_by("-depth").first().pk == blog.pk


def test_bodies_of_blocks(tree):
    from app_shapes.pages.models import BlogPage

    pages = BlogPage.objects.filter(body__0__type="heading")
    assert pages.count() == 6 and pages.first().body == BODY
    assert pages.filter(body__1__value__sizes__1=2.5).count() == 6
    assert BlogPage.objects.filter(body=[]).count() == 7
    assert BlogPage.objects.filter(body__icontains="it's").count() == 6
    page = pages.first()
    page.body.append({"type": "text", "value": None, "id": "4"})
    page.save()
    assert BlogPage.objects.filter(body__3__value=None).count() == 1 == BlogPage.objects.filter(body__3__id="4").count()


def test_a_branch_moves_with_its_addresses(tree):
    from app_shapes.pages.models import Page

    _, blog = tree
    with transaction.atomic():
        moved = Page.objects.filter(path__startswith="00010001")
        assert (
            moved.update(
                path=Concat(Value("00010003"), Substr("path", 9)),
                url_path=Concat(Value("/news/"), Substr("url_path", Length(Value("/blog/")) + 1)),
            )
            == 13
        )
        Page.objects.filter(path="0001").update(numchild=F("numchild") + 0)
    assert Page.objects.get(pk=blog.pk).url_path == "/news/"
    assert set(Page.objects.filter(url_path__startswith="/news/p1").values_list("path", flat=True)) == {
        "000100030002", "000100030011", "000100030012",
    }  # fmt: skip
    assert Page.objects.exclude(url_path__startswith="/blog").count() == 15


def test_translations_of_a_page_are_one_for_each_language(tree):
    from app_shapes.pages.models import BlogPage, Locale, Page

    page = BlogPage.objects.get(locale__language_code="de")
    others = Page.objects.filter(translation_key=page.translation_key).exclude(pk=page.pk)
    assert others.get().title == "000100010001"
    with pytest.raises(IntegrityError), transaction.atomic():
        Page.objects.filter(pk=page.pk).update(locale=Locale.objects.get(language_code="en"))
    with pytest.raises(Exception, match="protected"):
        Locale.objects.get(language_code="de").delete()
    translated = Page.objects.filter(translation_key=OuterRef("translation_key"), locale__language_code="de")
    missing = Page.objects.annotate(german=Subquery(translated.values("pk")[:1])).filter(german=None)
    assert missing.count() == 13


def test_long_slugs(tree):
    from app_shapes.pages.models import BlogPage

    slug = "straße-" * 36
    page = make(BlogPage, "0002", slug=slug, date=DAY)
    assert BlogPage.objects.get(slug=slug) == page
    taken = BlogPage.objects.filter(slug__startswith=slug[:250]).values_list("slug", flat=True)
    assert list(taken) == [slug]


def test_revisions_and_what_is_newest(tree, django_user):
    from app_shapes.pages.models import Page, Revision

    root, _ = tree
    at = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    made = [
        Revision.objects.create(
            page=root, created_at=at + datetime.timedelta(days=day), user=django_user, content={"title": day}
        )
        for day in range(3)
    ]
    Page.objects.filter(pk=root.pk).update(latest_revision=made[2])
    page = Page.objects.select_related("latest_revision").get(pk=root.pk)
    assert page.latest_revision.content == {"title": 2}
    assert Revision.objects.filter(content__title__lt=2).count() == 2
    made[2].delete()
    page.refresh_from_db()
    assert page.latest_revision is None and page.revisions.latest("created_at") == made[1]
    django_user.delete()
    assert Revision.objects.filter(user=None).count() == 2 and not Page.objects.filter(owner__isnull=False).exists()


def test_one_default_site_and_pieces_on_many_pages(tree):
    from app_shapes.pages.models import Fragment, Page, Site

    root, _ = tree
    Site.objects.create(hostname="a.example", root_page=root, is_default_site=True)
    Site.objects.create(hostname="a.example", port=8000, root_page=root)
    with pytest.raises(IntegrityError, match="pages_default_site"), transaction.atomic():
        Site.objects.create(hostname="b.example", root_page=root, is_default_site=True)
    match = Site.objects.filter(Q(hostname="a.example", port=443) | Q(is_default_site=True)).select_related("root_page")
    assert match.get().root_page.title == "0001"
    piece = Fragment.objects.create(text="t")
    piece.pages.set(Page.objects.filter(depth=3)[:5])
    assert Page.objects.filter(fragment=piece).count() == 5 and piece.pages.count() == 5
    root.delete()
    assert not Site.objects.exists()
