"""How the packages are built, as figures: rooms and arrows, import circles, private names, lengths."""
