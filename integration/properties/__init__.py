"""Round trips and lookups of random values of every kind of field, over every path into a column."""
