"""Django before 5.1."""

from django.db.utils import ProgrammingError

from ..plugin.django_types import Mixin


class Wrapper(Mixin):
    """Refuses to reconnect inside an atomic block, whose statements would then be committed one by one."""

    def connect(self) -> None:
        """:raises ProgrammingError: the connection was closed, or is a parent process's, inside an atomic block."""
        if self.in_atomic_block and self.closed_in_transaction:
            raise ProgrammingError("Cannot open a new connection in an atomic block.")
        super().connect()
