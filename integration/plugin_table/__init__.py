"""What each plugin does on which server, as tables: ``python -m plugin_table json``.

A module of this package has ``rows() -> list[(name, {column: bool})]``.
"""
