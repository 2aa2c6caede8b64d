"""What an application does with its database, and what it may believe afterwards."""
