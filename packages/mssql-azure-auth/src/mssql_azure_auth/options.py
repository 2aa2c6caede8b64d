"""The options of the plugin, validated once, with redacted secrets."""

import difflib
import inspect
from typing import Any, Dict, Mapping

from django.core.exceptions import ImproperlyConfigured

from mssql_core.plugin import Secret

from .clouds import CLOUDS
from .kinds import KINDS, PROOFS, why_not_by_driver

SECRETS = ("certificate_data", "certificate_password", "client_secret", "password", "token", "user_assertion")
_TEXTS = (
    "authority", "by", "certificate_password", "certificate_path", "client_id", "client_secret", "cloud", "object_id",
    "password", "redirect_uri", "resource_id", "scope", "tenant_id", "token_file_path", "username",
)  # fmt: skip
_FUNCTIONS = ("client_assertion", "prompt")
# Options that say how to sign in, but not as whom; they are also allowed beside an Authentication of the alias.
_HOW = ("authority", "by", "client_id", "cloud", "credential_options", "scope", "tenant_id")
NAMES = (*_TEXTS, *_FUNCTIONS, "certificate_data", "credential", "credential_options", "token", "user_assertion")
_WHO = ("driver", "identity")


class Options(Dict[str, Any]):
    """Options whose repr has no values."""

    def __repr__(self) -> str:
        return "<Options %s>" % ", ".join(sorted(self))


def hidden(given: Mapping[str, Any]) -> Options:
    """The options with each secret in a Secret, before any error can show it."""
    redacted = Options(given)
    for name, value in given.items():
        # An unknown name may be a misspelt one of a secret.
        secret = name in SECRETS or name == "credential_options" or name not in NAMES
        if secret and value is not None and not callable(value):
            redacted[name] = Secret(value)
    return redacted


def check(options: Options) -> None:
    """Validate the options.

    :raises ImproperlyConfigured: unknown, missing, conflicting or wrong options; the message has no values of them.
    """
    unknown = sorted(set(options) - set(NAMES))
    if unknown:
        nearest = difflib.get_close_matches(unknown[0], NAMES, 1)
        hint = " Did you mean %r?" % nearest[0] if nearest else ""
        raise refused("has no option %s.%s It has: %s." % (", ".join(unknown), hint, ", ".join(sorted(NAMES))))
    _check_types(options)
    for name, known in (("by", _WHO), ("cloud", CLOUDS)):
        if options.get(name) and options[name] not in known:
            raise refused("knows no %s %r; it is one of: %s." % (name, options[name], ", ".join(sorted(known))))
    if "token" in options and options.get("credential"):
        raise refused("takes either 'token' or 'credential', not both.")
    if "token" in options:
        _check_token(options)
    elif options.get("credential"):
        check_credential(options)
    else:
        lonely = sorted(set(options) - set(_HOW) - {"credential"})
        if lonely:
            raise refused("needs 'credential' beside %s." % ", ".join(lonely))


def _check_types(options: Options) -> None:
    for name in sorted(options):
        value = Secret(options[name])
        kind = type(value.reveal())
        if name in _TEXTS and kind not in (str, type(None)):
            raise refused("needs text for %r, not %s." % (name, kind.__name__))
        if name in _TEXTS and value == "":
            raise refused("has an empty %r; remove it, or give it a value." % name)
        if name in _FUNCTIONS and options[name] is not None and not callable(options[name]):
            raise refused("needs a function for %r, not %s." % (name, kind.__name__))
    if not isinstance(Secret(options.get("credential_options", {})).reveal(), dict):
        raise refused("needs a dict for 'credential_options'.")


def _check_token(options: Options) -> None:
    token = Secret(options["token"])
    if not callable(token.reveal()) and not (isinstance(token.reveal(), str) and token):
        raise refused("needs a text or a function for 'token', not %s." % type(token.reveal()).__name__)
    surplus = sorted(set(options) - {"token"})
    if surplus:
        raise refused("takes no %s beside 'token'." % ", ".join(surplus))


def check_credential(options: Options, complete: bool = False) -> None:
    """Validate the options of the credential.

    :param complete: the options contain the alias's USER and PASSWORD already.
    :raises ImproperlyConfigured: see :func:`check`.
    """
    name = options["credential"]
    if not isinstance(name, str):
        _check_object(options, name)
        return
    if name not in KINDS:
        nearest = difflib.get_close_matches(name, KINDS, 1)
        hint = " Did you mean %r?" % nearest[0] if nearest else ""
        raise refused("knows no credential %r.%s It is one of: %s." % (name, hint, ", ".join(sorted(KINDS))))
    kind = KINDS[name]
    always = {"by", "cloud", "credential", "credential_options", "scope"} | (
        {"authority"} if kind.has_authority else set()
    )
    surplus = sorted(set(options) - kind.takes - always)
    if surplus:
        raise refused("takes no %s for %r." % (", ".join(surplus), name))
    by_alias = () if complete else (kind.user, kind.password)
    missing = [option for option in kind.needs if not options.get(option) and option not in by_alias]
    if missing:
        raise refused("needs %s for %r." % (", ".join(missing), name))
    _check_choices(options, name, complete)


def _check_choices(options: Options, name: str, complete: bool) -> None:
    if name in ("service_principal", "on_behalf_of"):
        given = [option for option in PROOFS if options.get(option)]
        if len(given) > 1:
            raise refused("takes either %s for %r, not both." % (" or ".join(map(repr, given[:2])), name))
        if not given and (complete or name == "on_behalf_of"):
            raise refused("needs client_secret or a certificate for %r." % name)
        if options.get("certificate_password") and not any("certificate" in option for option in given):
            raise refused("has 'certificate_password' without a certificate.")
    if name == "managed_identity":
        given = [option for option in ("client_id", "object_id", "resource_id") if options.get(option)]
        if len(given) > 1:
            raise refused("takes either %s for %r, not both." % (" or ".join(map(repr, given[:2])), name))
    if not complete:
        return
    reason = why_not_by_driver(options)
    if options.get("by") == "driver" and reason:
        raise refused("cannot sign in by the driver for %r: %s." % (name, reason))
    if reason and name == "service_principal" and not options.get("tenant_id"):
        raise refused("needs tenant_id for %r, as the driver does not sign in: %s." % (name, reason))
    if name == "password" and not options.get("client_id") and (reason or options.get("by") == "identity"):
        raise refused("needs client_id for 'password', as azure-identity signs in.")


def _check_object(options: Options, credential: Any) -> None:
    if not hasattr(credential, "get_token"):
        raise refused("needs a name or an object with get_token() for 'credential'.")
    if inspect.iscoroutinefunction(credential.get_token):
        raise refused("has an asynchronous credential; take the class of the same name in azure.identity.")
    surplus = sorted(set(options) - {"credential", "scope", "cloud"})
    if surplus:
        raise refused("takes no %s beside a credential object." % ", ".join(surplus))


def refused(text: str) -> ImproperlyConfigured:
    return ImproperlyConfigured("The plugin 'azure' %s" % text)
