"""The column type of each Django field, as T-SQL writes it."""

from typing import Any, Dict, Mapping, NoReturn, Union

from django.core.exceptions import ImproperlyConfigured

# nvarchar(n) ends at 4000 UTF-16 units and varbinary(n) at 8000 bytes
# (Transact-SQL reference, "nchar and nvarchar", "binary and varbinary").
MAX_NVARCHAR = 4000
MAX_VARBINARY = 8000


class SizedType:
    """
    A type whose size comes from the field's max_length, (max) beyond `limit`.

    Migrations written under mssql-django have a max_length of "max" for each BinaryField without
    one. Django calls a column type, or formats it with `%` before version 4.2.
    """

    def __init__(self, name: str, limit: int) -> None:
        self.name = name
        self.limit = limit

    def __call__(self, data: Mapping[str, Any]) -> str:
        length = data["max_length"]
        if length is None or str(length).lower() == "max" or int(length) > self.limit:
            return "%s(max)" % self.name
        return "%s(%s)" % (self.name, length)

    __mod__ = __call__

    def __repr__(self) -> str:
        return "%s(%r, %r)" % (type(self).__name__, self.name, self.limit)


NVARCHAR = SizedType("nvarchar", MAX_NVARCHAR)
VARBINARY = SizedType("varbinary", MAX_VARBINARY)

DATETIME_TYPES = ("datetime2", "datetimeoffset")
UUID_TYPES = ("uniqueidentifier", "char(32)")

DATA_TYPES: Dict[str, Union[str, SizedType]] = {
    "AutoField": "int",
    "BigAutoField": "bigint",
    "BigIntegerField": "bigint",
    "BinaryField": VARBINARY,
    "BooleanField": "bit",
    "CharField": NVARCHAR,
    "DateField": "date",
    "DecimalField": "numeric(%(max_digits)s, %(decimal_places)s)",
    "DurationField": "bigint",
    "FileField": NVARCHAR,
    "FilePathField": NVARCHAR,
    "FloatField": "float",
    "GenericIPAddressField": "nvarchar(39)",
    "IPAddressField": "nvarchar(15)",
    "IntegerField": "int",
    "NullBooleanField": "bit",
    "OneToOneField": "int",
    "PositiveBigIntegerField": "bigint",
    "PositiveIntegerField": "int",
    "PositiveSmallIntegerField": "smallint",
    "SlugField": NVARCHAR,
    "SmallAutoField": "smallint",
    "SmallIntegerField": "smallint",
    "TextField": "nvarchar(max)",
    "TimeField": "time",
}

DATA_TYPES_SUFFIX = {
    "AutoField": "IDENTITY (1, 1)",
    "BigAutoField": "IDENTITY (1, 1)",
    "SmallAutoField": "IDENTITY (1, 1)",
}

# The server has no unsigned integers but tinyint.
DATA_TYPE_CHECKS = {
    "PositiveBigIntegerField": "%(qn_column)s >= 0",
    "PositiveIntegerField": "%(qn_column)s >= 0",
    "PositiveSmallIntegerField": "%(qn_column)s >= 0",
}


NO_JSON_PLUGIN = "Run pip install \"mssql-core[json]\", and add 'json' to OPTIONS['plugins']."


class ColumnTypes(Dict[str, Union[str, SizedType]]):
    """
    Column types by the name of the field class.

    Django leaves a field without a type out of its table; where a plugin could give
    the type, an error says so instead.
    """

    def __missing__(self, name: str) -> NoReturn:
        if name == "JSONField":
            raise ImproperlyConfigured("A JSONField has no column type. %s" % NO_JSON_PLUGIN)
        raise KeyError(name)


def data_types(datetime_type: str, uuid_type: str) -> ColumnTypes:
    """
    Return the column types by the name of the field class.

    :param datetime_type: one of DATETIME_TYPES, for DateTimeField.
    :param uuid_type: one of UUID_TYPES, for UUIDField.
    """
    return ColumnTypes(DATA_TYPES, DateTimeField=datetime_type, UUIDField=uuid_type)


# Type name in sys.types -> Django field, for inspectdb.
FIELD_TYPES = {
    "bigint": "BigIntegerField",
    "binary": "BinaryField",
    "bit": "BooleanField",
    "char": "CharField",
    "date": "DateField",
    "datetime": "DateTimeField",
    "datetime2": "DateTimeField",
    "datetimeoffset": "DateTimeField",
    "decimal": "DecimalField",
    "float": "FloatField",
    "image": "BinaryField",
    "int": "IntegerField",
    "money": "DecimalField",
    "nchar": "CharField",
    "ntext": "TextField",
    "numeric": "DecimalField",
    "nvarchar": "CharField",
    "real": "FloatField",
    "rowversion": "BinaryField",
    "smalldatetime": "DateTimeField",
    "smallint": "SmallIntegerField",
    "smallmoney": "DecimalField",
    "text": "TextField",
    "time": "TimeField",
    "timestamp": "BinaryField",
    "tinyint": "PositiveSmallIntegerField",
    "uniqueidentifier": "UUIDField",
    "varbinary": "BinaryField",
    "varchar": "CharField",
    "xml": "TextField",
}

# Legacy types that a model has to name, and the class of mssql_core.fields that does.
NAMED_FIELDS = {
    "char": "FixedCharField",
    "datetime": "LegacyDateTimeField",
    "geography": "GeographyField",
    "geometry": "GeometryField",
    "hierarchyid": "HierarchyIdField",
    "rowversion": "RowVersionField",
    "smalldatetime": "SmallDateTimeField",
    "sql_variant": "SqlVariantField",
    "text": "LegacyTextField",
    "timestamp": "RowVersionField",
    "varchar": "VarcharField",
}

# Types of DateTimeField, and the class of mssql_core.fields for columns of the one that the alias's datetime_type is not.
MOMENT_FIELDS = {"datetime2": "DateTime2Field", "datetimeoffset": "DateTimeOffsetField"}

# Integer types that carry an identity.
AUTO_FIELD_TYPES = {
    "bigint": "BigAutoField",
    "int": "AutoField",
    "smallint": "SmallAutoField",
    "tinyint": "SmallAutoField",
}
