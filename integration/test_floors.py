"""Every import of every package, held against the floors of the architecture."""

import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from imports import circle, imported, own_sources
from workspace import ROOT, Package, packages

#: The one list of packages that is kept by hand: who may import whom. Everything else loops over
#: ``packages/*``.
FLOORS: dict[str, set[str]] = {
    "core": set(),
    "db": {"core"},
    "forms": {"core"},
    "rest": {"core"},
    "testing": {"core"},
    "auth": {"core", "forms"},
    "admin": {"core", "forms"},
    "doctor": set(),
    "stack": {"core"},
}
MEMBERS = {package.name: package for package in packages()}
OURS = {package.module.name: package.name for package in packages()}
every_package = pytest.mark.parametrize("package", MEMBERS.values(), ids=MEMBERS)


def test_floors_name_every_package() -> None:
    """The table knows each package of the workspace."""
    assert set(MEMBERS) <= set(FLOORS)


@every_package
def test_import_stays_on_its_floor(package: Package) -> None:
    """A package imports none of ours but those that the table allows it."""
    allowed = FLOORS[package.name] | {package.name}
    wrong = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in own_sources(package)
        for name in imported(file)
        if name in OURS and OURS[name] not in allowed
    }
    assert not wrong


@every_package
def test_import_of_own_package_is_relative(package: Package) -> None:
    """Inside a package modules import from each other and never from the package's face."""
    wrong = {
        str(file.relative_to(ROOT))
        for file in own_sources(package)
        if package.module.name in imported(file)
    }
    assert not wrong


@cache
def distributions() -> Mapping[str, list[str]]:
    """Return which distributions each installed module comes from."""
    return packages_distributions()


def given(file: Path) -> set[str]:
    """Return what a module may import undeclared.

    Type checkers bring ``_typeshed``. A module of fixtures is loaded by pytest and nobody else.
    """
    return {"_typeshed", "pytest"} if "testing" in file.with_suffix("").parts else {"_typeshed"}


@every_package
def test_import_of_a_third_party_is_declared(package: Package) -> None:
    """What a package imports is in its own metadata, not only in that of something it needs."""
    lines = [*package.dependencies, *(line for extra in package.extras.values() for line in extra)]
    declared = {canonicalize_name(line.name) for line in lines}
    owners = distributions()
    wrong = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in own_sources(package)
        for name in imported(file) - sys.stdlib_module_names - set(OURS) - given(file)
        if not declared & {canonicalize_name(owner) for owner in owners.get(name, [name])}
    }
    assert not wrong


@every_package
def test_modules_import_each_other_in_no_circle(package: Package) -> None:
    """A package's import picture has no circle, imports for types and in functions counted."""
    assert circle(package) == []


def test_doctor_stands_beside_the_house() -> None:
    """The doctor imports neither Flask nor us: it runs where both are broken."""
    allowed = {"packaging", "stack_doctor"}
    names = {name for file in own_sources(MEMBERS["doctor"]) for name in imported(file)}
    assert names - sys.stdlib_module_names <= allowed


def test_imports_are_found_wherever_they_stand(tmp_path: Path) -> None:
    """An import for types only, one in a function and one by name are seen."""
    file = tmp_path / "module.py"
    file.write_text(
        "if TYPE_CHECKING:\n    from stack_auth import Auth\n"
        "def load():\n    import stack_db.models\n    import_module('stack_rest.problem')\n"
    )
    assert imported(file) == {"stack_auth", "stack_db", "stack_rest"}


def test_circle_is_found(tmp_path: Path) -> None:
    """Two modules that import each other, one of them in a function, are named; others are not."""
    module = tmp_path / "src" / "toy"
    module.mkdir(parents=True)
    for name, text in {
        "__init__": "from .upper import a",
        "upper": "from .left import b",
        "left": "from . import right, lower",
        "right": "def load():\n    from .left import b",
        "lower": "import flask",
    }.items():
        (module / f"{name}.py").write_text(text)
    toy = Package(tmp_path, {"project": {"name": "toy"}})
    assert circle(toy) == ["left.py", "right.py"]
