"""Names of tables, columns, indexes, constraints and comments, in definitions and in queries."""

from __future__ import annotations

import itertools
import re
from typing import Any, Iterator

from django.apps.registry import Apps
from django.db import DatabaseError, connection, models, transaction
from django.db.models import F, Q
from hypothesis import strategies as st

from . import strategies

KEYS = ("table", "column", "other", "index", "unique", "check", "comment", "default", "value", "renamed")
# `#` makes a temporary table, which takes no comments; the sandbox does not know tables whose name begins with `@`.
# https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers
_TABLES = strategies.COLUMNS.filter(lambda text: text[0] not in "#@")
# Separators of schema and name in the documented forms of db_table; no single name contains one.
_BETWEEN = re.compile(r'"\.{1,2}"|\]\.{1,2}\[')
_FORMS = ("[%s].[%s]", '"%s"."%s"')
_OF = {
    **dict.fromkeys(("comment", "default", "value"), strategies.TEXTS),
    **dict.fromkeys(("column", "other", "renamed"), strategies.COLUMNS),
    # A name, or a name after its schema.
    "table": st.one_of(
        st.tuples(st.none(), st.none(), _TABLES.filter(lambda text: not _BETWEEN.search(text))),
        st.tuples(st.sampled_from(_FORMS), _TABLES, _TABLES),
    ),
}
# Objects of one schema, columns and indexes of one table.
_DISTINCT = ("column", "other", "renamed", "table", "unique", "check", "index")


def _distinct(drawn: dict[str, Any]) -> bool:
    drawn = {**drawn, "table": drawn["table"][-1]}
    return len({drawn[key][:30].casefold().rstrip("% ") for key in _DISTINCT} | {"id"}) == len(_DISTINCT) + 1


def _as_db_table(drawn: dict[str, Any]) -> dict[str, str]:
    form, schema, name = drawn["table"]
    if form is not None:
        closing = form[-1]
        name = form % (schema.replace(closing, closing * 2), name.replace(closing, closing * 2))
    return {**drawn, "table": name}


names = st.fixed_dictionaries({key: _OF.get(key, strategies.NAMES) for key in KEYS}).filter(_distinct).map(_as_db_table)
WEIGHT = len(KEYS)
_numbers = itertools.count()


def model(given: dict[str, str]) -> Any:
    """A model with these names, in a registry of its own."""
    # Django replaces %(class)s and similar placeholders.
    index, unique, check = (given[key].replace("%", "%%") for key in ("index", "unique", "check"))
    fields: dict[str, Any] = {
        "__module__": __name__,
        "text": models.CharField(max_length=50, db_column=given["column"], db_comment=given["comment"], default=given["default"]),
        "number": models.IntegerField(db_column=given["other"], null=True),
        "Meta": type("Meta", (), {
            "apps": Apps(), "app_label": "hostile", "db_table": given["table"], "db_table_comment": given["comment"],
            "indexes": [models.Index(fields=["number"], name=index[:30].rstrip("%"))],
            "constraints": [
                models.UniqueConstraint(fields=["text"], name=unique, condition=~Q(text=given["value"])),
                models.CheckConstraint(condition=~Q(text=given["value"]) | Q(number=5), name=check),
            ],
        }),
    }  # fmt: skip
    return type("Hostile%d" % next(_numbers), (models.Model,), fields)


def definitions(kind: Any, given: dict[str, str], collect: bool) -> list[str]:
    """The statements that make, change and drop the table.

    :param collect: collect the texts instead of running them.
    """
    with connection.schema_editor(collect_sql=collect, atomic=False) as editor:
        editor.create_model(kind)
        old = kind._meta.get_field("number")
        new = models.IntegerField(db_column=given["renamed"], null=True)
        new.set_attributes_from_name("number")
        new.model = kind
        editor.alter_field(kind, old, new)
        editor.alter_field(kind, new, old)
        added = models.CharField(max_length=20, default=given["default"][:20], db_column=given["renamed"])
        added.set_attributes_from_name("added")
        added.model = kind
        editor.add_field(kind, added)
        editor.delete_model(kind)
    return list(editor.collected_sql) if collect else []


def queries(kind: Any, given: dict[str, str]) -> list[str]:
    """The SQL of queries with these names."""
    rows = kind.objects.using("default")
    made = [
        rows.filter(text=given["value"]).order_by("text", "-number"),
        rows.filter(text__contains=given["value"], number__in=[1, 2]).values("text").annotate(n=models.Count("number")),
        rows.annotate(up=F("number") + 1).filter(up__gt=3).distinct()[3:7],
        rows.filter(pk__in=rows.filter(number=1).values("pk")),
    ]
    return [query.query.sql_with_params()[0] for query in made]


def run(given: dict[str, str]) -> Iterator[str]:
    """Make the table on the server, write, read, and drop it; the problems."""
    kind = model(given)
    try:
        with transaction.atomic():
            with connection.schema_editor() as editor:
                editor.create_model(kind)
            kind.objects.create(text="x" if given["value"] != "x" else "y", number=5)
            kind.objects.bulk_create([kind(text="a%d" % number, number=5) for number in range(3)])
            if kind.objects.filter(number__in=[5, 6]).count() != 4:
                yield "four rows were written, others are read: %r" % given
            with connection.schema_editor() as editor:
                editor.delete_model(kind)
            transaction.set_rollback(True)
    except DatabaseError as error:
        yield "refused: %s: %r" % (str(error)[:200], given)
