"""The packages' structure in figures: rooms and the imports between them, import cycles, private names, lengths."""
