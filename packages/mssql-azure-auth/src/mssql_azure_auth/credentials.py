"""Tokens by azure-identity; the only module that imports it, and only when asked."""

from django.core.exceptions import ImproperlyConfigured

# https://learn.microsoft.com/sql/connect/odbc/using-azure-active-directory
SCOPE = "https://database.windows.net/.default"


def source(options):
    """A function that returns a valid access token; azure-identity caches and renews it.

    :raises ImproperlyConfigured: unknown credential, missing option, azure-identity not installed.
    """
    kind = options["credential"]
    try:
        import azure.identity as identity
    except ImportError:
        raise ImproperlyConfigured(
            "The plugin 'azure' needs azure-identity for credential=%r: pip install azure-identity" % kind
        ) from None
    if kind == "default":
        credential = identity.DefaultAzureCredential()
    elif kind == "managed_identity":
        credential = identity.ManagedIdentityCredential(client_id=options.get("client_id"))
    elif kind == "service_principal":
        missing = [name for name in ("tenant_id", "client_id", "client_secret") if not options.get(name)]
        if missing:
            raise ImproperlyConfigured("The plugin 'azure' needs %s for a service principal." % ", ".join(missing))
        credential = identity.ClientSecretCredential(
            options["tenant_id"], options["client_id"], options["client_secret"]
        )
    else:
        raise ImproperlyConfigured(
            "The plugin 'azure' knows no credential %r; it is default, managed_identity or service_principal." % kind
        )
    scope = options.get("scope", SCOPE)
    return lambda: credential.get_token(scope).token
