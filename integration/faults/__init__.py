"""What a connection promises, tried out: injected faults, secrets, hostile names and values, a soak."""
