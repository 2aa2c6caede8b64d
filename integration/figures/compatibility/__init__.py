"""The capabilities demonstrated on each version and edition, and their page of the documentation."""
