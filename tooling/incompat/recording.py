"""Environments recorded and laid out again: their metadata, and which modules were there.

What ``--record`` writes is what the quick tests judge, so that they need no network.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workspace import ROOT

FILE = ROOT / "integration" / "doctor" / "recorded.json"
FIELDS = ("Name:", "Version:", "Requires-Dist:", "Provides-Extra:", "Requires-Python:")


def record(venv: Path) -> dict[str, Any]:
    """Return what the doctor reads of an environment.

    :param venv: a virtual environment that was made, broken ones as they are.
    """
    site = next(venv.glob("lib/python*/site-packages"))
    config = (venv / "pyvenv.cfg").read_text("utf-8")
    found: dict[str, Any] = {"config": config_of(config), "folder": site.parent.name, "dists": {}}
    for info in sorted(site.glob("*.dist-info")):
        head = (info / "METADATA").read_text("utf-8", "replace").partition("\n\n")[0]
        lines = [line for line in head.splitlines() if line.startswith(FIELDS)]
        tops = {path: digest for path, digest in owned(info / "RECORD") if is_top(path)}
        files = {path: [digest, text_of(site / path)] for path, digest in tops.items()}
        found["dists"][info.name] = {"head": lines, "files": files}
    return found


def config_of(text: str) -> str:
    """Return the lines of a ``pyvenv.cfg`` that are the same on every machine."""
    return "".join(line + "\n" for line in text.splitlines() if line.startswith("version"))


def owned(file: Path) -> list[tuple[str, str]]:
    """Return path and hash of each file that a RECORD lists."""
    if not file.exists():
        return []
    rows = csv.reader(file.read_text("utf-8").splitlines())
    return [(row[0], row[1]) for row in rows if len(row) > 1]


def is_top(path: str) -> bool:
    """Tell whether a file is what is imported by one word."""
    folder, _, name = path.rpartition("/")
    return (
        name.endswith((".py", ".so"))
        and (not folder or path.count("/") == 1)
        and (not folder or name == "__init__.py")
    )


def text_of(file: Path) -> str | None:
    """Return what matters of a module's text: None where it is gone."""
    if not file.exists():
        return None
    lines = file.read_bytes().splitlines()
    return "".join(
        "import pkg_resources\n" for x in lines if x.startswith(b"import pkg_resources")
    )


def lay_out(recorded: Mapping[str, Any], folder: Path) -> Path:
    """Lay a recorded environment out in a folder, and return it as a virtual environment."""
    venv = folder / "venv"
    site = venv / "lib" / recorded["folder"] / "site-packages"
    site.mkdir(parents=True)
    (venv / "pyvenv.cfg").write_text(recorded["config"])
    for name, content in recorded["dists"].items():
        (site / name).mkdir()
        (site / name / "METADATA").write_text("\n".join(content["head"]) + "\n\n")
        lines = [f"{path},{digest},1\n" for path, (digest, _) in content["files"].items()]
        (site / name / "RECORD").write_text("".join(lines))
        for path, (_, text) in content["files"].items():
            if text is not None:
                (site / path).parent.mkdir(exist_ok=True)
                (site / path).write_text(text)
    return venv


def write_records(records: Mapping[str, Any]) -> None:
    """Write the records of environments to the file, one line for each."""
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(records[key])}" for key in records)
    FILE.write_text('{"schema": 1, "environments": {\n' + lines + "\n}}\n", "utf-8")
