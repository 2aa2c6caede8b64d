"""The backend's operations: quoting, limits, dates, time zones, regular expressions."""
