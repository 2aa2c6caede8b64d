"""Settings, the driver, and one open connection: transactions, cursors, typed parameters."""
