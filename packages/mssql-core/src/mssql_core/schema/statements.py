"""
Statements that know the objects that they make or remove.

Django defers statements and renames tables and columns in them. These can also
tell their effect to the catalogue of a script.
"""

from typing import Any, Optional, Sequence, Tuple

from django.db.backends.ddl_references import Statement

from ..introspection.objects import Check, Column, ForeignKey, Index, SchemaObject, column_references
from ..literals import string_literal, with_texts
from ..names import TableName, bare_identifier, quote_identifier


class LiteralTemplate(str):
    """A template of SQL with its parts as literals, too.

    `%(table_literal)s` is the table's name as OBJECT_ID() reads it, `%(name_literal)s` an object's name as in the catalogue.
    Callers give the parts of Django's own templates.
    """

    def __mod__(self, parts: Any) -> str:
        literals = {"table_literal": string_literal(str(parts["table"]))}
        if "name" in parts:
            literals["name_literal"] = string_literal(bare_identifier(str(parts["name"])))
        return super().__mod__({**parts, **literals})


class SchemaStatement(Statement):
    """A statement about objects of one table, the TableReference `table` among its parts."""

    @property
    def table(self) -> TableName:
        """The TableName."""
        name: TableName = self.parts["table"].name
        return name

    @property
    def name(self) -> str:
        """The name of the object, without delimiters."""
        return bare_identifier(str(self.parts["name"]))

    def tell(self, catalogue: Any) -> None:
        """Tell the statement's effect to the catalogue."""
        raise NotImplementedError


class Creation(SchemaStatement):
    """A statement that makes objects."""

    def items(self) -> Sequence[SchemaObject]:
        """Return the objects as the catalogue will have them."""
        raise NotImplementedError

    def tell(self, catalogue: Any) -> None:
        catalogue.created(self.items())


class IndexCreation(Creation):
    """
    The statement that makes an index, with the hidden columns that it needs.

    Parts: table, name, columns (the keys), hidden, include, condition, extra.
    """

    def __init__(self, template: str, is_unique: bool = False, **parts: Any) -> None:
        super().__init__(template, **parts)
        self.is_unique = is_unique

    def items(self) -> Sequence[SchemaObject]:
        parts = self.parts
        hidden = [
            Column(self.table, name, "", True, computed="(%s)" % definition, is_persisted=True)
            for name, definition in parts["hidden"].definitions()
        ]
        include = parts["include"]
        index = Index(
            self.table,
            self.name,
            parts["columns"].pairs(),
            _bare(include.parts["columns"].columns) if include else (),
            parts["condition"].predicate or None,
            self.is_unique,
            data_space=_data_space(parts["extra"]),
        )
        return [*hidden, index]


def _bare(columns: Sequence[str]) -> Tuple[str, ...]:
    return tuple(map(bare_identifier, columns))


def _data_space(clause: str) -> Optional[str]:
    """Return the filegroup of an ON clause, or None."""
    return bare_identifier(clause.strip()[len("ON ") :]) if clause else None


class KeyCreation(Creation):
    """The statement that makes a primary key or a unique constraint. Parts: table, name, columns."""

    is_unique = True

    def __init__(self, template: str, is_primary_key: bool = False, **parts: Any) -> None:
        super().__init__(template, **parts)
        self.is_primary_key = is_primary_key

    def items(self) -> Sequence[Index]:
        key = Index(self.table, self.name, self.parts["columns"].pairs(), is_unique=True)
        if self.is_primary_key:
            return [key._replace(is_primary_key=True, kind="CLUSTERED")]
        return [key._replace(is_unique_constraint=True)]


class ForeignKeyCreation(Creation):
    """The statement that makes a foreign key. Parts: table, name, column, to_table, to_column, on_delete_db."""

    def items(self) -> Sequence[ForeignKey]:
        parts = self.parts
        action = parts["on_delete_db"].strip().replace("ON DELETE ", "").replace(" ", "_")
        return [
            ForeignKey(
                self.table,
                self.name,
                _bare(parts["column"].columns),
                parts["to_table"].name,
                _bare(parts["to_column"].columns),
                action or "NO_ACTION",
            )
        ]


class CheckCreation(Creation):
    """
    The statement that makes a check.

    :param columns: names of the table's columns.
    """

    def __init__(self, template: str, columns: Sequence[str], **parts: Any) -> None:
        super().__init__(template, **parts)
        self._columns = columns

    def items(self) -> Sequence[Check]:
        return [check(self.table, self.name, self.parts["check"], self._columns)]


def check(table: TableName, name: str, predicate: str, columns: Sequence[str]) -> Check:
    """
    Return the Check of a predicate.

    :param columns: names of the table's columns.
    """
    named = column_references(predicate)
    return Check(table, name, tuple(column for column in _bare(columns) if column in named), "(%s)" % predicate)


class Removal(SchemaStatement):
    """
    The statement that drops a constraint or an index. Parts: table, name.

    :param hidden: names of the columns that exist only for the index, which go with it.
    """

    def __init__(self, template: str, hidden: Sequence[str] = (), **parts: Any) -> None:
        if hidden:
            template += "; ALTER TABLE %(table)s DROP COLUMN %(hidden)s"
            parts["hidden"] = ", ".join(map(quote_identifier, hidden))
        super().__init__(template, **parts)
        self._hidden = hidden

    def tell(self, catalogue: Any) -> None:
        catalogue.dropped(self.table, self.name)
        for column in self._hidden:
            catalogue.column_dropped(self.table, column)


def rename_sql(path: str, new_name: str, kind: str) -> str:
    """
    Return the call of sp_rename.

    https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-rename-transact-sql

    :param path: the delimited name.
    :param kind: OBJECT, COLUMN or INDEX.
    """
    return with_texts("EXEC sys.sp_rename %%s, %%s, N'%s'" % kind, path, new_name)


def rename_if_there_sql(path: str, new_name: str) -> str:
    """Return the statement that renames a foreign key, if there is one of that name (sp_rename's error 15225)."""
    rename = "IF OBJECT_ID(%s, N'F') IS NOT NULL EXEC sys.sp_rename %s, %s, N'OBJECT'"
    return with_texts(rename, path, path, new_name)


class Renaming(SchemaStatement):
    """
    The statement that renames a constraint or an index. Parts: table, and those of the template.

    :param old, new: the names.
    :param hidden: (old name, new name) of the columns that exist only for the index, which follow it.
    """

    def __init__(self, template: str, old: str, new: str, hidden: Sequence[Tuple[str, str]] = (), **parts: Any) -> None:
        super().__init__(template, **parts)
        self._old, self._new = old, new
        self._hidden = hidden

    def __str__(self) -> str:
        calls = [rename_sql("%s.%s" % (self.table, quote_identifier(old)), new, "COLUMN") for old, new in self._hidden]
        return "; ".join([super().__str__(), *calls])

    def tell(self, catalogue: Any) -> None:
        catalogue.renamed(self.table, self._old, self._new)
        for old, new in self._hidden:
            catalogue.column_renamed(self.table, old, new)
