"""What everything in this folder stands on: the server under test, and Django on it."""
