"""The plugin's options combined with the alias's settings, without conflicts."""

from typing import Optional, Union

from mssql_core.plugin import ConnectionSettings, Secret

from .kinds import KINDS, MODES, Kind, has_mode
from .options import Options, check_credential, refused


def complete(options: Options, settings: ConnectionSettings) -> Optional[Options]:
    """The options completed by the alias's settings; None if core signs in.

    :raises ImproperlyConfigured: missing, conflicting or wrong options.
    """
    completed = _of_alias(options, settings)
    if completed is not None:
        check_credential(completed, complete=True)
    return completed


def _of_alias(options: Options, settings: ConnectionSettings) -> Optional[Options]:
    """The options completed by the alias's settings, not yet checked; None if core signs in."""
    if options.get("credential"):
        refuse_other_ways(settings, "credential", KINDS.get(_text(options["credential"])))
        return _with_user(options, settings.user, settings.password, settings)
    mode = settings.authentication.casefold()
    how = sorted(set(options) - {"by"})
    if mode not in MODES or settings.token is not None:
        if options:
            raise refused("needs 'credential' beside %s." % ", ".join(sorted(options)))
        _refuse_no_way(settings)
        return None
    if options.get("by") == "driver" and (how or not has_mode(mode)):
        reason = "it takes no %s" % ", ".join(how) if how else "it has no such mode"
        raise refused("cannot sign in by the driver for %r: %s." % (settings.authentication, reason))
    if has_mode(mode) and not how and options.get("by") != "identity":
        return None
    options = Options(options, credential=MODES[mode], by="identity")
    user = settings.user or settings.extra_value("UID")
    return _with_user(options, user, settings.password or settings.extra_value("PWD"), settings)


def _refuse_no_way(settings: ConnectionSettings) -> None:
    """Refuse an alias without any way to sign in."""
    ways = [settings.user, settings.token, settings.authentication, settings.options.get("Trusted_Connection")]
    ways += [settings.options.get("dsn"), *(settings.extra_value(name) for name in ("UID", "Trusted_Connection"))]
    if not any(ways):
        raise refused(
            "has no 'credential', and DATABASES[%r] no USER, TOKEN or Authentication; name one, for example "
            "'plugins': {'azure': {'credential': 'managed_identity'}}, or set Trusted_Connection." % settings.alias
        )


def _with_user(options: Options, user: str, password: Union[Secret, str], settings: ConnectionSettings) -> Options:
    kind = KINDS.get(_text(options["credential"]))
    completed = Options(options)
    for name, setting, value in (
        (kind.user if kind else "", "USER", user),
        (kind.password if kind else "", "PASSWORD", password if user else ""),
    ):
        if not name or not value:
            continue
        if options.get(name):
            raise refused(
                "has %r, which excludes DATABASES[%r][%r]; remove one of them." % (name, settings.alias, setting)
            )
        completed[name] = value
    return completed


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def refuse_other_ways(settings: ConnectionSettings, option: str, kind: Optional[Kind] = None) -> None:
    """Refuse another way to sign in beside the plugin's own.

    :param option: the plugin's way, as the message names it.
    :raises ImproperlyConfigured: the settings have another one; the message names both.
    """
    others = []
    if settings.user and not (kind and kind.user):
        others.append("USER")
    if settings.token is not None:
        others.append("TOKEN")
    if settings.options.get("Authentication"):
        others.append("OPTIONS['Authentication']")
    for name in ("Authentication", "UID", "PWD"):
        if settings.extra_value(name):
            others.append("%s in OPTIONS['extra_params']" % name)
    if settings.extra_value("Trusted_Connection").casefold() in ("yes", "true", "sspi"):
        others.append("Trusted_Connection in OPTIONS['extra_params']")
    if others:
        # The driver refuses a token beside them (FA005).
        raise refused(
            "has %r, which excludes %s of DATABASES[%r]; remove one of them."
            % (option, " and ".join(others), settings.alias)
        )
