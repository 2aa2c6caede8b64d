"""Hostile names and values: none of them becomes a part of a statement, all of them come back as they were."""
