"""Compile functions for django.db.models.functions, in Django's own division."""
