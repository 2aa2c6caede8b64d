"""Django before 5.0."""
