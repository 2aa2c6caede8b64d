"""The settings of a session that SET statements change."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ..errors import NotSupported, SqlServerError

# Options that are ON after an ODBC login (MS-TDS, fODBC login flag): @@OPTIONS is 5432.
# Probed: RyanLamansky/sql-server-simulator session-options.md
_SWITCHES_ON = frozenset(
    "ANSI_NULLS ANSI_PADDING ANSI_WARNINGS CONCAT_NULL_YIELDS_NULL QUOTED_IDENTIFIER ANSI_NULL_DFLT_ON".split()
)
_SWITCHES_OFF = frozenset(
    ("NOCOUNT", "XACT_ABORT", "ARITHABORT", "IMPLICIT_TRANSACTIONS", "NUMERIC_ROUNDABORT", "ARITHIGNORE",
     "CURSOR_CLOSE_ON_COMMIT", "ANSI_NULL_DFLT_OFF", "FMTONLY", "NOEXEC", "PARSEONLY", "FORCEPLAN", "NO_BROWSETABLE",
     "REMOTE_PROC_TRANSACTIONS", "SHOWPLAN_XML", "SHOWPLAN_ALL", "SHOWPLAN_TEXT", "STATISTICS XML",
     "STATISTICS IO", "STATISTICS TIME", "STATISTICS PROFILE", "ANSI_DEFAULTS")
)  # fmt: skip

# @@OPTIONS bits. https://learn.microsoft.com/sql/database-engine/configure-windows/configure-the-user-options-server-configuration-option
OPTION_BITS = {
    "IMPLICIT_TRANSACTIONS": 2, "CURSOR_CLOSE_ON_COMMIT": 4, "ANSI_WARNINGS": 8, "ANSI_PADDING": 16,
    "ANSI_NULLS": 32, "ARITHABORT": 64, "ARITHIGNORE": 128, "QUOTED_IDENTIFIER": 256, "NOCOUNT": 512,
    "ANSI_NULL_DFLT_ON": 1024, "ANSI_NULL_DFLT_OFF": 2048, "CONCAT_NULL_YIELDS_NULL": 4096,
    "NUMERIC_ROUNDABORT": 8192, "XACT_ABORT": 16384,
}  # fmt: skip
# Options that a session may start with besides those of every login.
USER_OPTIONS = sum(OPTION_BITS[name] for name in ("NOCOUNT", "XACT_ABORT", "ARITHABORT", *_SWITCHES_ON))

# Switches with only one value modelled; the other is refused by name.
_ONLY: dict[str, bool | None] = {
    "ANSI_NULLS": True,
    "ANSI_PADDING": True,
    "ANSI_WARNINGS": True,
    "CONCAT_NULL_YIELDS_NULL": True,
    "NUMERIC_ROUNDABORT": False,
    "ARITHIGNORE": False,
    "NOEXEC": False,
    "FMTONLY": False,
    "NO_BROWSETABLE": False,
    "IMPLICIT_TRANSACTIONS": False,
    "ANSI_NULL_DFLT_OFF": False,
    "ANSI_NULL_DFLT_ON": True,
    "ANSI_DEFAULTS": None,  # ON means implicit transactions, OFF means ANSI_NULLS OFF
    "STATISTICS IO": False,
    "STATISTICS TIME": False,
    "SHOWPLAN_ALL": False,
    "SHOWPLAN_TEXT": False,
    "STATISTICS XML": False,
    "STATISTICS PROFILE": False,
}

# sys.syslanguages: aliases, https://learn.microsoft.com/sql/relational-databases/system-compatibility-views/sys-syslanguages-transact-sql
_LANGUAGES = frozenset(
    """us_english english deutsch german francais français french japanese 日本語 danish dansk spanish español italian
    italiano dutch nederlands norwegian norsk portuguese português finnish suomi swedish svenska czech čeština hungarian
    magyar polish polski romanian română croatian hrvatski slovak slovenčina slovenian slovenski greek ελληνικά bulgarian
    български russian русский turkish türkçe british estonian eesti latvian latviešu lithuanian lietuvių brazilian korean
    한국어 arabic thai ไทย bokmål""".split()
) | {"british english", "português (brasil)", "traditional chinese", "繁體中文", "simplified chinese", "简体中文"}


@dataclass
class SessionSettings:
    """The SET options of one session.

    :param datefirst: first day of the week, 1 = Monday ... 7 = Sunday.
    :param lock_timeout: milliseconds; -1 waits for ever, 0 does not wait.
    :param identity_insert: object id of the one table with IDENTITY_INSERT ON, or None.
    """

    datefirst: int = 7
    dateformat: str = "mdy"
    language: str = "us_english"
    lock_timeout: int = -1
    textsize: int = 2147483647
    rowcount: int = 0
    isolation: str = "READ COMMITTED"
    identity_insert: int | None = None
    switches: dict[str, bool] = field(
        default_factory=lambda: {**dict.fromkeys(_SWITCHES_ON, True), **dict.fromkeys(_SWITCHES_OFF, False)}
    )

    @classmethod
    def starting(cls, user_options: int) -> SessionSettings:
        """The settings after a login.

        :param user_options: the server's option of that name; an ODBC login switches the ANSI options on itself.
        """
        settings = cls()
        for name in ("NOCOUNT", "XACT_ABORT", "ARITHABORT"):
            settings.switches[name] = bool(user_options & OPTION_BITS[name])
        return settings

    @property
    def nocount(self) -> bool:
        return self.switches["NOCOUNT"]

    @property
    def xact_abort(self) -> bool:
        return self.switches["XACT_ABORT"]

    @property
    def quoted_identifier(self) -> bool:
        return self.switches["QUOTED_IDENTIFIER"]

    @property
    def translation_key(self) -> tuple[Any, ...]:
        """The settings that affect how a statement is translated."""
        return (
            self.datefirst, self.dateformat, self.language, self.identity_insert, self.rowcount, self.quoted_identifier
        )  # fmt: skip

    def set_option(self, name: str, value: str) -> None:
        """Apply ``SET name value``; ``value`` is the evaluated text.

        :raises SqlServerError: 195 for an unknown option, 2741/2742 for a bad value.
        """
        if name in self.switches:
            self._set_switch(name, value)
        elif name == "DATEFIRST":
            self.datefirst = self._ranged(name, value, 1, 7)
        elif name == "DATEFORMAT":
            self.dateformat = self._dateformat(value)
        elif name == "LOCK_TIMEOUT":
            self.lock_timeout = self._ranged(name, value, -1, 2147483647)
        elif name == "TEXTSIZE":
            self.textsize = self._text_size(self._integer(name, value))
        elif name == "ROWCOUNT":
            self.rowcount = self._ranged(name, value, 0, 2147483647)
        elif name == "DEADLOCK_PRIORITY":
            self._priority(value)
        elif name == "LANGUAGE":
            if value.isdigit() or value.casefold() == "null":
                raise SqlServerError(2743, statement="SET LANGUAGE", type="string")
            if value.casefold() not in _LANGUAGES:
                raise SqlServerError(2740, name=value)
            if value.casefold() not in ("us_english", "english"):
                raise NotSupported(f"SET LANGUAGE {value}")
        elif name in ("CONTEXT_INFO", "QUERY_GOVERNOR_COST_LIMIT", "OFFSETS") or (
            name == "FIPS_FLAGGER" and value.upper() != "OFF"
        ):
            raise NotSupported(f"SET {name}")
        elif name != "FIPS_FLAGGER":
            raise SqlServerError(195, name=name, kind="SET option")

    def _set_switch(self, name: str, value: str) -> None:
        on = value.upper() == "ON"
        if name in _ONLY and on is not _ONLY[name]:
            raise NotSupported(f"SET {name} {value}")
        self.switches = {**self.switches, name: on}  # copies of the settings keep theirs

    @staticmethod
    def _integer(name: str, value: str) -> int:
        whole = re.fullmatch(r"\s*[+-]?\d+\s*", value)
        if name == "DATEFIRST" and not (whole and -(2**31) <= int(value) < 2**31):
            raise SqlServerError(2743, statement="SET DATEFIRST", type="integer", state=3)
        if not whole:
            raise SqlServerError(1080, value=value)
        return int(value)

    @classmethod
    def _ranged(cls, name: str, value: str, low: int, high: int) -> int:
        number = cls._integer(name, value)
        if not low <= number <= high:
            if name != "DATEFIRST":
                raise NotSupported(f"SET {name} {number}")
            raise SqlServerError(2742, number=number)
        return number

    @staticmethod
    def _text_size(size: int) -> int:
        """0 means 4 KB, -1 no limit: https://learn.microsoft.com/sql/t-sql/statements/set-textsize-transact-sql"""
        if not -1 <= size <= 2147483647:
            raise NotSupported(f"SET TEXTSIZE {size}")
        return {0: 4096, -1: 2147483647}.get(size, size)

    @staticmethod
    def _priority(value: str) -> None:
        number = re.fullmatch(r"[+-]?\d+", value)
        if value.upper() not in ("LOW", "NORMAL", "HIGH") and not (number and -10 <= int(value) <= 10):
            raise SqlServerError(2755)

    @staticmethod
    def _dateformat(value: str) -> str:
        text = value.strip("'").casefold()
        if text.isdigit() or text == "null":
            raise SqlServerError(2743, statement="SET DATEFORMAT", type="string")
        if text not in ("mdy", "dmy", "ymd", "ydm", "myd", "dym"):
            raise SqlServerError(2741, value=value)
        if text not in ("mdy", "ymd"):
            raise NotSupported(f"SET DATEFORMAT {text}")
        return text
