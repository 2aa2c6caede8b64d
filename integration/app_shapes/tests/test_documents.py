"""Inheritance: through tables of each level, from two parents, as proxies, and the most special object of each row."""

from decimal import Decimal

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, Sum

pytestmark = pytest.mark.usefixtures("rows")


def make(model, **values):
    """A row that knows its class."""
    return model.objects.create(kind=ContentType.objects.get_for_model(model), **values)


@pytest.fixture
def documents(rows):
    from app_shapes.documents.models import AnnualReport, Contract, Document, Letter, Report

    letter = make(Letter, title="b letter", recipient="Ann")
    return {
        "document": make(Document, title="a document"), "report": make(Report, title="c report", pages=3), "letter": letter,
        "annual": make(AnnualReport, title="d annual", pages=300, year=2025, number="N1"),
        "contract": make(Contract, title="e contract", recipient="Bob", code="C1", amount=Decimal("10.50"), answers=letter),
    }  # fmt: skip


def special(queryset):
    """The rows as objects of their own classes, a query for each class."""
    rows = list(queryset)
    kinds = ContentType.objects.in_bulk({row.kind_id for row in rows})
    objects = {}
    for key, kind in kinds.items():
        objects.update(kind.model_class().objects.in_bulk([row.pk for row in rows if row.kind_id == key]))
    return [objects[row.pk] for row in rows]


def test_each_row_is_of_its_class(documents):
    from app_shapes.documents.models import Document

    assert special(Document.objects.order_by("title")) == [
        documents[name] for name in ("document", "letter", "report", "annual", "contract")
    ]
    with_children = Document.objects.select_related("report__annualreport", "letter__contract").order_by("title")
    assert with_children[3].report.annualreport.year == 2025 and with_children[4].letter.contract.amount == Decimal(
        "10.50"
    )


def test_filters_over_the_levels(documents):
    from app_shapes.documents.models import AnnualReport, Contract, Document, Draft, Report

    assert Document.objects.filter(Q(report__pages__gt=5) | Q(letter__contract__code="C1")).count() == 2
    assert AnnualReport.objects.filter(title__startswith="d", pages=300, year=2025).get() == documents["annual"]
    assert Report.objects.filter(annualreport=None).get() == documents["report"]
    assert Document.objects.filter(letter__isnull=True).count() == 3
    assert (
        Contract.objects.filter(answers__title="b letter").values_list("asset_id", "document_ptr__title").count() == 1
    )
    assert documents["letter"].answered_by.get().contract == documents["contract"]
    assert Draft.objects.count() == 5 and type(Draft.objects.first()) is Draft
    by_kind = (
        Document.objects.values("kind__model")
        .annotate(n=Count("pk"), pages=Sum("report__pages"))
        .order_by("kind__model")
    )
    assert [(one["kind__model"], one["pages"]) for one in by_kind][0] == ("annualreport", 300)


def test_changes_reach_the_parents_tables(documents):
    from app_shapes.documents.models import AnnualReport, Contract, Document

    assert AnnualReport.objects.filter(year=2025).update(title="new", pages=F("pages") + 1, language="de") == 1
    annual = AnnualReport.objects.get()
    assert (annual.title, annual.pages, annual.language) == ("new", 301, "de")
    annual.title = "newer"
    annual.save(update_fields=["title"])
    assert Document.objects.get(number="N1").title == "newer"
    assert Contract.objects.filter(recipient="Bob").update(code="C2", title="t", signed="2026-01-01") == 1
    assert Contract.objects.get(code="C2").title == "t"
    with pytest.raises(IntegrityError), transaction.atomic():
        make(AnnualReport, title="x", pages=1, year=2025)
    assert Document.objects.filter(title="x").count() == 0


def test_deletions_take_every_level(documents):
    from app_shapes.documents.models import Asset, Document, Letter

    assert documents["contract"].delete()[0] == 4
    assert not Asset.objects.exists() and Letter.objects.get() == documents["letter"]
    assert Document.objects.filter(report__pages__gt=5).delete()[1] == {
        "documents.AnnualReport": 1, "documents.Report": 1, "documents.Document": 1,
    }  # fmt: skip
    report = documents["report"]
    report.delete(keep_parents=True)
    assert Document.objects.filter(title="c report", report=None).exists()


def test_a_child_for_a_parent_that_is_there(documents):
    from app_shapes.documents.models import Document, Report

    parent = documents["document"]
    child = Report(document_ptr=parent, pages=9)
    child.__dict__.update({name: value for name, value in parent.__dict__.items() if name != "_state"})
    child.save()
    assert Document.objects.count() == 5 and Report.objects.get(pages=9).title == "a document"
