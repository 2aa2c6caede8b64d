"""The figures of the structure: what counts, and what does not."""

import sys
from textwrap import dedent

import pytest
from figures.structure.__main__ import main, measure


@pytest.fixture
def package(tmp_path, monkeypatch):
    """``package(files)``: the name of a package with these modules, importable in the test."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(**files):
        for name, text in {"__init__": "", **files}.items():
            path = tmp_path / "house" / f"{name.replace('__in__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return "house"

    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] == "house"]:
        del sys.modules[name]


def test_rooms_are_folders_and_modules_and_arrows_are_between_them(package):
    figures = measure(
        package(
            names="",
            kitchen__in____init__="",
            kitchen__in__stove="from ..names import x",
            kitchen__in__sink="from . import stove",
        )
    )
    assert figures.rooms == ["house.kitchen", "house.names"]
    assert figures.arrows == [("kitchen", "names")]
    assert figures.circles == []


def test_a_circle_through_a_function_is_one_and_through_annotations_is_none(package):
    figures = measure(
        package(
            a="from . import b",
            b="from . import c",
            c="def f():\n    from . import a",
            d="from . import e",
            e="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import d",
        )
    )
    assert figures.circles == [("house.a", "house.b", "house.c")]


def test_a_circle_fails_and_the_rest_only_by_its_limit(package, capsys):
    name = package(a="def f(x):\n    return x._g\n\nclass A:\n    def _g(self):\n        pass\n" + "\n" * 9)
    assert main([name]) == 0
    assert main([name, "--reach-ins", "0"]) == 1
    assert main([name, "--function-lines", "1", "--long-functions", "1"]) == 1
    assert main([name, "--module-lines", "10", "--long-modules", "0"]) == 1
    assert "1 long modules, 0 allowed" in capsys.readouterr().out
    assert main([name, "--reach-ins", "1", "--long-functions", "0", "--long-modules", "0"]) == 0
    assert main([package(b="from . import c", c="from . import b"), "--brief"]) == 1


REACH_INS = {
    "an attribute of another": "def f(x): x._made",
    "an attribute of an attribute": "class B:\n    def f(self): self.x._made",
    "one that is set": "def f(x): x._set = 1",
    "by its name": "def f(x): getattr(x, '_made')",
    "a function of another module": "from .maker import _function",
    "a module of another folder": "from .folder import _private",
    "what a module of another folder has": "from .folder._private import x",
    "through a module": "from . import maker\nmaker._function()",
    "the class of another": "from .maker import Maker\nMaker._made",
}
MAKER = """
def _function(): pass

class Maker:
    _made = 1

    def __init__(self):
        self._set = 2
"""


@pytest.mark.parametrize("text", REACH_INS.values(), ids=REACH_INS)
def test_a_reach_in(package, text):
    figures = measure(package(maker=MAKER, folder__in____init__="", folder__in___private="x = 1", other=text))
    assert [place.partition(" ")[0].partition(":")[0] for place in figures.reach_ins] == ["house.other"]


IN_ORDER = {
    "one's own": "class B:\n    def f(self): return self._made, super()._made, type(self)._made, self.__class__._set",
    "a class method": "class B:\n    @classmethod\n    def f(cls): cls._made",
    "another object of the same class": "class B:\n    _made = 1\n    def __eq__(self, other): return other._made",
    "a table of methods": "class B:\n    def _made(self): pass\nTABLE = {1: B._made}",
    "Django's": "def f(x): x._meta",
    "special names": "def f(x): x.__dict__",
    "of a named tuple": "def f(x): x._replace(a=1)",
    "a local name": "def f():\n    _made = 1\n    return _made",
    "a module of the same folder": "from . import _compat\nfrom ._compat import x",
}


@pytest.mark.parametrize("text", IN_ORDER.values(), ids=IN_ORDER)
def test_no_reach_in(package, text):
    assert measure(package(maker=MAKER, _compat="x = 1", other=text)).reach_ins == []


def test_functions_and_modules_are_sorted_by_their_lines(package):
    figures = measure(
        package(a="class A:\n    @property\n    def f(self):\n        '''Text.'''\n\n        return 1\n\ndef g(): pass")
    )
    assert figures.functions == [(4, "house.a.A.f"), (1, "house.a.g")]
    assert figures.modules == [(8, "house.a"), (0, "house")]
