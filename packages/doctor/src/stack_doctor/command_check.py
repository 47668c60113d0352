"""Subcommands of ``stack`` that could not be imported, told from their files: none is imported."""

from __future__ import annotations

import ast
import glob
import os
import sys
import warnings
from collections.abc import Iterator

from .finding import Finding, find
from .inventory import Distribution, Inventory
from .reading import UnreadableError, read_file

MOST_BYTES = 1_000_000
GROUP = "stack.commands"


def judge_commands(inventory: Inventory) -> Iterator[Finding]:
    """Yield the subcommands whose module is missing, broken, or imports what is not there.

    Where an editable installation finds its modules by code, none is known to be missing.
    """
    sure = not any(map(_finds_by_code, inventory.paths))
    for distribution in inventory.distributions.values():
        for name, value in _read_entries(distribution):
            problem = _find_problem(value, inventory.paths, sure)
            if problem:
                yield find(
                    "command-broken",
                    f"{distribution.key}/{name}",
                    f"The command '{name}' of {distribution.name} {distribution.release} cannot"
                    f" be imported: {problem}.",
                    f'python -m pip install --upgrade --force-reinstall "{distribution.name}"',
                    (distribution.key,),
                )


def _finds_by_code(path: str) -> bool:
    """Tell whether a folder has an editable installation that runs code to find its modules."""
    for file in glob.glob(os.path.join(glob.escape(path), "*editable*.pth")):
        try:
            lines = read_file(file, MOST_BYTES).splitlines()
        except (FileNotFoundError, UnreadableError):
            continue
        if any(line.startswith((b"import ", b"import\t")) for line in lines):
            return True
    return False


def _read_entries(distribution: Distribution) -> Iterator[tuple[str, str]]:
    try:
        file = os.path.join(distribution.information, "entry_points.txt")
        text = read_file(file, MOST_BYTES).decode("utf-8", "replace")
    except (FileNotFoundError, UnreadableError):
        return
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line.strip("[] ")
        elif section == GROUP and "=" in line:
            name, _, value = line.partition("=")
            yield name.strip(), value.partition("[")[0].strip()


def _find_problem(value: str, paths: tuple[str, ...], sure: bool) -> str:
    module, _, attribute = value.partition(":")
    file = _find_file(module.strip(), paths)
    if file is None:
        return f"there is no module '{module}'" if sure else ""
    if not file.endswith(".py"):
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its escapes, which are not ours to tell
            tree = ast.parse(read_file(file, MOST_BYTES))
    except (SyntaxError, ValueError, RecursionError, MemoryError, FileNotFoundError) as error:
        return f"'{os.path.basename(file)}' is no Python ({type(error).__name__})"
    for name in _imported(tree) if sure else ():
        if name not in sys.stdlib_module_names and _find_file(name, paths) is None:
            return f"there is no module '{name}', which '{module}' imports"
    names = set(_defined(tree))
    wanted = attribute.strip().partition(".")[0]
    if wanted and wanted not in names and "*" not in names and "__getattr__" not in names:
        return f"'{module}' has no '{wanted}'"
    return ""


def _find_file(module: str, paths: tuple[str, ...]) -> str | None:
    parts = module.split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    for path in paths:
        stem = os.path.join(path, *parts)
        for file in (os.path.join(stem, "__init__.py"), f"{stem}.py"):
            if os.path.isfile(file):
                return file
        if os.path.isdir(stem):
            return stem  # a package without an __init__.py
        try:
            with os.scandir(os.path.dirname(stem)) as entries:
                if any(each.name.startswith(f"{parts[-1]}.") for each in entries):
                    return stem  # compiled
        except OSError:
            continue
    return None


def _imported(tree: ast.Module) -> Iterator[str]:
    """Yield the top-level modules that a module cannot be imported without."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


def _defined(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
