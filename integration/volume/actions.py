"""The actions on many objects; each checks that every object is the right one."""

from __future__ import annotations

from typing import Any, Callable

from .models import CHILDREN, KEYS, PARENTS

Actions = dict[str, Callable[[], None]]


def actions(name: str, count: int) -> Actions:
    """The actions for a type of key, in the order in which they have to run.

    :raises AssertionError: of an action, where an object has another's key or value.
    """
    key, parent, child = KEYS[name], PARENTS[name], CHILDREN[name]
    objects: list[Any] = []

    def bulk_create() -> None:
        if key.value is None:
            objects.extend(parent(payload=number) for number in range(count))
        else:
            objects.extend(parent(pk=key.value(number), payload=number) for number in range(count))
        parent.objects.bulk_create(objects)

    def keys_are_right() -> None:
        stored = dict(parent.objects.values_list("pk", "payload"))
        assert len(stored) == count
        assert all(stored[one.pk] == one.payload for one in objects)

    def bulk_create_children() -> None:
        child.objects.bulk_create(child(parent=one, payload=-one.payload) for one in objects)

    def in_bulk() -> None:
        many = parent.objects.in_bulk([one.pk for one in objects])
        assert len(many) == count
        assert all(many[one.pk].payload == one.payload for one in objects)

    def pk_in() -> None:
        assert parent.objects.filter(pk__in=[one.pk for one in objects]).count() == count

    def exclude_pk_in() -> None:
        assert parent.objects.exclude(pk__in=[one.pk for one in objects[1:]]).get().pk == objects[0].pk

    def prefetch() -> None:
        for one in parent.objects.prefetch_related("children"):
            (only,) = one.children.all()
            assert only.payload == -one.payload

    def bulk_update() -> None:
        for one in objects:
            one.payload += 1
        parent.objects.bulk_update(objects, ["payload"])
        keys_are_right()

    def iterate() -> None:
        assert sum(1 for _ in parent.objects.iterator()) == count

    def delete() -> None:
        _, deleted = parent.objects.filter(pk__in=[one.pk for one in objects]).delete()
        assert deleted[parent._meta.label] == count and not parent.objects.exists()
        assert child is None or not child.objects.exists()

    chosen: Actions = {"bulk_create": bulk_create, "keys read back": keys_are_right}
    if child is not None:
        chosen["bulk_create of children"] = bulk_create_children
    chosen.update({"in_bulk": in_bulk, "pk__in": pk_in, "exclude(pk__in)": exclude_pk_in})
    if child is not None:
        chosen["prefetch_related"] = prefetch
    return {**chosen, "bulk_update": bulk_update, "iterator": iterate, "delete": delete}
