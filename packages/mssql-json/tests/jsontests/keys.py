"""Keys as text, which older Django versions do not write so short."""

from django.db.models.fields.json import KeyTextTransform


def KT(lookup):
    name, *keys = lookup.split("__")
    for key in keys:
        name = KeyTextTransform(key, name)
    return name
