"""A browser whose user signs in at once: it posts the page's answer to where it redirects."""

from __future__ import annotations

import threading
import urllib.request
import webbrowser
from urllib.parse import parse_qs, urlencode, urlsplit

NAME = "entra-test"


class SigningBrowser(webbrowser.BaseBrowser):
    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        page = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        answer = urlencode({"code": page.get("nonce", ""), "state": page["state"]}).encode()
        request = urllib.request.Request(page["redirect_uri"], data=answer, method="POST")
        threading.Thread(target=urllib.request.urlopen, args=(request,), kwargs={"timeout": 10}, daemon=True).start()
        return True


def install() -> None:
    """Make it this process's browser."""
    webbrowser.register(NAME, None, SigningBrowser(NAME), preferred=True)
