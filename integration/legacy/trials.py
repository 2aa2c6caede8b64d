"""The trials of each model of a legacy database; all changes are rolled back."""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Iterable, Iterator, NamedTuple

from django.db import DatabaseError, models, transaction
from django.db.models import F, Func, TextField

from .values import near, others

# A list of so many values travels in one parameter.
_LONG = 70
# How many rows are written back.
_ROWS = 3

Field = Any
Trial = Callable[[], Any]


class Outcome(NamedTuple):
    """The outcome of a trial.

    :ivar column: the column that it was about; '' for the whole table.
    :ivar type: of the column, as the server names it.
    :ivar error: '' where all went well; else the server's number, or what was not as it should be.
    """

    table: str
    column: str
    type: str
    action: str
    error: str
    text: str


def tried(model: type[models.Model], types: dict[str, str]) -> Iterator[Outcome]:
    """Everything, one by one.

    :param types: column -> the name of its type.
    """
    table = model._meta.db_table
    for action, trial in _of_table(model):
        yield Outcome(table, "", "", action, *_went(trial))
    for field in columns_of(model):
        for action, trial in _of_column(model, field):
            yield Outcome(table, field.column, types.get(field.column, ""), action, *_went(trial))


def _went(trial: Trial) -> tuple[str, str]:
    """(error number, message) of a trial, which returns what is wrong, or nothing."""
    try:
        with _rolled_back():
            return trial() or "", ""
    except Exception as error:
        number = getattr(error.__cause__, "number", None) or getattr(error, "number", None)
        return str(number or type(error).__name__), str(error)


@contextlib.contextmanager
def _rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def columns_of(model: type[models.Model]) -> list[Field]:
    """The fields that have a column, as a composite key has not."""
    return [field for field in model._meta.concrete_fields if field.column is not None]


def is_written(field: Field) -> bool:
    """Whether the application may write the field's values."""
    return not getattr(field, "generated", False) and not getattr(field, "is_written_by_server", False)


# ---- of a table ------------------------------------------------------------------------


def _of_table(model: type[models.Model]) -> Iterable[tuple[str, Trial]]:
    rows = model._base_manager
    yield "count", lambda: rows.count() != len(list(rows.all())) and "another count"
    yield "first", lambda: rows.first() is None and rows.exists() and "no row"
    yield "raw", lambda: _raw(model)
    yield "save", lambda: _rewritten(model, lambda instance: instance.save())
    yield "update", lambda: _rewritten(model, _updated)
    yield "bulk_update", lambda: _rewritten_in_bulk(model)
    yield "create", lambda: _inserted(model, lambda copy: copy.save(force_insert=True))
    yield "bulk_create", lambda: _inserted(model, lambda copy: rows.bulk_create([copy]))


def _raw(model: type[models.Model]) -> Any:
    from django.db import connection

    names = [field.column for field in columns_of(model)]
    table = connection.ops.quote_name(model._meta.db_table).replace("%", "%%")
    columns = [connection.ops.quote_column(name).replace("%", "%%") for name in names]
    read = list(model._base_manager.raw(f"SELECT {', '.join(columns)} FROM {table} WHERE 1 = %s", [1]))
    return len(read) != model._base_manager.count() and "another count"


def _plain_fields(model: type[models.Model]) -> list[Field]:
    """The fields that an UPDATE may set."""
    key = {field.name for field in getattr(model._meta, "pk_fields", [model._meta.pk])}
    return [field for field in columns_of(model) if is_written(field) and field.name not in key]


def _updated(instance: models.Model) -> None:
    values = {field.name: getattr(instance, field.attname) for field in _plain_fields(type(instance))}
    if values:
        type(instance)._base_manager.filter(pk=instance.pk).update(**values)


def _with_key(model: type[models.Model]) -> list[models.Model]:
    """Some instances, without those whose key is NULL (in tables without a key), which cannot be written."""
    return [instance for instance in model._base_manager.all() if instance.pk is not None][:_ROWS]


def _rewritten(model: type[models.Model], write: Callable[[models.Model], None]) -> str:
    """Write instances as they were read, which changes nothing."""
    for instance in _with_key(model):
        before = stored(instance)
        write(instance)
        changed = _differing(before, stored(instance))
        if changed:
            return f"changed: {', '.join(changed)}"
    return ""


def _rewritten_in_bulk(model: type[models.Model]) -> str:
    """Write several instances at once as they were read."""
    rows, names = _with_key(model), [field.name for field in _plain_fields(model)]
    if not rows or not names:
        return ""
    before = [stored(instance) for instance in rows]
    model._base_manager.bulk_update(rows, names)
    changed = {name for instance, was in zip(rows, before) for name in _differing(was, stored(instance))}
    return f"changed: {', '.join(sorted(changed))}" if changed else ""


def _differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [name for name in before if before[name] != after.get(name)]


class _Digits(Func):
    """A datetime with all its fractional digits, of which Python has six."""

    template = "CONVERT(nvarchar(40), %(expressions)s, 121)"
    output_field = TextField()


def stored(instance: models.Model) -> dict[str, Any]:
    """The stored values of an instance, by column."""
    fields = [field for field in columns_of(type(instance)) if is_written(field)]
    expressions = [
        _Digits(F(field.name)) if field.get_internal_type() in ("DateTimeField", "TimeField") else F(field.name)
        for field in fields
    ]
    values = type(instance)._base_manager.filter(pk=instance.pk).values_list(*expressions).first()
    return dict(zip((field.column for field in fields), values or ()))


def _inserted(model: type[models.Model], insert: Callable[[models.Model], Any]) -> str:
    """Insert an instance once more: in place of itself, or with another key where another row refers to it."""
    for instance in _with_key(model)[:1]:
        return _put_back(instance, insert)
    return ""


def _put_back(instance: models.Model, insert: Callable[[models.Model], Any]) -> str:
    model = type(instance)
    auto = model._meta.auto_field
    fields = [field for field in columns_of(model) if is_written(field) and field is not auto]
    copy = model(**{field.attname: getattr(instance, field.attname) for field in fields})
    before = stored(instance)
    if not _is_gone(instance) and not _has_free_key(copy):
        return "no free key"
    expected = {field.column: getattr(copy, field.attname) for field in _keys(model) if field in fields}
    insert(copy)
    after = stored(copy)
    wrong = [
        field.column
        for field in fields
        if field.column not in expected and after.get(field.column) != before[field.column]
    ]
    return f"changed: {', '.join(wrong)}" if wrong else ""


def _is_gone(instance: models.Model) -> bool:
    """Whether the instance could be deleted."""
    try:
        with transaction.atomic():
            type(instance)._base_manager.filter(pk=instance.pk).delete()
    except DatabaseError:
        return False
    return True


def _keys(model: type[models.Model]) -> list[Field]:
    """The fields of primary keys and unique constraints."""
    options = model._meta
    together = {name for names in options.unique_together for name in names}
    together |= {field.name for field in getattr(options, "pk_fields", [options.pk])}
    return [field for field in columns_of(model) if field.unique or field.name in together]


def _has_free_key(copy: models.Model) -> bool:
    """Give the instance an unused key, if there is one; a key that refers to another table may have none."""
    model = type(copy)
    changed = False
    for field in _keys(model):
        if field is model._meta.auto_field or not is_written(field):
            changed = True
            continue
        if field.remote_field is not None:
            if field.unique:
                return False
            continue
        for value in near(getattr(copy, field.attname)):
            if not model._base_manager.filter(**{field.name: value}).exists():
                setattr(copy, field.attname, value)
                changed = True
                break
    return changed


# ---- of a column -----------------------------------------------------------------------


def _of_column(model: type[models.Model], field: Field) -> Iterable[tuple[str, Trial]]:
    rows, name = model._base_manager, field.name
    yield (
        "isnull",
        lambda: (
            rows.filter(**{f"{name}__isnull": True}).count() + rows.filter(**{f"{name}__isnull": False}).count()
            != rows.count()
            and "another count"
        ),
    )
    yield (
        "order",
        lambda: len(list(rows.order_by(name))) != len(list(rows.order_by(F(name).desc(), "pk"))) and "another count",
    )
    yield "exact", lambda: _finds(rows, field, "", lambda value: value)
    yield "in", lambda: _finds(rows, field, "__in", lambda value: [value])
    yield "long in", lambda: _finds(rows, field, "__in", lambda value: [value, *others(value, _LONG)])
    yield "exclude", lambda: _finds(rows, field, "", lambda value: value, excluded=True)


def _finds(rows: Any, field: Field, lookup: str, given: Callable[[Any], Any], excluded: bool = False) -> str:
    """Each value that was read finds its rows, and exclude() leaves them out."""
    for value in rows.values_list(field.attname, flat=True):
        if value is None:
            continue
        condition = {field.name + lookup: given(value)}
        query = rows.exclude(**condition) if excluded else rows.filter(**condition)
        if (value in query.values_list(field.attname, flat=True)) is excluded:
            return "not found"
    return ""
