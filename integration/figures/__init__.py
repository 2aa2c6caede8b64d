"""Measurements: evidence for the sandbox, tables of the plugins, times."""
