"""A column's field with arguments, as inspectdb writes it."""

from typing import Any, Dict, Mapping

from django.core.exceptions import ImproperlyConfigured

# Arguments that inspectdb itself adds to fields.
_WRITTEN_ANYWAY = frozenset(("blank", "db_column", "db_comment", "null", "primary_key", "unique"))


class Code(str):
    """Python code, written as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class FieldCall(str):
    """
    The path of a field class, with its arguments once inspectdb opens the parenthesis.

    inspectdb writes a column's field as a string, followed by "(" and arguments of its own.
    The path has a dot, so that inspectdb takes the class for a custom field and adds no length,
    digits or collation. It adds no import either, so the string imports the class itself.

    :param path: as the hook ``mssql_field_type`` returns it: a name of django.db.models, or a dotted path.
    :param arguments: name -> value; each is written as its repr.
    :raises ImproperlyConfigured: an argument that inspectdb itself writes.
    """

    path: str
    arguments: Dict[str, Any]

    def __new__(cls, path: str, arguments: Mapping[str, Any]) -> "FieldCall":
        twice = sorted(_WRITTEN_ANYWAY.intersection(arguments))
        if twice:
            raise ImproperlyConfigured(
                "A plugin's mssql_field_type gives %s the arguments %s, which inspectdb writes by itself."
                % (path, ", ".join(twice))
            )
        call = super().__new__(cls, _importing(path) if "." in path else "models.%s" % path)
        call.path, call.arguments = path, dict(arguments)
        return call

    def __add__(self, text: str) -> str:
        if text != "(":
            return super().__add__(text)
        return "%s(%s" % (self, ", ".join("%s=%r" % pair for pair in self.arguments.items()))


def _importing(path: str) -> str:
    """A dotted path as an expression that needs no import statement."""
    module, _, name = path.rpartition(".")
    return "".join(["__import__(%r)" % module, *(".%s" % part for part in module.split(".")[1:]), ".", name])
