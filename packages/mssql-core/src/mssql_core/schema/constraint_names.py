"""Names of constraints and indexes."""

from typing import Callable, Container, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Union

from ..introspection.objects import Check, Default, ForeignKey, Index, is_discriminator, is_hidden
from ..introspection.table_snapshot import TableSnapshot
from ..names import TableName

_Named = Union[Check, Default, ForeignKey, Index]
# What Django looks for by kind and columns.
_Listed = Union[Check, ForeignKey, Index]


class ConstraintNames:
    """
    Names by Django's own rule, with a suffix for each kind.

    :param create_name: the schema editor's rule: a function of the table's name
        as Meta.db_table writes it, the names of columns, and a suffix.
    """

    def __init__(self, create_name: Callable[[str, Sequence[str], str], str]) -> None:
        self._create_name = create_name

    def index(self, db_table: str, columns: Sequence[str], suffix: str = "") -> str:
        return self._create_name(db_table, columns, suffix)

    def default(self, db_table: str, column: str) -> str:
        return self._create_name(db_table, [column], "_default")

    def check(self, db_table: str, column: str) -> str:
        return self._create_name(db_table, [column], "_check")

    def primary_key(self, db_table: str, columns: Sequence[str]) -> str:
        return self._create_name(db_table, columns, "_pk")

    def unique(self, db_table: str, columns: Sequence[str]) -> str:
        return self._create_name(db_table, columns, "_uniq")

    def field_unique(self, db_table: str, column: str) -> str:
        """Return the name of a unique field's constraint; `_uniq` is left to a unique_together of that one field."""
        return self._create_name(db_table, [column], "_key")

    def followed(self, before: _Named, after: _Named) -> Optional[str]:
        """
        Return the name of a constraint or an index after its table, its columns, or what it refers to were renamed.

        None is for a name that was not made from theirs, and for one that stays.

        :param before, after: the object with the old names and with the new ones.
        """
        columns, suffixes = _origin(before)
        new_columns, new_suffixes = _origin(after)
        for suffix, new_suffix in zip(suffixes, new_suffixes):
            if before.name == self._create_name(str(before.table), columns, suffix):
                name = self._create_name(str(after.table), new_columns, new_suffix)
                return None if name == before.name else name
        return None


def _origin(item: _Named) -> Tuple[List[str], Tuple[str, ...]]:
    """Return the columns and the possible suffixes of the object's name."""
    if isinstance(item, Default):
        return [item.column], ("_default",)
    columns = list(item.columns)
    if isinstance(item, Check):
        return columns, ("_check",)
    if isinstance(item, ForeignKey):
        return columns, ("_fk_%s_%s" % (TableName.parse(item.to_table.name).name, item.to_columns[0]),)
    if item.is_constraint:
        return columns, ("_pk",) if item.is_primary_key else ("_uniq", "_key")
    columns = [column for column in columns if not is_hidden(column)]
    return columns, ("_uniq",) if item.is_unique else ("", "_idx")


def matching_names(
    snapshot: TableSnapshot,
    columns: Optional[Iterable[str]],
    exclude: Container[str],
    kinds: Mapping[str, Optional[bool]],
) -> List[str]:
    """
    Return the names of a table's constraints and indexes that Django looks for.

    :param columns: names of columns, or None for any.
    :param exclude: names to leave out.
    :param kinds: which of `unique`, `primary_key`, `index`, `foreign_key`, and
        `check` must be true or false; None for any.
    """
    return [
        item.name
        for item in snapshot.checks + snapshot.foreign_keys + snapshot.indexes
        if all(wanted is None or wanted == _kinds(item)[kind] for kind, wanted in kinds.items())
        if columns is None or _visible_columns(item) == list(columns)
        if item.name not in exclude
    ]


def _kinds(item: _Listed) -> Dict[str, bool]:
    index = item if isinstance(item, Index) else None
    return {
        "unique": index is not None and index.is_unique,
        "primary_key": index is not None and index.is_primary_key,
        "index": index is not None and not index.is_constraint,
        "foreign_key": isinstance(item, ForeignKey),
        "check": isinstance(item, Check),
    }


def _visible_columns(item: _Listed) -> List[str]:
    """Return the columns of a constraint or an index as introspection gives them."""
    columns = [name for name in item.columns if not is_discriminator(name)]
    if isinstance(item, Index) and not item.is_unique:
        columns += item.includes
    return columns
