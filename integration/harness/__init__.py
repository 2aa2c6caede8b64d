"""The base of this folder: the server under test, and Django on it."""
