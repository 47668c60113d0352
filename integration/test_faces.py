"""What is public is what a package's face and its public modules name, and each is described."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from reference import directive, public_modules
from workspace import ROOT, Package, packages

MEMBERS = {package.name: package for package in packages()}
every_package = pytest.mark.parametrize("package", MEMBERS.values(), ids=MEMBERS)
API = (ROOT / "docs" / "reference" / "api.md").read_text("utf-8")


def on_page(module: str) -> list[str]:
    """Return the names that the documentation's API page describes of a module, in its order."""
    block = re.search(rf"currentmodule:: {re.escape(module)}\n(.*?)\n```", API, re.DOTALL)
    described = re.compile(r"^\.\. (?:auto\w+|py:data):: (\w+)", re.MULTILINE)
    return described.findall(block[1] if block else "")


def in_order(names: list[str]) -> list[str]:
    """Return names as ruff sorts an ``__all__``: constants, classes, then functions."""
    return sorted(names, key=lambda name: (not name.isupper(), name[0].islower(), name))


def own(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the classes and functions that a module names; values have no text of theirs."""
    for name in module.__all__:
        thing = getattr(module, name)
        if directive(name, thing) != "autodata":
            yield f"{module.__name__}.{name}", thing


@every_package
def test_module_is_sorted_and_on_the_page(package: Package) -> None:
    """Public, in ``__all__`` and on the API page are the same."""
    for module in public_modules(package):
        assert list(module.__all__) == in_order(module.__all__), module.__name__
        assert on_page(module.__name__) == list(module.__all__), module.__name__


def test_page_has_no_other_module() -> None:
    """The API page describes public modules and no others."""
    public = {module.__name__ for each in packages() for module in public_modules(each)}
    assert set(re.findall(r"currentmodule:: (\S+)", API)) <= public


def test_seam_is_not_in_a_face() -> None:
    """A seam is a public module, and its names are imported from there alone."""
    for package in packages():
        face, *others = public_modules(package)
        assert {name for module in others for name in module.__all__}.isdisjoint(face.__all__)


@every_package
def test_public_name_is_our_own_and_described(package: Package) -> None:
    """A public module re-exports nothing of others, and each of its names says what it is."""
    for module in public_modules(package):
        for name, thing in own(module):
            assert thing.__module__.partition(".")[0] == package.module.name, name
            # An inherited docstring is somebody else's.
            assert thing.__doc__, name
            assert inspect.getdoc(thing), name


@every_package
def test_public_method_is_described(package: Package) -> None:
    """Each method that a public class itself defines says what it does."""
    silent = [
        f"{name}.{method}"
        for module in public_modules(package)
        for name, thing in own(module)
        if isinstance(thing, type)
        for method, value in vars(thing).items()
        if not method.startswith("_") and inspect.isroutine(getattr(value, "__func__", value))
        if not getattr(value, "__doc__", None)
    ]
    assert silent == []
