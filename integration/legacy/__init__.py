"""Databases that existed before Django: their scripts, the models that inspectdb writes, and what works with these."""
