"""The locked set of everything that development installs.

``python tooling/lock.py`` writes ``tooling/locked.txt`` anew with the newest releases that the
ranges allow; ``--check`` asks without any network whether the file still fits the ranges.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from workspace import ROOT, groups, packages

LOCKED = ROOT / "tooling" / "locked.txt"
HEAD = "# Written by `python tooling/lock.py`: versions and hashes of what development installs.\n"
#: The oldest Python that we support; the lock covers it and everything newer.
PYTHON = "3.11"


def wanted(root: Path = ROOT) -> list[Requirement]:
    """Return what packages, their extras, their builds and the development tools ask for."""
    members = packages(root)
    own = {member.distribution for member in members}
    asked: list[Requirement] = []
    for member in members:
        asked += [*member.dependencies, *member.build]
        asked += [line for extra in member.extras.values() for line in extra]
    asked += [Requirement(line) for lines in groups(root).values() for line in lines]
    return sorted((line for line in asked if canonicalize_name(line.name) not in own), key=str)


def entries(text: str) -> Iterator[tuple[Requirement, list[str]]]:
    """Yield each pinned requirement of a lock with its hashes.

    :raises ValueError: when a line is neither a pin nor a hash.
    """
    for entry in text.replace("\\\n", " ").splitlines():
        if not entry.strip() or entry.startswith("#"):
            continue
        line, *hashes = entry.split("--hash=")
        try:
            yield Requirement(line.strip()), [digest.strip() for digest in hashes]
        except InvalidRequirement as error:
            raise ValueError(f"'{line.strip()}' is not a pinned requirement: {error}.") from error


def faults(text: str, asked: list[Requirement]) -> list[str]:
    """Return what is wrong with a lock: its form, or a requirement that it does not meet."""
    found: list[str] = []
    pins: dict[str, list[str]] = {}
    if "://" in text:
        found.append("The lock names an address; it is to name versions and hashes only.")
    for line, hashes in entries(text):
        versions = [spec.version for spec in line.specifier if spec.operator == "=="]
        if len(versions) != 1 or not hashes:
            found.append(f"'{line}' has no exact version or no hash.")
        pins.setdefault(canonicalize_name(line.name), []).extend(versions)
    for need in asked:
        name = canonicalize_name(need.name)
        if name not in pins:
            found.append(f"'{need}' is asked for and not locked.")
        elif not any(need.specifier.contains(version, True) for version in pins[name]):
            found.append(f"'{need}' is asked for and {', '.join(pins[name])} is locked.")
    return found


def refresh() -> str:
    """Resolve everything that is wanted and return the lock's text."""
    command = ["uv", "pip", "compile", "-", "--universal", "--generate-hashes", "--quiet"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--python-version", PYTHON]
    lines = "\n".join(map(str, wanted()))
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"uv could not resolve the development set.\n{done.stderr}")
    return HEAD + done.stdout


def main() -> int:
    """Write the lock, or check it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="judge the file, change nothing")
    if not parser.parse_args().check:
        LOCKED.write_text(refresh(), "utf-8")
    found = faults(LOCKED.read_text("utf-8"), wanted())
    for fault in found:
        print(f"{fault} Run `python tooling/lock.py`.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
