"""The hunt for secrets: fail in many ways, and read all traces of the failures."""
