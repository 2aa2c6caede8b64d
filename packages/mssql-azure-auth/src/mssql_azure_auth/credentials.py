"""Tokens of azure-identity; only this module imports it, when the first token is needed.

https://learn.microsoft.com/python/api/overview/azure/identity-readme
"""

import hashlib
import logging
import re
import threading
from typing import Any, Dict, Tuple, Union

from django.db.utils import OperationalError

from mssql_core.plugin import Secret

from . import clouds
from .cache import Cache, Token, token
from .kinds import KINDS
from .options import Options, refused

logger = logging.getLogger("mssql_azure_auth")
_CLASSES = {
    "azure_developer_cli": "AzureDeveloperCliCredential",
    "azure_powershell": "AzurePowerShellCredential",
    "cli": "AzureCliCredential",
    "default": "DefaultAzureCredential",
    "device_code": "DeviceCodeCredential",
    "environment": "EnvironmentCredential",
    "interactive": "InteractiveBrowserCredential",
    "managed_identity": "ManagedIdentityCredential",
    "on_behalf_of": "OnBehalfOfCredential",
    "password": "UsernamePasswordCredential",
    "service_principal": "ClientSecretCredential",
    "workload_identity": "WorkloadIdentityCredential",
}
# Options that have other names as arguments of the classes.
_NAMES = {"certificate_password": "password", "prompt": "prompt_callback"}
_CODE = re.compile(r"AADSTS\d+")

cache = Cache()
_Key = Tuple[str, Union[str, int], str]
_credentials: Dict[_Key, Any] = {}
_lock = threading.Lock()


class _Arguments(Dict[str, Any]):
    """Arguments whose repr has no values."""

    def __repr__(self) -> str:
        return "<arguments %s>" % ", ".join(sorted(self))


def get_token(options: Options, host: str) -> Token:
    """A valid token, from the cache or azure-identity.

    :param options: complete, see options.check_credential().
    :param host: of the server; its cloud, unless the options name one.
    :raises ImproperlyConfigured: azure-identity is not installed, or too old, or refuses the options.
    :raises django.db.utils.OperationalError: Entra ID issued none; its message may hold secrets and is not passed on.
    """
    cloud = options.get("cloud") or clouds.of_host(host)
    scope = options.get("scope") or clouds.scope(cloud)
    arguments = _arguments(options, cloud)
    key = (_name(options), _digest(options, arguments), scope)
    return cache.get(key, lambda: _fetched(options, arguments, key, scope))


def _name(options: Options) -> str:
    kind = options["credential"]
    return kind if isinstance(kind, str) else type(kind).__name__


def _digest(options: Options, arguments: _Arguments) -> Union[str, int]:
    """A hash that identifies a set of options without revealing its secrets."""
    if not isinstance(options["credential"], str):
        return id(options["credential"])
    return hashlib.sha256(
        repr(sorted((name, str(Secret(value).reveal())) for name, value in arguments.items())).encode()
    ).hexdigest()


def _arguments(options: Options, cloud: str) -> _Arguments:
    """The arguments of the credential's class."""
    name = options["credential"]
    if not isinstance(name, str):
        return _Arguments()
    arguments = _Arguments({_NAMES.get(key, key): options[key] for key in KINDS[name].takes if options.get(key)})
    if callable(arguments.get("user_assertion")):
        arguments["user_assertion"] = Secret(arguments["user_assertion"]())
    if KINDS[name].has_authority:
        arguments["authority"] = options.get("authority") or clouds.authority(cloud)
    _rename(name, arguments)
    # A proxy's password, for example.
    others = options.get("credential_options") or Secret({})
    arguments.update({option: Secret(others.reveal()[option]) for option in others.reveal()})
    return arguments


def _rename(name: str, arguments: _Arguments) -> None:
    """Give the options of a kind the names that its class has for them."""
    if name == "interactive" and "username" in arguments:
        arguments["login_hint"] = arguments.pop("username")
    if name == "default" and "client_id" in arguments:
        arguments["managed_identity_client_id"] = arguments.pop("client_id")
    if name == "managed_identity":
        for option in ("object_id", "resource_id"):
            if option in arguments:
                arguments["identity_config"] = {option: arguments.pop(option)}
    if name == "on_behalf_of":
        data = arguments.pop("certificate_data", None)
        path = arguments.pop("certificate_path", None)
        if path:
            data = _content(path)
        if data:
            arguments["client_certificate"] = _as_bytes(data)
    elif arguments.get("certificate_data"):
        arguments["certificate_data"] = _as_bytes(arguments["certificate_data"])


def _content(path: str) -> Secret:
    try:
        with open(path, "rb") as file:
            return Secret(file.read())
    except OSError as error:
        name = type(error).__name__
    raise refused("cannot read certificate_path for 'on_behalf_of': %s." % name)


def _as_bytes(data: Secret) -> Secret:
    # What is no certificate is refused by the credential's class; an error of encode() would keep the text.
    return Secret(data.reveal().encode("utf-8", "surrogatepass")) if isinstance(data.reveal(), str) else data


def _fetched(options: Options, arguments: _Arguments, key: _Key, scope: str) -> Token:
    credential = _credential(options, arguments, key)
    try:
        fetched = _kept(_answer(credential, scope))
    except Exception as error:
        summary = " ".join([type(error).__name__, *sorted(set(_CODE.findall(str(error))))])
    else:
        logger.debug("A token by %r for %s", _name(options), scope)
        return fetched
    # Out of the handler: the error of azure-identity, which may show a secret, is not this one's context.
    raise OperationalError(
        "The plugin 'azure' got no token by %r: %s. The logger 'azure.identity' tells more." % (_name(options), summary)
    )


def _kept(answer: Secret) -> Token:
    renewed_on = getattr(answer.reveal(), "refresh_on", None)
    return token(Secret(answer.reveal().token), answer.reveal().expires_on, renewed_on)


def _answer(credential: Any, scope: str) -> Secret:
    # Its answer has the renewal time, that of get_token() does not; azure-identity 1.18.
    if hasattr(credential, "get_token_info"):
        return Secret(credential.get_token_info(scope))
    return Secret(credential.get_token(scope))


def _credential(options: Options, arguments: _Arguments, key: _Key) -> Any:
    """The credential object; one for each set of options, since it has a cache of its own."""
    name = options["credential"]
    if not isinstance(name, str):
        with _lock:
            # Kept alive, since its id() is in the key.
            return _credentials.setdefault(key, name)
    if name == "on_behalf_of":
        # Not kept: there is one for each user.
        return _made(name, arguments)
    with _lock:
        if key not in _credentials:
            _credentials[key] = _made(name, arguments)
        return _credentials[key]


def _made(name: str, arguments: _Arguments) -> Any:
    class_name = _CLASSES[name]
    if name == "service_principal" and "client_secret" not in arguments:
        class_name = "CertificateCredential"
        if "client_assertion" in arguments:
            class_name, arguments = "ClientAssertionCredential", _Arguments(arguments)
            arguments["func"] = arguments.pop("client_assertion")
    made = getattr(_identity(name), class_name, None)
    if made is None:
        raise refused("needs a newer azure-identity for credential=%r: pip install -U azure-identity" % name)
    try:
        return made(**{option: Secret(value).reveal() for option, value in arguments.items()})
    except Exception as error:
        # Its text may show a secret.
        reason = type(error).__name__
    # Out of the handler, as above.
    raise refused(
        "cannot make the credential %r: %s. Check the options %s." % (name, reason, ", ".join(sorted(arguments)))
    )


def _identity(name: str) -> Any:
    try:
        import azure.identity

        return azure.identity
    except ImportError:
        pass
    raise refused("needs azure-identity for credential=%r: pip install mssql-azure-auth[identity]" % name)
