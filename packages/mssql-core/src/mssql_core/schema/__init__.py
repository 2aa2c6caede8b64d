"""The schema editor, and what it knows of columns, indexes and the objects that depend on them."""
