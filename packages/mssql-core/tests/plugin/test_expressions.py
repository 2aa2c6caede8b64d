import subprocess
import sys

from django.db.models import CharField, F, IntegerField, Value
from django.db.models.functions import Length
from ormtests.models import Author

from mssql_core.plugin import UnaryExpression


class Reversed(UnaryExpression):
    def as_sql(self, compiler, connection):
        sql, params = compiler.compile(self.expression)
        return "REVERSE(%s)" % sql, params


def test_what_it_is_made_of_is_resolved(compiled):
    assert compiled.expression(Author.objects.annotate(x=Reversed(F("name")))) == "REVERSE([ormtests_author].[name])"
    nested = Author.objects.annotate(x=Reversed(Reversed(Length("code"))))
    assert compiled.expression(nested).startswith("REVERSE(REVERSE(")


def test_its_field_is_given_or_that_of_what_it_is_made_of():
    text = Value("x", output_field=CharField())
    assert isinstance(Reversed(text).output_field, CharField)
    assert isinstance(Reversed(text, IntegerField()).output_field, IntegerField)


def test_equal_ones_are_equal():
    assert Reversed(F("name")) == Reversed(F("name")) != Reversed(F("code"))


def test_the_door_opens_before_settings_do():
    """A settings module may import Secret from it."""
    code = "import mssql_core.plugin; from django.conf import settings; assert not settings.configured"
    subprocess.run([sys.executable, "-c", code], check=True)
