"""A Django project on SQL Server's wire: ``hatch run demo``."""
