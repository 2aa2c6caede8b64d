"""The TDS wire layer.

``server.serve`` accepts connections; each connection decodes requests into
calls on an :class:`mssql_sandbox.interface.Session` and its events into tokens.
"""
