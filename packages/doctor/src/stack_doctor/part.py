"""Parts of ``stack`` that the project asks for by word or in brackets, and that are not there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .finding import Finding, find
from .inventory import Distribution, Inventory
from .reading import UnreadableError, parse_toml, read_file
from .requirement import holds, parse_requirement
from .source import Source

MOST_BYTES = 1_000_000

_ANY = re.compile(r"\bStack\(([^()]*)\)")
_TEST = re.compile(r"(^|[/\\])(tests?[/\\]|test_|conftest)")
_WORD = re.compile(r"[\"']([a-z][a-z0-9-]*)[\"']")


def judge_parts(inventory: Inventory, source: Source) -> Iterator[Finding]:
    """Yield the parts that ``Stack("…")`` names and that the environment lacks."""
    roof = inventory.get("stack")
    if roof is None or not inventory.complete:
        return
    told: set[str] = set()
    for path, text in source.files:
        # Tests name parts that are not there on purpose.
        if "Stack(" not in text or _TEST.search(os.path.relpath(path, source.folder)):
            continue
        for call in _ANY.finditer(text):
            for word in _WORD.findall(call[1]):
                if word not in told and _lacks(roof, word, inventory):
                    told.add(word)
                    line = text.count("\n", 0, call.start()) + 1
                    place = os.path.relpath(path, source.folder)
                    yield _tell(roof, word, place, line)


def _lacks(roof: Distribution, word: str, inventory: Inventory) -> bool:
    if word not in roof.extras:
        # A stranger's extension is offered by its own distribution.
        return not _is_offered(word, inventory)
    return any(
        inventory.get(requirement.name) is None
        for requirement in _required(roof)
        if requirement.name.startswith("stack-") and _is_for(requirement, word)
    )


def _required(roof: Distribution) -> Iterator[Requirement]:
    for line in roof.requires:
        requirement = parse_requirement(line)
        if requirement is not None:
            yield requirement


def _is_for(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is not None and holds(requirement, {}, extra)


def _is_offered(word: str, inventory: Inventory) -> bool:
    entry = re.compile(rf"^\s*{re.escape(word)}\s*=", re.MULTILINE)
    for distribution in inventory.distributions.values():
        try:
            file = os.path.join(distribution.information, "entry_points.txt")
            text = read_file(file, MOST_BYTES).decode("utf-8", "replace")
        except (FileNotFoundError, UnreadableError):
            continue
        if entry.search(text.partition("[stack.extensions]")[2].partition("[")[0]):
            return True
    return False


def _tell(roof: Distribution, word: str, place: str, line: int) -> Finding:
    known = "" if word in roof.extras else f", and stack {roof.release} has no such extra"
    found = find(
        "part-missing",
        word,
        f'The code names Stack("{word}"); its part is not installed{known}.',
        f'python -m pip install --upgrade "stack[{word}]"',
        ("stack",),
    )
    return found.at(place, line)


def judge_project(inventory: Inventory, folder: str) -> Iterator[Finding]:
    """Yield the extras in the project's own ``pyproject.toml`` that what is installed lacks."""
    for line in _read_dependencies(folder):
        requirement = parse_requirement(line)
        installed = inventory.get(requirement.name) if requirement else None
        if requirement is None or installed is None or not installed.extras:
            continue
        for extra in sorted(map(canonicalize_name, requirement.extras)):
            if extra not in installed.extras:
                found = find(
                    "extra-unknown",
                    f"{installed.key}[{extra}]",
                    f"pyproject.toml asks for {installed.name}[{extra}], and {installed.name}"
                    f" {installed.release} has no such extra; it has"
                    f" {', '.join(sorted(installed.extras))}.",
                    f'python -m pip install --upgrade "{installed.name}[{extra}]"',
                    (installed.key,),
                    "error" if installed.key == "stack" else None,
                )
                yield found.at("pyproject.toml", 1)


def _read_dependencies(folder: str) -> list[str]:
    try:
        text = read_file(os.path.join(folder, "pyproject.toml"), MOST_BYTES).decode()
        lines = parse_toml(text).get("project", {}).get("dependencies", [])
    except (FileNotFoundError, ValueError, AttributeError):
        return []
    return [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
