"""Code pages of collations: which strings a varchar column can hold.

https://learn.microsoft.com/sql/relational-databases/collations/collation-and-unicode-support
"""

import re
from typing import Optional

_CODE_PAGE = re.compile(r"^SQL_\w+?_CP(\d+)_", re.ASCII)
# Languages of Windows collations whose code page is not 1252
# (https://learn.microsoft.com/sql/t-sql/statements/windows-collation-name-transact-sql); others are left out,
# so that their texts go as nvarchar.
_LANGUAGES = {
    "Albanian": "cp1250",
    "Croatian": "cp1250",
    "Czech": "cp1250",
    "Hungarian": "cp1250",
    "Polish": "cp1250",
    "Romanian": "cp1250",
    "Slovak": "cp1250",
    "Slovenian": "cp1250",
    "Cyrillic_General": "cp1251",
    "Ukrainian": "cp1251",
    "Danish_Norwegian": "cp1252",
    "Finnish_Swedish": "cp1252",
    "French": "cp1252",
    "Icelandic": "cp1252",
    "Latin1_General": "cp1252",
    "Modern_Spanish": "cp1252",
    "Traditional_Spanish": "cp1252",
    "Greek": "cp1253",
    "Turkish": "cp1254",
    "Hebrew": "cp1255",
    "Arabic": "cp1256",
    "Estonian": "cp1257",
    "Latvian": "cp1257",
    "Lithuanian": "cp1257",
    "Thai": "cp874",
    "Japanese": "cp932",
    "Chinese_PRC": "cp936",
    "Korean": "cp949",
    "Chinese_Taiwan_Stroke": "cp950",
    "Vietnamese": "cp1258",
}


def codec(collation: str) -> Optional[str]:
    """The Python codec of a collation's code page, or None for an unknown collation."""
    if collation.upper().endswith("_UTF8"):
        return "utf-8"
    match = _CODE_PAGE.match(collation)
    if match:
        return "cp1252" if match.group(1) == "1" else "cp%s" % match.group(1)
    return next((page for language, page in _LANGUAGES.items() if collation.startswith(language + "_")), None)


def hold(text: str, *collations: str) -> bool:
    """Whether the code pages of all `collations` have every character of `text`."""
    for collation in collations:
        page = codec(collation or "")
        if page is None:
            return False
        try:
            text.encode(page)
        except (LookupError, UnicodeEncodeError):
            return False
    return True
