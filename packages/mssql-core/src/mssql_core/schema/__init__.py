"""The schema editor, and its model of columns, indexes and dependent objects."""
