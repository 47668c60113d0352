"""Reads imports out of source, wherever they stand: for types only, in functions, by name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from workspace import Package

BY_NAME = {"import_module", "importlib.import_module", "__import__"}


def named_modules(node: ast.AST) -> Iterator[str]:
    """Yield the absolute modules that a statement or call imports."""
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(level=0, module=str(module)):
            yield module
        case ast.Call(func=function, args=[ast.Constant(value=str(module)), *_]):
            if ast.unparse(function) in BY_NAME:
                yield module


def imported(file: Path) -> set[str]:
    """Return the top-level modules that a file imports anywhere."""
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    return {module.partition(".")[0] for node in nodes for module in named_modules(node)}


def own_sources(package: Package) -> list[Path]:
    """Return a package's modules, without the files that it only copies into applications."""
    return [file for file in package.sources() if "scaffold" not in file.parts]


def module_file(path: Path) -> Path | None:
    """Return the file behind a module's path without its ending."""
    files = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in files if file.is_file()), None)


def reached(package: Package, file: Path) -> set[Path]:
    """Return the modules of the same package that a module imports, the face left out."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            start = file.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for alias in node.names:
                inner = start / alias.name
                found.add(module_file(inner) or module_file(start) or file)
    return found - {file, package.module / "__init__.py"}


def picture(package: Package) -> dict[Path, set[Path]]:
    """Return which module of a package imports which."""
    return {file: reached(package, file) for file in own_sources(package)}


def circle(package: Package) -> list[str]:
    """Return the names of modules that import each other in a circle, or nothing."""
    reaches = picture(package)
    while free := [file for file, targets in reaches.items() if not targets & set(reaches)]:
        for file in free:
            del reaches[file]
    while idle := [file for file in reaches if not any(file in seen for seen in reaches.values())]:
        for file in idle:
            del reaches[file]
    return sorted(str(file.relative_to(package.module)) for file in reaches)
