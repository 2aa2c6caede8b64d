"""Django before 4.2."""
