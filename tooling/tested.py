"""Writes the tested set, of which ``stack constraints`` makes lines, into the doctor.

It is what the extras of ``packages/stack`` carry, and below Flask the ranges that the locked Flask
asks for, up to the major after the locked release. ``--check`` compares and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib.metadata import requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from workspace import ROOT, Package, packages

FILE = Path("packages") / "doctor" / "src" / "stack_doctor" / "tested.json"


def capped(line: Requirement) -> str:
    """Return a range that ends after the major that is tested, where it has no end."""
    floors = [Version(each.version) for each in line.specifier if each.operator == ">="]
    if any("<" in each.operator for each in line.specifier) or not floors:
        return written(line.specifier)
    return f">={max(floors)},<{Version(version(line.name)).major + 1}"


def written(specifier: SpecifierSet) -> str:
    """Return a range with its floor first."""
    return ",".join(sorted(map(str, specifier), key=lambda each: (each[0] == "<", each)))


def find_tested(root: Path = ROOT) -> dict[str, str]:
    """Return the ranges by name."""
    roof = find_roof(root)
    lines = [*roof.dependencies, *(line for extra in roof.extras.values() for line in extra)]
    flask = [Requirement(line) for line in requires("flask") or ()]
    found: dict[str, str] = {
        canonicalize_name(line.name): capped(line) for line in flask if line.marker is None
    }
    return dict(
        sorted({**found, **{line.name: written(line.specifier) for line in lines}}.items())
    )


def find_python(root: Path = ROOT) -> str:
    """Return the range of Pythons that it is tested with."""
    return str(find_roof(root).project["requires-python"])


def find_roof(root: Path) -> Package:
    """Return the package whose extras are the tested set."""
    return next(package for package in packages(root) if package.name == "stack")


def write_tested(root: Path = ROOT) -> str:
    """Return the text of the file."""
    content = {"schema": 1, "python": find_python(root), "ranges": find_tested(root)}
    return json.dumps(content, indent=1) + "\n"


def main() -> int:
    """Write the file, or say that it differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    text, file = write_tested(), ROOT / FILE
    if not check:
        file.write_text(text, "utf-8")
    elif file.read_text("utf-8") != text:
        print(f"{file.name} is not what the roof says. Run 'python tooling/tested.py'.",
              file=sys.stderr)  # fmt: skip
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
