"""Tests of a connection's guarantees: injected faults, secrets, hostile names and values, a soak."""
