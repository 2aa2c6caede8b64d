"""The walks of the design page, and what really calls what."""

import re
import sys
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "design.md"
_STEP = re.compile(r"^\d+\. `([\w/.]+)`: `(\w+)`", re.MULTILINE)


def walk(title):
    """(file, function) of each step of the walk called `title`."""
    section = PAGE.read_text(encoding="utf-8").partition("### %s\n" % title)[2]
    return _STEP.findall(re.split(r"^##", section, maxsplit=1, flags=re.MULTILINE)[0])


def calls(root, action):
    """(file below `root`, function) of every call during `action`, once each, in the order of their first."""
    first_calls = {}
    root = "%s/" % root

    def note(frame, event, argument):
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(root):
            first_calls.setdefault((path[len(root) :], frame.f_code.co_name))

    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)
    return list(first_calls)
