"""Tables of each plugin's behaviour by server: ``hatch run plugin-table json``.

A module of this package has ``rows() -> list[(name, {column: cell})]``; a cell is a bool, or a number.
"""
