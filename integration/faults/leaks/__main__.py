"""``hatch run secrets``: fail in every way, and look for secrets in all traces of the failures.

Exit status 1 if one shows in ours; those in frames of Django itself are listed separately.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
from typing import Any, Iterator

from harness.server import serve

from .. import database
from .entra_paths import entra_paths
from .hunt import Hunt
from .paths import Path, Paths


def all_paths(server: Any) -> Iterator[Path]:
    with entra_paths(server) as entra:
        yield from itertools.chain(Paths(server), entra)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="hatch run secrets", description=__doc__)
    parser.add_argument("--only", action="append", help="only paths whose name begins so; may be repeated")
    parser.add_argument("--at-least", type=int, default=200, help="paths that have to fail")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as home, serve() as server:
        # azure-identity must find no credentials of this machine.
        os.environ.update(HOME=home, AZURE_CONFIG_DIR=home)
        database.configure({"default": database.alias(server, "app")})
        hunt = Hunt()
        for path in all_paths(server):
            if path.name.startswith(tuple(arguments.only or ("",))):
                hunt.run(path)
    for name, where in hunt.leaks:
        print("SECRET: %s: %s" % (name, where))
    print("%d paths failed, %d connected; secrets shown: %d" % (hunt.failed, len(hunt.passed), len(hunt.leaks)))
    for where, count in sorted(hunt.others.items()):
        print("in what is not ours: %s: %d" % (where, count))
    enough = hunt.failed >= arguments.at_least or arguments.only is not None
    return int(bool(hunt.leaks) or not enough)


if __name__ == "__main__":
    sys.exit(main())
