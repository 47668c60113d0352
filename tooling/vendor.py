"""Fetches the files of other projects that our packages carry, and records what they are.

``python tooling/vendor.py`` writes them anew as they are recorded, ``--version 5.36.0`` takes
another release, ``--check`` asks without any network whether the files are those of the record.
npm brings them; nothing of theirs is run.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workspace import ROOT

FOLDER = ROOT / "packages" / "rest" / "src" / "stack_rest" / "static" / "swagger-ui"
RECORD = FOLDER / "vendored.json"
NAME = "swagger-ui-dist"
LICENCE = "Apache-2.0"
FILES = (
    "LICENSE",
    "NOTICE",
    "swagger-ui-bundle.js",
    "swagger-ui-bundle.js.LICENSE.txt",
    "swagger-ui.css",
)


def digest(content: bytes) -> str:
    """Return the hash of a file as npm writes it, and browsers read it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def read_record() -> dict[str, Any]:
    """Return what is recorded of the files that are there."""
    record: dict[str, Any] = json.loads(RECORD.read_text("utf-8"))
    return record


def faults(folder: Path = FOLDER) -> Iterator[str]:
    """Yield every file that is not the one of the record, and every one that it does not know."""
    record = json.loads((folder / RECORD.name).read_text("utf-8"))
    there = {file.name for file in folder.iterdir()} - {RECORD.name}
    for name in sorted(there ^ record["files"].keys()):
        yield f"'{name}' is in the folder or in the record, and not in both."
    for name in sorted(there & record["files"].keys()):
        if digest((folder / name).read_bytes()) != record["files"][name]:
            yield f"'{name}' is not the file that was recorded."


def fetch(version: str) -> tuple[str, dict[str, bytes]]:
    """Return the hash of a release's archive, and its files that we carry, by name."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{NAME}@{version}"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as tar:
            found = {name: tar.extractfile(f"package/{name}") for name in FILES}
            contents = {name: file.read() for name, file in found.items() if file is not None}
        return digest(archive.read_bytes()), contents


def refresh(version: str) -> None:
    """Write the files of a release, and their record.

    :raises SystemExit: the release is the recorded one and its archive is not.
    """
    integrity, contents = fetch(version)
    known = read_record() if RECORD.exists() else {}
    if known.get("version") == version and known["integrity"] != integrity:
        raise SystemExit(f"{NAME} {version} is another archive than the one that was recorded.")
    record = {
        "name": NAME,
        "version": version,
        "licence": LICENCE,
        "integrity": integrity,
        "files": {name: digest(content) for name, content in contents.items()},
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (FOLDER / name).write_bytes(content)
    RECORD.write_text(json.dumps(record, indent=2) + "\n", "utf-8")


def main() -> int:
    """Fetch the files, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="judge the files, change nothing")
    parser.add_argument("--version", help="the release to take, other than the recorded one")
    given = parser.parse_args()
    if not given.check:
        refresh(given.version or read_record()["version"])
    found = list(faults())
    for fault in found:
        print(f"{fault} Run `python tooling/vendor.py`.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
