"""What each version and edition was shown to have, and the page of the documentation that says so."""
