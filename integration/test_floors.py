"""Every import of every package, held against the floors of the architecture."""

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

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


def named_modules(node: ast.AST) -> Iterator[str]:
    """Yield the absolute modules that a statement or call imports."""
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(level=0, module=str(module)):
            yield module
        case ast.Call(func=function, args=[ast.Constant(value=str(module)), *_]):
            if ast.unparse(function) in {"import_module", "importlib.import_module", "__import__"}:
                yield module


def imported(file: Path) -> set[str]:
    """Return the top-level modules that a file imports anywhere, for types only too."""
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    return {module.partition(".")[0] for node in nodes for module in named_modules(node)}


def own_sources(package: Package) -> list[Path]:
    """Return a package's modules, without the files that it only copies into applications."""
    return [file for file in package.sources() if "scaffold" not in file.parts]


def reached(package: Package, file: Path) -> set[Path]:
    """Return the modules of the same package that a module imports."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            start = file.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            inner = [start / alias.name for alias in node.names]
            names = [path if module_file(path) else start for path in inner]
            found |= {target for name in names if (target := module_file(name))}
    return found - {file, package.module / "__init__.py"}


def module_file(path: Path) -> Path | None:
    """Return the file behind a module's path without its ending."""
    files = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in files if file.is_file()), None)


def circle(package: Package) -> list[str]:
    """Return the names of modules that import each other in a circle, or nothing."""
    reaches = {file: reached(package, file) for file in own_sources(package)}
    while free := [file for file, targets in reaches.items() if not targets & set(reaches)]:
        for file in free:
            del reaches[file]
    while idle := [file for file in reaches if not any(file in seen for seen in reaches.values())]:
        for file in idle:
            del reaches[file]
    return sorted(str(file.relative_to(package.module)) for file in reaches)


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


@every_package
def test_import_of_a_third_party_is_declared(package: Package) -> None:
    """What a package imports is in its own metadata, not only in that of something it needs."""
    lines = [*package.dependencies, *(line for extra in package.extras.values() for line in extra)]
    declared = {canonicalize_name(line.name) for line in lines}
    owners = packages_distributions()
    wrong = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in own_sources(package)
        for name in imported(file) - sys.stdlib_module_names - set(OURS)
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
