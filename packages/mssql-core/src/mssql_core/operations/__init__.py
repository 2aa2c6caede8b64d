"""What Django asks of a backend's operations: quoting, limits, dates, time zones, regular expressions."""
