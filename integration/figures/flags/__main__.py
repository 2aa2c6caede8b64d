"""``hatch run flags [--write]``: Django's feature flags on PostgreSQL, mssql-django and here, with the reason of each no.

``--write`` puts the table into the documentation's page; without it the status is 1 when the page says otherwise.
"""

from __future__ import annotations

import argparse
import sys

from harness.project import configure

from figures.flags import page


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the page")
    arguments = parser.parse_args()
    configure()
    text = page.text()
    if arguments.write:
        page.PAGE.write_text(text, encoding="utf-8")
    elif page.PAGE.read_text(encoding="utf-8") != text:
        print(f"{page.PAGE.name} is not what the code says: hatch run flags --write")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
