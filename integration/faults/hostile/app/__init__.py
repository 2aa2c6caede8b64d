"""The Django application of the hostile values."""
