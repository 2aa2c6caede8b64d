"""Fields whose columns have another type than Django's, as databases that were there before have them."""


def typed(kind, db_type, **options):
    """A field of the class `kind` in a column of the type `db_type`."""

    class Typed(kind):
        def db_type(self, connection):
            return self.sql_type

    field = Typed(**options)
    field.sql_type = db_type
    return field
