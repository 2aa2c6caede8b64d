"""Databases that were there before Django: their scripts, the models that inspectdb makes of them, and what these can do."""
