"""``python -m mssql_sandbox``."""

from .cli import main

main()
