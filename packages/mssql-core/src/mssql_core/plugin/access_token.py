"""Claims of an access token."""

import base64
import json
import math
from typing import Optional, Union

from .types import Secret


def expires_on(token: Union[Secret, str]) -> Optional[float]:
    """The expiry of a JSON web token in seconds since 1970; None for other tokens.

    Nothing is verified: that is the server's work. RFC 7519, 4.1.4.

    :param token: better a Secret: then no frame of an error holds it.
    """
    parts = Secret(Secret(token).reveal().split("."))
    if len(parts.reveal()) != 3:
        return None
    try:
        return _expiry(Secret(parts.reveal()[1]))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _expiry(part: Secret) -> float:
    padding = "=" * (-len(part.reveal()) % 4)
    seconds = float(json.loads(base64.urlsafe_b64decode(part.reveal() + padding))["exp"])
    if not math.isfinite(seconds):
        raise ValueError
    return seconds
