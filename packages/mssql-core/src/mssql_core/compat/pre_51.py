"""Django before 5.1."""

from django.db.utils import ProgrammingError


class Wrapper:
    """Refuses to reconnect inside an atomic block, whose statements would then be committed one by one."""

    def connect(self):
        """:raises ProgrammingError: the connection was closed, or is a parent process's, inside an atomic block."""
        if self.in_atomic_block and self.closed_in_transaction:
            raise ProgrammingError("Cannot open a new connection in an atomic block.")
        super().connect()
