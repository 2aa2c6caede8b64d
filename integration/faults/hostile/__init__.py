"""Hostile names and values: none becomes part of a statement, all come back unchanged."""
