"""Comments on tables and columns: the extended property MS_Description."""

from typing import Iterator, List, Optional, Tuple

from ..introspection.objects import ExtendedProperty
from ..literals import is_constant, string_literal, with_texts
from ..names import TableName, bare_identifier
from ..plugin.django_types import Field, Model, SchemaEditor
from .fields import comment_of

PROPERTY = "MS_Description"

_LEVELS = "@level0type = N'SCHEMA', @level0name = %(schema)s, @level1type = N'TABLE', @level1name = %(table)s"
_PART_LEVEL = ", @level2type = %(kind)s, @level2name = %(part)s"


def comment_sql(
    table: TableName, comment: Optional[str], column: Optional[str] = None, variable: str = "@schema"
) -> str:
    """
    Return the batch that sets, replaces, or drops a comment.

    The procedures need the schema's name; where the table's name has none, the
    batch asks for it.

    :param table: a TableName.
    :param comment: the text; None or '' drops the comment. The server takes
        7,500 bytes (sp_addextendedproperty), as a type that sql_variant can
        hold: no nvarchar(max), which is error 206.
    :param variable: name of the T-SQL variable, unique within its batch.
    """
    table_id = "OBJECT_ID(%s)" % string_literal(str(table))
    schema = string_literal(table.schema) if table.schema else "OBJECT_SCHEMA_NAME(%s)" % table_id
    batch = ["DECLARE %s sysname = %s" % (variable, schema)]
    names = {"schema": variable, "kind": string_literal("COLUMN")}
    parts = [("table", table.name), *([("part", bare_identifier(column))] if column else [])]
    for key, text in parts:
        names[key] = string_literal(text)
        if not is_constant(names[key]):
            batch.append("DECLARE %s_%s sysname = %s" % (variable, key, names[key]))
            names[key] = "%s_%s" % (variable, key)
    levels = (_LEVELS + (_PART_LEVEL if column else "")) % names
    exists = _exists(table_id, names["part"] if column else None)
    call = "EXEC sys.sp_%%sextendedproperty @name = N'%s', %%s%s" % (
        PROPERTY,
        levels.replace("%", "%%"),
    )
    if comment:
        value = variable + "_comment"
        batch.append("DECLARE %s nvarchar(4000) = %s" % (value, string_literal(comment)))
        value = "@value = %s, " % value
        batch.append("IF %s %s" % (exists, call % ("update", value)))
        batch.append("ELSE %s" % (call % ("add", value)))
    else:
        batch.append("IF %s %s" % (exists, call % ("drop", "")))
    return "; ".join(batch[:-1]) + (" " if comment else "; ") + batch[-1]


def _exists(table_id: str, column: Optional[str]) -> str:
    column_id = "COLUMNPROPERTY(%s, %s, 'ColumnId')" % (table_id, column) if column else "0"
    return (
        "EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 1 "
        "AND major_id = %s AND minor_id = %s AND name = N'%s')" % (table_id, column_id, PROPERTY)
    )


def comment_of_part(table: TableName, comment: Optional[str], column: Optional[str] = None) -> ExtendedProperty:
    """Return the ExtendedProperty that is the comment of a table or of a column; without a text there is none."""
    return ExtendedProperty(
        table, PROPERTY, "COLUMN" if column else None, bare_identifier(column) if column else None, comment or ""
    )


def planned_comments(table: TableName, model: Model) -> Iterator[ExtendedProperty]:
    """Yield the comments that a model gives its table and its columns."""
    texts: List[Tuple[Optional[str], Optional[str]]] = [(None, getattr(model._meta, "db_table_comment", None))]
    texts += [(field.column, comment_of(field)) for field in model._meta.local_fields]
    for column, text in texts:
        if text:
            yield comment_of_part(table, text, column)


def property_sql(item: ExtendedProperty) -> str:
    """Return the statement that adds an ExtendedProperty again."""
    levels = _LEVELS + (_PART_LEVEL if item.part_kind else "")
    call = "EXEC sys.sp_addextendedproperty @name = %s, @value = %s, " + levels % dict.fromkeys(
        ("schema", "table", "part", "kind"), "%s"
    )
    part = (item.part_kind, item.part_name) if item.part_kind else ()
    return with_texts(call, item.name, item.value, str(item.table.schema), item.table.name, *part)


class Comments:
    """
    The comments of models.

    :param editor: the schema editor.
    """

    def __init__(self, editor: SchemaEditor) -> None:
        self._editor = editor

    def on_table(self, model: Model, comment: Optional[str]) -> None:
        """Set or drop the comment of the model's table."""
        self._set(model, comment)

    def on_column(self, model: Model, field: Field, drop: bool = False) -> None:
        """
        Set the comment of a field's column.

        :param drop: whether to drop the comment where the field has none.
        """
        comment = comment_of(field)
        has_column = field.db_parameters(connection=self._editor.connection)["type"] is not None
        if has_column and (comment or drop):
            self._set(model, comment, field.column)

    def on_model(self, model: Model) -> None:
        """Set the comments of the model and of its fields."""
        comment = getattr(model._meta, "db_table_comment", None)
        if comment:
            self.on_table(model, comment)
        for field in model._meta.local_fields:
            self.on_column(model, field)

    def restore(self, item: ExtendedProperty) -> None:
        """Add a property again that went with what had it."""
        if item.name == PROPERTY and item.table.schema is None:
            # A comment of the script itself.
            sql = comment_sql(item.table, item.value, item.part_name, self._editor.variable("schema"))
        else:
            schema = item.table.schema or self._editor.connection.server.default_schema
            sql = property_sql(item._replace(table=item.table.in_schema(schema)))
        self._editor.run([sql])
        self._editor.catalogue.property_set(item)

    def _set(self, model: Model, comment: Optional[str], column: Optional[str] = None) -> None:
        table = self._editor.table_name(model._meta.db_table)
        self._editor.run([comment_sql(table, comment, column, self._editor.variable("schema"))])
        self._editor.catalogue.property_set(comment_of_part(table, comment, column))
