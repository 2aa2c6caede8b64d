"""Expressions, lookups and functions as T-SQL; each module ends in a table of compile functions by node class."""
