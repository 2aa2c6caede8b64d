"""A strict local SQL Server for tests and development."""

from .access_tokens import TokenIssuer
from .api import Sandbox, SandboxError

__all__ = ["Sandbox", "SandboxError", "TokenIssuer"]
