"""What is public is what a package's face names, and each of it is described."""

from __future__ import annotations

import importlib
import inspect
import re

import pytest

from workspace import ROOT, Package, packages

MEMBERS = {package.name: package for package in packages()}
every_package = pytest.mark.parametrize("package", MEMBERS.values(), ids=MEMBERS)
API = (ROOT / "docs" / "reference" / "api.md").read_text("utf-8")


def on_page(module: str) -> set[str]:
    """Return the names that the documentation's API page describes of a package."""
    block = re.search(rf"currentmodule:: {module}\n(.*?)\n```", API, re.DOTALL)
    return set(re.findall(r"^\.\. auto\w+:: (\w+)", block[1] if block else "", re.MULTILINE))


@every_package
def test_face_is_sorted_and_on_the_page(package: Package) -> None:
    """Public, in ``__all__`` and on the API page are the same."""
    face = importlib.import_module(package.module.name)
    assert face.__all__ == sorted(face.__all__)
    assert on_page(face.__name__) == set(face.__all__)


@every_package
def test_public_name_is_our_own_and_described(package: Package) -> None:
    """A face re-exports nothing of others, and each of its names says what it is."""
    face = importlib.import_module(package.module.name)
    for name in face.__all__:
        thing = getattr(face, name)
        assert thing.__module__.partition(".")[0] == face.__name__, name
        # An inherited docstring is somebody else's.
        assert thing.__doc__, name
        assert inspect.getdoc(thing), name


@every_package
def test_public_method_is_described(package: Package) -> None:
    """Each method that a public class itself defines says what it does."""
    face = importlib.import_module(package.module.name)
    silent = [
        f"{name}.{method}"
        for name in face.__all__
        if isinstance(thing := getattr(face, name), type)
        for method, value in vars(thing).items()
        if not method.startswith("_") and inspect.isroutine(getattr(value, "__func__", value))
        if not getattr(value, "__doc__", None)
    ]
    assert silent == []
