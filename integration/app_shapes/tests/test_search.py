"""Searches with chains of OR over relations, pages of their results, and exclusions."""

import datetime
import functools
import operator

import pytest
from django.core.paginator import Paginator
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Concat

pytestmark = pytest.mark.usefixtures("rows")
FIELDS = ("title", "body", "writer__name", "editors__name", "topics__title", "comments__text")


@pytest.fixture
def articles(rows):
    from app_shapes.search.models import Article, Comment, Topic, Writer

    writers = [Writer.objects.create(name=name) for name in ("Ann Lee", "Bob [Lee]", "Cy 100%_x")]
    topics = [Topic.objects.create(title=title) for title in ("Tea", "Trade", "Straße")]
    made = []
    for number in range(30):
        article = Article.objects.create(
            title="Title %02d" % number, body="about tea and %s" % ("trade" if number % 3 == 0 else "silk"),
            writer=writers[number % 3], published=datetime.date(2026, 1, 1) + datetime.timedelta(days=number // 2),
            views=number, subtitle="sub" if number % 5 == 0 else None,
        )  # fmt: skip
        article.topics.add(topics[0], topics[number % 3])
        if number % 2:
            article.editors.add(*writers)
        made.append(article)
    Comment.objects.create(article=made[0], text="What a cup", spam=False)
    Comment.objects.create(article=made[0], text="BUY a cup", spam=True)
    Comment.objects.create(article=made[1], text="hm", spam=None)
    return Article.objects


def search(queryset, text):
    """Every word in any of the fields, as the admin searches."""
    for word in text.split():
        anywhere = functools.reduce(operator.or_, (Q(**{name + "__icontains": word}) for name in FIELDS))
        queryset = queryset.filter(anywhere)
    return queryset.distinct()


def titles(queryset):
    return [one.title for one in queryset]


def test_words_in_any_field_over_every_relation(articles):
    assert search(articles.all(), "TEA trade").count() == 10 + 10
    assert titles(search(articles.all(), "cup ann")) == ["Title 00"]
    assert search(articles.all(), "[lee]").count() == 20 and search(articles.all(), "100%_x").count() == 20
    assert search(articles.all(), "straße").count() == 10
    assert search(articles.all(), "nothing").count() == 0


def test_pages_are_whole_and_in_order(articles):
    pages = Paginator(search(articles.all(), "tea lee"), 7)
    assert pages.count == 25 and pages.num_pages == 4
    seen = [one.title for page in pages for one in page]
    assert seen == titles(search(articles.all(), "tea lee")) and len(set(seen)) == 25
    assert len(pages.page(4)) == 4
    by_views = Paginator(search(articles.order_by("-views", "pk"), "tea lee"), 10).page(2)
    assert by_views[0].views > by_views[9].views


def test_what_is_excluded(articles):
    assert articles.exclude(editors__name="Ann Lee").count() == 15
    assert articles.exclude(topics__title="Tea").count() == 0
    assert articles.exclude(comments__spam=True).count() == 29
    assert articles.exclude(Q(comments__spam=True) | Q(subtitle="sub")).count() == 24
    assert (
        articles.exclude(subtitle="sub").count() == 24
        and articles.filter(~Q(subtitle="sub") & Q(views__gt=20)).count() == 8
    )
    assert articles.filter(comments__isnull=True).count() == 28
    assert articles.exclude(writer__name__icontains="LEE").count() == 10


def test_facets_and_ranks(articles):
    from app_shapes.search.models import Comment, Topic

    facets = Topic.objects.annotate(n=Count("articles", filter=Q(articles__views__gte=10), distinct=True)).order_by(
        "title"
    )
    assert list(facets.values_list("title", "n")) == [("Straße", 7), ("Tea", 20), ("Trade", 7)]
    rank = sum(
        (Case(When(condition, then=Value(weight)), default=Value(0), output_field=IntegerField())
         for condition, weight in ((Q(title__endswith="7"), 8), (Q(body__contains="trade"), 4), (Q(subtitle__isnull=False), 1))),
        Value(0),
    )  # fmt: skip
    ranked = articles.annotate(rank=rank).filter(rank__gt=0).order_by("-rank", "title")
    assert list(ranked.values_list("title", "rank")[:3]) == [("Title 27", 12), ("Title 07", 8), ("Title 17", 8)]
    spam = Comment.objects.filter(article=OuterRef("pk"), spam=True)
    assert titles(articles.annotate(spam=Exists(spam)).filter(spam=True)) == ["Title 00"]
    whole = articles.annotate(whole=Concat("writer__name", Value(": "), "title")).filter(
        whole__iexact="ann lee: TITLE 03"
    )
    assert whole.count() == 1


def test_results_of_several_searches_together(articles):
    first = articles.filter(views__lt=3).order_by()
    both = first.union(articles.filter(views__in=[2, 3]).order_by()).order_by("-views")
    assert [one.views for one in both] == [3, 2, 1, 0]
    assert [one.views for one in both[1:3]] == [2, 1]
    assert (articles.filter(views__lt=3) | articles.filter(topics__title="Trade")).distinct().count() == 12
    newest = articles.filter(pk__in=articles.order_by("-views").values("pk")[:5])
    assert sorted(newest.values_list("views", flat=True)) == [25, 26, 27, 28, 29]


def test_topics_that_are_related_and_dates(articles):
    from app_shapes.search.models import Topic

    tea, trade, street = Topic.objects.order_by("pk")
    tea.related.add(trade, street)
    assert list(trade.related.all()) == [tea]
    assert articles.filter(topics__related=street).distinct().count() == 30
    assert len(articles.dates("published", "month")) == 1 and len(articles.dates("published", "day")) == 15
    assert articles.filter(views__gt=F("writer__pk") * 0 + 27).count() == 2


def test_the_view_of_a_migration_is_read(articles, rows):
    with rows.cursor() as cursor:
        cursor.execute("SELECT [title] FROM [search_titles] WHERE [title] LIKE %s", ["%01"])
        assert cursor.fetchall() == [("TITLE 01",)]
