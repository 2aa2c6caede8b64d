"""ODBC connection strings, in the grammar that unixODBC and Microsoft's driver follow in fact.

Keywords are case-insensitive and the first of duplicates wins. A value in braces may
hold anything, a closing brace doubled. Blanks around a value belong to it, a blank before
``=`` belongs to the keyword, which the driver then ignores without a word.
https://learn.microsoft.com/sql/connect/odbc/dsn-connection-string-attribute
"""

from typing import Any, Dict, List, Mapping, Optional, Tuple

from django.core.exceptions import ImproperlyConfigured

from ..plugin.types import Secret

__all__ = [
    "HIDDEN",
    "KEYWORDS",
    "SECRETS",
    "Secret",
    "build",
    "check_text",
    "merge",
    "parse",
    "quote",
    "redact",
    "seal",
]

#: The driver's keywords in lower case -> as its documentation spells them.
#: https://learn.microsoft.com/sql/connect/odbc/dsn-connection-string-attribute
KEYWORDS = {
    name.casefold(): name
    for name in (
        "Addr Address AnsiNPW APP ApplicationIntent AttachDBFileName Authentication AutoTranslate ClientCertificate "
        "ClientKey ColumnEncryption ConcatNullYieldsNull ConnectRetryCount ConnectRetryInterval Encrypt Failover_Partner "
        "FailoverPartnerSPN GetDataExtensions HostnameInCertificate IpAddressPreference KeepAlive KeepAliveInterval "
        "KeystoreAuthentication KeystorePrincipalId KeystoreSecret Language LongAsMax MARS_Connection "
        "MultiSubnetFailover Network PacketSize QuotedId Regional Replication RetryExec ServerCertificate ServerSPN "
        "TransparentNetworkIPResolution Trusted_Connection TrustServerCertificate UseFMTONLY VectorTypeSupport WSID"
    ).split()
}
#: Keywords whose values are secrets.
SECRETS = frozenset(("pwd", "password", "accesstoken", "keystoresecret", "clientkey", "clientcertificate"))
_HARMLESS = (frozenset(KEYWORDS) | {"database", "description", "driver", "dsn", "filedsn", "server", "uid"}) - SECRETS
HIDDEN = "***"
_SURROGATES = frozenset(chr(code) for code in range(0xD800, 0xE000))
_SPECIAL = frozenset(";{}[](),?*=!@")
_NOT_IN_KEYWORDS = frozenset("={};")
# The server's limits of LOGIN7; the driver refuses longer values (08001).
_MAX_LENGTH = {"pwd": 128, "uid": 128, "database": 128, "app": 128}


def seal(key: str, value: Any) -> Any:
    """The value as a Secret, unless its keyword never holds one: an unknown keyword may be the rest of a password."""
    return value if key.casefold() in _HARMLESS else Secret(value)


def quote(value: str) -> str:
    """A value as the string needs it: in braces where the driver would misread it."""
    if _SPECIAL.isdisjoint(value) and value == value.strip():
        return value
    return "{%s}" % value.replace("}", "}}")


def build(keywords: Mapping[str, Any]) -> Secret:
    """``KEY=value`` pairs in order.

    :param keywords: keyword -> text, or a Secret of one.
    :raises ImproperlyConfigured: an invalid keyword, a value with NUL or beyond the driver's limit.
    """
    sealed = {_keyword(key): Secret(value) for key, value in keywords.items()}
    for key, value in sealed.items():
        check_text("The value of the ODBC keyword %s" % key, value)
        limit = _MAX_LENGTH.get(key.casefold())
        if limit and len(value.reveal()) > limit:
            raise ImproperlyConfigured("The value of the ODBC keyword %s is longer than %d characters." % (key, limit))
    return Secret(";".join("%s=%s" % (key, quote(value.reveal())) for key, value in sealed.items()))


def _keyword(key: str) -> str:
    if not _is_keyword(key):
        raise ImproperlyConfigured("%r is not an ODBC keyword." % key)
    return key


def _is_keyword(key: str) -> bool:
    return bool(key) and _NOT_IN_KEYWORDS.isdisjoint(key) and key == key.strip()


def check_text(subject: str, secret: Secret) -> None:
    """Refuse what cannot be sent; the driver's error would show the whole text.

    :raises ImproperlyConfigured: no string, a NUL character, or half of a surrogate pair, which UTF-16 cannot encode.
    """
    if not isinstance(secret.reveal(), str):
        raise ImproperlyConfigured("%s is no text but %s." % (subject, type(secret.reveal()).__name__))
    if "\0" in secret.reveal():
        raise ImproperlyConfigured("%s holds a NUL character." % subject)
    if not secret.reveal().isascii() and not _SURROGATES.isdisjoint(secret.reveal()):
        raise ImproperlyConfigured(
            "%s holds a lone surrogate, which is no character. It comes from bytes that are not UTF-8, for example "
            "in an environment variable." % subject
        )


def parse(text: Any) -> List[Tuple[str, Any]]:
    """(keyword, value) pairs; values that may be secret are Secrets.

    :param text: also as a Secret. No message shows any of it.
    :raises ImproperlyConfigured: an unclosed brace, text behind a closing one, a part without ``=``
        (all of which the driver would take for something else).
    """
    text = Secret(text)
    pairs, problem = _scanned(text.reveal())
    if problem:
        raise ImproperlyConfigured("Part %d of the connection string %s." % (len(pairs) + 1, problem))
    return pairs


def _scanned(text: str) -> Tuple[List[Tuple[str, Any]], Optional[str]]:
    """The pairs before the first problem, and the problem; returned, not raised, since this frame holds the secret text."""
    pairs: List[Tuple[str, Any]] = []
    position = 0
    while position < len(text):
        if text[position] in "; ":
            position += 1
            continue
        key, equals, _ = text[position:].partition("=")
        if not equals or ";" in key:
            return pairs, "has no '='"
        if not _is_keyword(key):
            return pairs, "begins with what is no ODBC keyword"
        value, position, problem = _value(text, position + len(key) + 1)
        if problem:
            return pairs, problem
        pairs.append((key, seal(key, value)))
    return pairs, None


def _value(text: str, start: int) -> Tuple[str, int, Optional[str]]:
    """The value at this position, the position behind it, and a problem or None."""
    if text[start : start + 1] != "{":
        end = text.find(";", start)
        end = len(text) if end < 0 else end
        return text[start:end], end, None
    parts, position = [], start + 1
    while True:
        close = text.find("}", position)
        if close < 0:
            return "", close, "lacks its closing brace"
        parts.append(text[position:close])
        if text[close + 1 : close + 2] != "}":
            break
        parts.append("}")
        position = close + 2
    if text[close + 1 : close + 2] not in ("", ";"):
        return "", close, "goes on behind its closing brace; write } as }}"
    return "".join(parts), close + 1, None


def merge(base: Mapping[str, Any], extra: Mapping[str, Any]) -> Dict[str, Any]:
    """``extra`` over ``base``, keywords compared without case."""
    merged = dict(base)
    names = {key.casefold(): key for key in merged}
    for key, value in extra.items():
        merged[names.setdefault(key.casefold(), key)] = value
    return merged


def redact(keywords: Mapping[str, Any]) -> Dict[str, str]:
    """The keywords for messages and logs, with only the values that are never secret."""
    return {key: value if key.casefold() in _HARMLESS else HIDDEN for key, value in keywords.items()}
