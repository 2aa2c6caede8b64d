"""Figures of how close the sandbox is to SQL Server."""
