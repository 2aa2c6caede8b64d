"""What an access token tells about itself."""

import base64
import json
from typing import Optional


def expires_on(token: str) -> Optional[float]:
    """When a JSON web token expires, in seconds since 1970; None for a text that does not tell.

    Nothing is verified: that is the server's work. RFC 7519, 4.1.4.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return float(claims["exp"])
    except (ValueError, KeyError, TypeError):
        return None
