"""Tokens by azure-identity; the only module that imports it, and only when asked.

Credential objects cache and renew their tokens, so one is kept for each set of options in the process.
https://learn.microsoft.com/python/api/overview/azure/identity-readme
"""

import hashlib
import threading

from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError

# https://learn.microsoft.com/sql/connect/odbc/using-azure-active-directory
SCOPE = "https://database.windows.net/.default"

# Kind -> (class of azure.identity, options it takes, options it needs).
KINDS = {
    "default": ("DefaultAzureCredential", (), ()),
    "cli": ("AzureCliCredential", ("tenant_id",), ()),
    "environment": ("EnvironmentCredential", (), ()),
    "managed_identity": ("ManagedIdentityCredential", ("client_id",), ()),
    "service_principal": (
        "ClientSecretCredential",
        ("tenant_id", "client_id", "client_secret"),
        ("tenant_id", "client_id", "client_secret"),
    ),
    "workload_identity": ("WorkloadIdentityCredential", ("tenant_id", "client_id"), ()),
}

_credentials = {}
_lock = threading.Lock()


def check(options):
    """Whether the options name a credential that can be made.

    :raises ImproperlyConfigured: unknown kind, missing option, an option that the kind does not take.
    """
    kind = options["credential"]
    if not isinstance(kind, str):
        if not hasattr(kind, "get_token"):
            raise ImproperlyConfigured("The plugin 'azure': 'credential' is a name, or an object with get_token().")
        return
    if kind not in KINDS:
        raise ImproperlyConfigured(
            "The plugin 'azure' knows no credential %r; it is one of: %s." % (kind, ", ".join(sorted(KINDS)))
        )
    _, taken, needed = KINDS[kind]
    missing = [name for name in needed if not options.get(name)]
    if missing:
        raise ImproperlyConfigured("The plugin 'azure' needs %s for %r." % (", ".join(missing), kind))
    surplus = [name for name in ("tenant_id", "client_id", "client_secret") if options.get(name) and name not in taken]
    if surplus:
        raise ImproperlyConfigured("The plugin 'azure' takes no %s for %r." % (", ".join(surplus), kind))


def token(options):
    """A valid access token.

    :raises ImproperlyConfigured: azure-identity is not installed.
    :raises django.db.utils.OperationalError: Entra ID gave none; its message is not passed on, as it may hold secrets.
    """
    credential = _credential(options)
    try:
        return credential.get_token(options.get("scope") or SCOPE).token
    except Exception as error:
        raise OperationalError(
            "The plugin 'azure' got no token by %r: %s. The logger 'azure.identity' tells more."
            % (_name(options), type(error).__name__)
        ) from None


def _name(options):
    kind = options["credential"]
    return kind if isinstance(kind, str) else type(kind).__name__


def _credential(options):
    kind = options["credential"]
    if not isinstance(kind, str):
        return kind
    name, taken, _ = KINDS[kind]
    arguments = {option: options[option] for option in taken if options.get(option)}
    # The secret itself is in no key.
    key = (kind, hashlib.sha256(repr(sorted(arguments.items())).encode()).hexdigest())
    with _lock:
        if key not in _credentials:
            _credentials[key] = getattr(_identity(kind), name)(**arguments)
        return _credentials[key]


def _identity(kind):
    try:
        import azure.identity
    except ImportError:
        raise ImproperlyConfigured(
            "The plugin 'azure' needs azure-identity for credential=%r: pip install mssql-azure-auth[identity]" % kind
        ) from None
    return azure.identity
