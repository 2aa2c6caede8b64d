"""Regular expressions as LIKE, where the server has no REGEXP_LIKE: the rows are those that Python finds."""

import random
import re

import pytest

pytestmark = pytest.mark.usefixtures("shop")
LETTERS = "abABkZé9_-%[]^\\.$ \n"
SETS = ["[ab]", "[^ab]", "[A-Z]", r"[\]x]", r"[^\-a]", r"[\\%]", r"[\d_]", "[%-9]", "[^]]", "[a-]", "[-a]", r"[\w.]"]
PIECES = [".", ".*", ".+", r"\d", r"\W", r"\s", ".{2}", "a{2}", *map(re.escape, LETTERS), *SETS]


@pytest.fixture(scope="module")
def line(shop):
    """A model with a table of its own, filled with texts."""
    from django.apps.registry import Apps
    from django.db import connection, models

    meta = type("Meta", (), {"app_label": "shop", "apps": Apps(["demo.shop"]), "db_table": "regex_line"})
    model = type(
        "Line",
        (models.Model,),
        {"__module__": "demo.shop.models", "Meta": meta, "text": models.CharField(max_length=20)},
    )
    with connection.schema_editor() as editor:
        editor.create_model(model)
    choice = random.Random(3)
    texts = {"".join(choice.choices(LETTERS, k=choice.randrange(7))) for _ in range(120)}
    model.objects.bulk_create([model(text=text) for text in sorted(texts)])
    yield model
    with connection.schema_editor() as editor:
        editor.delete_model(model)


def patterns():
    choice = random.Random(5)
    for _ in range(60):
        body = "".join(choice.choices(PIECES, k=choice.randrange(4)))
        yield choice.choice(["", "^"]) + body + choice.choice(["", "$"])


@pytest.mark.parametrize("lookup", ["regex", "iregex"])
def test_the_rows_are_those_that_python_finds(line, lookup):
    from django.db import connection

    if "regexp" not in missing(connection):
        pytest.skip(
            "The rules are those of LIKE; from level 170 on REGEXP_LIKE has its own (t-sql/functions/regexp-like-transact-sql)."
        )
    texts = set(line.objects.values_list("text", flat=True))
    flags = re.DOTALL | re.ASCII | (re.IGNORECASE if lookup == "iregex" else 0)
    for pattern in patterns():
        matching = set(line.objects.filter(**{"text__" + lookup: pattern}).values_list("text", flat=True))
        # The end is the very end, as for REGEXP_LIKE.
        wanted = re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), flags)
        assert matching == {text for text in texts if wanted.search(text)}, pattern


def missing(connection):
    from mssql_core.plugin import Capability

    return [capability.value for capability in Capability if not connection.server.has(capability)]


def test_what_like_cannot_say_names_the_way(line):
    from django.db import NotSupportedError, connection

    if "regexp" not in missing(connection):
        assert "REGEXP_LIKE" in str(line.objects.filter(text__regex="(a|b)+").query)
        return
    with pytest.raises(NotSupportedError, match=r"'\(a\|b\)\+'.*REGEXP_LIKE.*regex_function"):
        list(line.objects.filter(text__regex="(a|b)+"))
