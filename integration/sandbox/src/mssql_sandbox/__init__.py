"""A strict local SQL Server for tests and development."""

from .api import Sandbox, SandboxError

__all__ = ["Sandbox", "SandboxError"]
