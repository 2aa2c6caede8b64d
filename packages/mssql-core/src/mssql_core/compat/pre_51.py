"""Django before 5.1."""
