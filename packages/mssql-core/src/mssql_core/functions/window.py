"""Window functions."""

from django.db import NotSupportedError
from django.db.models.functions import NthValue


def compile_nth_value(node, compiler, connection, **extra):
    raise NotSupportedError("SQL Server has no NTH_VALUE.")


COMPILERS = {NthValue: compile_nth_value}
