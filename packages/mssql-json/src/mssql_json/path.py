"""JSON paths as SQL Server writes them.

https://learn.microsoft.com/sql/relational-databases/json/json-path-expressions-sql-server
"""

import json


def compile_path(keys, root="$"):
    """``$."a"[0]``: integers (also as text) are array positions, everything else is a key in quotes."""
    steps = [root]
    for key in keys:
        try:
            position = int(key)
        except (TypeError, ValueError):
            steps.append(".%s" % json.dumps(str(key), ensure_ascii=False))
            continue
        if position < 0:
            from django.db import NotSupportedError

            raise NotSupportedError("SQL Server's JSON paths have no negative positions.")
        steps.append("[%d]" % position)
    return "".join(steps)


def literal(text):
    """An nvarchar literal inside a statement with %s placeholders."""
    return "N'%s'" % text.replace("'", "''").replace("%", "%%")
