"""Django before 6.0."""
