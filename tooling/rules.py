"""The rules of the house that no linter knows: sizes, faces, names and changelog fragments."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from releasing.fragment import find_fragment_faults, list_fragments
from releasing.siblings import find_marker_faults
from workspace import ROOT, Package, packages

FILE_LINES = 400
FUNCTION_LINES = 75
FACE_LINES = 40
PARAMETERS = 6
#: Signatures that are not ours to choose: Flask-SQLAlchemy's, and RFC 9457's members of a problem.
GIVEN_SIGNATURES = {"stack_db/database.py": "__init__", "stack_core/problem.py": "__init__"}
#: Names that say nothing: a module is named after the one noun that it holds.
EMPTY_NAMES = {"utils", "helpers", "base", "common", "types"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> Iterator[Function]:
    """Yield every function of a module, methods and inner ones too."""
    yield from (node for node in ast.walk(tree) if isinstance(node, Function))


def parameters(function: Function) -> int:
    """Count what a caller may pass by name or place, without ``self`` or ``cls``."""
    given = function.args
    names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def size_faults(file: Path, *, library: bool) -> Iterator[str]:
    """Yield what is too long in a file.

    :param library: whether the file is part of a package, where the number of parameters counts.
    """
    text = file.read_text("utf-8")
    given = GIVEN_SIGNATURES.get(f"{file.parent.name}/{file.name}")
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{lines} lines, {FILE_LINES} are the most"
    for function in functions(ast.parse(text)):
        long = (function.end_lineno or function.lineno) - function.lineno + 1
        if long > FUNCTION_LINES:
            yield f"'{function.name}' has {long} lines, {FUNCTION_LINES} are the most"
        taken = parameters(function)
        if library and taken > PARAMETERS and function.name != given:
            yield f"'{function.name}' has {taken} parameters, {PARAMETERS} are the most"


def is_face_statement(node: ast.stmt) -> bool:
    """Tell whether a statement may stand in a package's face."""
    if isinstance(node, ast.ImportFrom):
        return node.level == 1
    if isinstance(node, ast.Assign | ast.AnnAssign):
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        return ast.unparse(target) == "__all__"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def face_faults(file: Path) -> Iterator[str]:
    """Yield what does not belong in a package's ``__init__.py``."""
    text = file.read_text("utf-8")
    if text.count("\n") > FACE_LINES:
        yield f"{text.count(chr(10))} lines, {FACE_LINES} are the most"
    for node in ast.parse(text).body:
        if not is_face_statement(node):
            yield f"line {node.lineno} is neither a relative import nor '__all__'"


def changelog_faults(package: Package) -> Iterator[str]:
    """Yield why nothing tells what is new in a package."""
    heading = f"## {package.project['version']}"
    log = (package.folder / "CHANGELOG.md").read_text("utf-8")
    if not list_fragments(package) and heading not in log:
        yield f"neither a fragment in changes/ nor '{heading}' in CHANGELOG.md tells what is new"


def marker_faults(package: Package, members: Sequence[Package]) -> Iterator[str]:
    """Yield each ``# next`` in a package's metadata that waits for nothing."""
    pending = {member.distribution: bool(list_fragments(member)) for member in members}
    yield from find_marker_faults(package, pending)


def package_faults(package: Package) -> Iterator[str]:
    """Yield every broken rule of one package, each with the file it stands in."""
    for file in package.sources():
        place = file.relative_to(ROOT)
        if "scaffold" in place.parts:
            continue
        found = list(size_faults(file, library=True))
        if file.name == "__init__.py":
            found += face_faults(file)
        if file.stem.strip("_") in EMPTY_NAMES:
            found.append(f"'{file.stem}' says nothing about what is in it")
        yield from (f"{place}: {fault}." for fault in found)
    yield from find_fragment_faults(package)
    yield from (f"packages/{package.name}: {fault}." for fault in changelog_faults(package))
    for fault in marker_faults(package, packages()):
        yield f"packages/{package.name}/pyproject.toml: {fault}."


def loose_files(root: Path = ROOT) -> list[Path]:
    """Return the Python files that belong to no package: tests, tooling, integration."""
    folders = [root / "tooling", root / "integration", *root.glob("packages/*/tests")]
    files = [file for folder in folders for file in folder.rglob("*.py")]
    return sorted([*root.glob("*.py"), *files])


def main() -> int:
    """Print every broken rule; the exit code says whether there was one."""
    found = [fault for package in packages() for fault in package_faults(package)]
    for file in loose_files():
        place = file.relative_to(ROOT)
        found += [f"{place}: {fault}." for fault in size_faults(file, library=False)]
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
