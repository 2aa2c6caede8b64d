"""An access token as the ODBC driver takes it.

https://learn.microsoft.com/sql/connect/odbc/using-azure-active-directory
"""

import struct

from ...plugin.types import Secret

# SQL_COPT_SS_ACCESS_TOKEN, an attribute that is set before connecting.
ACCESS_TOKEN = 1256


def with_length(token: Secret) -> bytes:
    """ACCESSTOKEN of msodbcsql.h: the length in bytes, and the text in UTF-16.

    :param token: a Secret; it is revealed in expressions alone, so that no variable of a frame holds it.
    """
    return struct.pack("<I", len(token.reveal().encode("utf-16-le"))) + bytes(token.reveal().encode("utf-16-le"))
