"""What all of this folder is based on: the server under test, and Django on it."""
