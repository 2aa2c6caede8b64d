"""The hooks of mssql-azure-auth."""

import math
import time
from typing import Any, Dict, List, Optional, Tuple

from mssql_core.plugin import ConnectionSettings, Credentials, Secret, expires_on, hookimpl

from . import checks, credentials
from .alias import complete, refuse_other_ways
from .cache import Token
from .client import EntraClient
from .kinds import KINDS, why_not_by_driver
from .options import Options, check, hidden, refused


class AzurePlugin:
    """Microsoft Entra ID for new connections: by the ODBC driver if it can, else by tokens of azure-identity.

    :param credential: a name of ``kinds.KINDS``, or an object with ``get_token()``.
    :param token: instead of `credential`, an access token, or a function that returns one for each connection.
    :param options: see the documentation of the plugin.
    :ivar options: the options with redacted secrets.
    :raises ImproperlyConfigured: unknown, missing or conflicting options.
    """

    def __init__(self, **options: Any) -> None:
        options = hidden(options)
        check(options)
        self.options = options

    def __repr__(self) -> str:
        return "<AzurePlugin>"

    @hookimpl
    def mssql_mixins(self) -> Dict[str, type]:
        return {"client": EntraClient}

    @hookimpl
    def mssql_checks(self, settings: ConnectionSettings) -> List[Any]:
        return checks.check(self.options, settings)

    @hookimpl
    def mssql_credentials(self, settings: ConnectionSettings) -> Optional[Credentials]:
        """Credentials by the plugin's options, or by an Authentication that the driver does not have."""
        if "token" in self.options:
            refuse_other_ways(settings, "token")
            return _by_function(self.options["token"], settings.alias)
        options = complete(self.options, settings)
        if options is None:
            return None
        if options.get("by") != "identity" and why_not_by_driver(options) is None:
            return Credentials(_keywords(options))
        token = credentials.get_token(options, settings.host)
        return Credentials(access_token=token.text, max_age=_max_age(options, token))


def _keywords(options: Options) -> Dict[str, Any]:
    """The keywords with which the driver signs in."""
    name = options["credential"]
    keywords = {"Authentication": KINDS[name].mode}
    if name == "service_principal":
        tenant = options.get("tenant_id")
        keywords["UID"] = "%s@%s" % (options["client_id"], tenant) if tenant else options["client_id"]
        keywords["PWD"] = options["client_secret"]
    elif name == "managed_identity" and options.get("object_id"):
        keywords["UID"] = options["object_id"]
    elif name in ("interactive", "password"):
        keywords["UID"] = options["username"]
        if name == "password":
            keywords["PWD"] = options["password"]
    return keywords


def _max_age(options: Options, token: Token) -> float:
    # The connection acts for one user, so no other request may have it.
    if options["credential"] == "on_behalf_of":
        return 0.0
    return max(0.0, token.expires_on - time.time())


def _by_function(token: Any, alias: str) -> Credentials:
    """Credentials of the option ``token``: a text, (text, expiry), or an object with ``token`` and ``expires_on``."""
    given = Secret(token() if callable(token) else token)
    text, end = _text_and_end(given)
    if not isinstance(text.reveal(), str) or not text:
        raise refused("has a 'token' that gave DATABASES[%r] no text but %s." % (alias, type(given.reveal()).__name__))
    if end is None:
        end = expires_on(text)
    if end is None:
        return Credentials(access_token=text)
    if not isinstance(end, (int, float)) or math.isnan(end):
        raise refused(
            "has a 'token' whose end for DATABASES[%r] is no time but %s; give seconds since 1970."
            % (alias, type(end).__name__)
        )
    return Credentials(access_token=text, max_age=max(0.0, end - time.time()))


def _text_and_end(given: Secret) -> Tuple[Secret, Any]:
    text, end = Secret(getattr(given.reveal(), "token", given.reveal())), getattr(given.reveal(), "expires_on", None)
    if isinstance(text.reveal(), tuple) and len(text.reveal()) == 2:
        text, end = Secret(text.reveal()[0]), text.reveal()[1]
    return text, end
