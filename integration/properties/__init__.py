"""What goes in comes out, and is found: random values of every kind of field, over every path that a value takes."""
