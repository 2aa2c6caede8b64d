"""Comments on tables and columns: the extended property MS_Description."""

from ..literals import string_literal

PROPERTY = "MS_Description"

_LEVELS = "@level0type = N'SCHEMA', @level0name = %(schema)s, @level1type = N'TABLE', @level1name = %(table)s"
_PART_LEVEL = ", @level2type = %(kind)s, @level2name = %(part)s"


def comment_sql(table, comment, column=None, variable="@schema"):
    """
    Return the batch that sets, replaces, or drops a comment.

    The procedures want the schema's name; where the table's name carries none
    it is asked for when the batch runs.

    :param table: a TableName.
    :param comment: the text; None or '' drops the comment. The server takes
        7,500 bytes (sp_addextendedproperty), as a type that sql_variant can
        hold: no nvarchar(max), which is error 206.
    :param variable: name of the T-SQL variable, unique within its batch.
    """
    names = {
        "schema": variable,
        "table": string_literal(table.name),
        "part": string_literal(column or ""),
        "kind": string_literal("COLUMN"),
    }
    levels = (_LEVELS + (_PART_LEVEL if column else "")) % names
    table_id = "OBJECT_ID(%s)" % string_literal(str(table))
    exists = _exists(table_id, names["part"] if column else None)
    call = "EXEC sys.sp_%%sextendedproperty @name = N'%s', %%s%s" % (
        PROPERTY,
        levels.replace("%", "%%"),
    )
    schema = string_literal(table.schema) if table.schema else "OBJECT_SCHEMA_NAME(%s)" % table_id
    batch = ["DECLARE %s sysname = %s" % (variable, schema)]
    if comment:
        value = variable + "_comment"
        batch.append("DECLARE %s nvarchar(4000) = %s" % (value, string_literal(comment)))
        value = "@value = %s, " % value
        batch.append("IF %s %s" % (exists, call % ("update", value)))
        batch.append("ELSE %s" % (call % ("add", value)))
    else:
        batch.append("IF %s %s" % (exists, call % ("drop", "")))
    return "; ".join(batch[:-1]) + (" " if comment else "; ") + batch[-1]


def _exists(table_id, column):
    column_id = "COLUMNPROPERTY(%s, %s, 'ColumnId')" % (table_id, column) if column else "0"
    return (
        "EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 1 "
        "AND major_id = %s AND minor_id = %s AND name = N'%s')" % (table_id, column_id, PROPERTY)
    )


def property_sql(item):
    """Return the statement that adds an ExtendedProperty as it was."""
    names = {
        "schema": string_literal(item.table.schema),
        "table": string_literal(item.table.name),
        "part": string_literal(item.part_name or ""),
        "kind": string_literal(item.part_kind or ""),
    }
    return "EXEC sys.sp_addextendedproperty @name = %s, @value = %s, %s" % (
        string_literal(item.name),
        string_literal(item.value),
        (_LEVELS + (_PART_LEVEL if item.part_kind else "")) % names,
    )


class Comments:
    """
    Sets the comments of models.

    :param editor: the schema editor.
    """

    def __init__(self, editor):
        self._editor = editor

    def on_table(self, model, comment):
        """Set or drop the comment of the model's table."""
        self._set(model, comment)

    def on_column(self, model, field, drop=False):
        """
        Set the comment of a field's column.

        :param drop: whether no comment is a reason to drop one.
        """
        comment = getattr(field, "db_comment", None)
        has_column = field.db_parameters(connection=self._editor.connection)["type"] is not None
        if has_column and (comment or drop):
            self._set(model, comment, field.column)

    def on_model(self, model):
        """Set the comments of the model and of its fields."""
        comment = getattr(model._meta, "db_table_comment", None)
        if comment:
            self.on_table(model, comment)
        for field in model._meta.local_fields:
            self.on_column(model, field)

    def _set(self, model, comment, column=None):
        table = self._editor.table_name(model._meta.db_table)
        self._editor.execute(comment_sql(table, comment, column, self._editor.variable("schema")), None)
