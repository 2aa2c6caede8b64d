"""The capabilities that each version and edition was shown to have, and their page of the documentation."""
