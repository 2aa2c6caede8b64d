"""How constraints and indexes are called."""

from ..introspection.objects import Check, Default, ForeignKey, Index, is_discriminator, is_hidden
from ..names import TableName


class ConstraintNames:
    """
    Names by Django's own rule, with an ending for each kind.

    :param create_name: the schema editor's rule: a function of the table's name
        as Meta.db_table writes it, a list of columns, and an ending.
    """

    def __init__(self, create_name):
        self._create_name = create_name

    def index(self, db_table, columns, suffix=""):
        return self._create_name(db_table, columns, suffix)

    def default(self, db_table, column):
        return self._create_name(db_table, [column], "_default")

    def check(self, db_table, column):
        return self._create_name(db_table, [column], "_check")

    def primary_key(self, db_table, columns):
        return self._create_name(db_table, columns, "_pk")

    def unique(self, db_table, columns):
        return self._create_name(db_table, columns, "_uniq")

    def field_unique(self, db_table, column):
        """Name the constraint of a field that is unique: `_uniq` is left to a unique_together of the one field."""
        return self._create_name(db_table, [column], "_key")

    def of_table(self, item, old_db_table, new_db_table):
        """
        Return the name of a constraint or an index for its table's new name, or None.

        :param item: a Check, Default, ForeignKey, or Index; None is the answer
            where its name was not made from the old name of the table.
        """
        columns, suffixes = _origin(item)
        for suffix in suffixes:
            if item.name == self._create_name(old_db_table, columns, suffix):
                return self._create_name(new_db_table, columns, suffix)
        return None

    def of_column(self, item, before):
        """
        Return the name of a constraint or an index for its columns' new names, or None.

        :param item: a Check, Default, ForeignKey, or Index.
        :param before: the same with the old names; None is the answer where
            its name was not made from them.
        """
        columns, suffixes = _origin(item)
        old_columns, old_suffixes = _origin(before)
        table = str(item.table)
        for suffix, old_suffix in zip(suffixes, old_suffixes):
            if item.name == self._create_name(table, old_columns, old_suffix):
                return self._create_name(table, columns, suffix)
        return None


def _origin(item):
    """Return (columns, endings) of what the item's name may be made from."""
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


def matching_names(snapshot, columns, exclude, kinds):
    """
    Return the names of a table's constraints and indexes that Django looks for.

    :param columns: names of columns, or None for any.
    :param exclude: names.
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


def _kinds(item):
    is_index = isinstance(item, Index)
    return {
        "unique": is_index and item.is_unique,
        "primary_key": is_index and item.is_primary_key,
        "index": is_index and not item.is_constraint,
        "foreign_key": isinstance(item, ForeignKey),
        "check": isinstance(item, Check),
    }


def _visible_columns(item):
    """Return the columns of a constraint or an index as introspection tells them."""
    columns = [name for name in item.columns if not is_discriminator(name)]
    if isinstance(item, Index) and not item.is_unique:
        columns += item.includes
    return columns
