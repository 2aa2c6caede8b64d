import pytest

from mssql_core.introspection.objects import Check, Default, ForeignKey, Index
from mssql_core.introspection.table_snapshot import TableSnapshot, renamed_key
from mssql_core.names import TableName
from mssql_core.schema.constraint_names import ConstraintNames, matching_names

TABLE = TableName(None, "t")
NAMES = ConstraintNames(lambda table, columns, suffix: "_".join([table, *columns]) + suffix)
# As the schema editor's, which takes a table's name with its schema and its delimiters.
LEAF_NAMES = ConstraintNames(lambda table, columns, suffix: "_".join([TableName.parse(table).name, *columns]) + suffix)

PRIMARY = Index(TABLE, "t_id_pk", (("id", False),), is_unique=True, is_primary_key=True)
KEY = Index(TABLE, "t_a_key", (("a", False),), is_unique=True, is_unique_constraint=True)
TOGETHER = Index(TABLE, "t_a_b_uniq", (("a", False), ("b", False)), is_unique=True, is_unique_constraint=True)
PLAIN = Index(TABLE, "t_a", (("a", False),))
COVERING = Index(TABLE, "covering", (("a", False),), ("b",))
PARTIAL = Index(TABLE, "partial", (("a", False), ("__uq_partial_1", False)), is_unique=True)
CHECK = Check(TABLE, "t_a_check", ("a",), "([a]>(0))")
DEFAULT = Default(TABLE, "t_a_default", "a", "((1))")
FOREIGN = ForeignKey(TABLE, "t_a_fk_u_id", ("a",), TableName("sales", "u"), ("id",))
SNAPSHOT = TableSnapshot(
    TABLE,
    indexes=[PRIMARY, KEY, TOGETHER, PLAIN, COVERING, PARTIAL],
    foreign_keys=[FOREIGN],
    checks=[CHECK],
    defaults=[DEFAULT],
)


def test_each_kind_has_its_ending():
    assert NAMES.default("t", "a") == DEFAULT.name
    assert NAMES.check("t", "a") == CHECK.name
    assert NAMES.primary_key("t", ["id"]) == PRIMARY.name
    assert NAMES.field_unique("t", "a") == KEY.name
    assert NAMES.unique("t", ["a", "b"]) == TOGETHER.name
    assert NAMES.index("t", ["a"]) == PLAIN.name


FILTERED = Index(TABLE, "t_a_uniq", (("a", False), ("__uq_partial_1", False)), is_unique=True)
MADE = [PRIMARY, KEY, TOGETHER, PLAIN, FILTERED, CHECK, DEFAULT, FOREIGN]


@pytest.mark.parametrize("item", MADE, ids=lambda item: item.name)
def test_what_carries_the_name_of_its_table_follows_it(item):
    moved = item._replace(table=TableName("sales", "v"))
    assert LEAF_NAMES.followed(item, moved) == "v" + item.name[1:]
    assert LEAF_NAMES.followed(item, item._replace(table=TableName("sales", "t"))) is None
    assert LEAF_NAMES.followed(item._replace(name="mine"), moved) is None


def test_a_foreign_key_carries_the_name_of_both_tables():
    to_u = FOREIGN._replace(to_table=TableName(None, "v"))
    assert LEAF_NAMES.followed(FOREIGN, to_u) == "t_a_fk_v_id"
    itself = ForeignKey(TABLE, "t_a_fk_t_id", ("a",), TABLE, ("id",))
    other = TableName(None, "v")
    assert LEAF_NAMES.followed(itself, itself._replace(table=other, to_table=other)) == "v_a_fk_v_id"


@pytest.mark.parametrize("item", [item for item in MADE if "_a" in item.name], ids=lambda item: item.name)
def test_what_carries_the_name_of_a_column_follows_it(item):
    renamed = renamed_key(item, TABLE, "a", "z") if item is FOREIGN else item.renamed("a", "z")
    assert LEAF_NAMES.followed(item, renamed) == item.name.replace("t_a", "t_z")
    assert LEAF_NAMES.followed(item._replace(name="mine"), renamed) is None


@pytest.mark.parametrize(
    "columns, kinds, expected",
    [
        (["a"], {"unique": True, "primary_key": False}, ["t_a_key", "partial"]),
        (["a"], {"index": True, "unique": False}, ["t_a"]),
        (["a", "b"], {"index": True, "unique": False}, ["covering"]),
        (["a", "b"], {"unique": True}, ["t_a_b_uniq"]),
        (None, {"primary_key": True}, ["t_id_pk"]),
        (["a"], {"foreign_key": True}, ["t_a_fk_u_id"]),
        (["a"], {"check": True}, ["t_a_check"]),
        (["a"], {"check": None}, ["t_a_check", "t_a_fk_u_id", "t_a_key", "t_a", "partial"]),
    ],
)
def test_names_are_found_as_django_finds_them(columns, kinds, expected):
    assert matching_names(SNAPSHOT, columns, (), kinds) == expected


def test_some_names_are_left_out():
    assert matching_names(SNAPSHOT, ["a"], {"t_a_key"}, {"unique": True}) == ["partial"]
