"""Mutation testing of core: small changes of its code, each of which a test should notice."""
