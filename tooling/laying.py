"""Environments of the tests' own: folders of metadata and modules, as an installer leaves them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stack_doctor import main


@dataclass(frozen=True)
class Laid:
    """A virtual environment without an interpreter, beside a project's folder."""

    venv: Path
    project: Path

    @property
    def site(self) -> Path:
        """Where its distributions lie."""
        return next((self.venv / "lib").iterdir()) / "site-packages"

    def add(
        self,
        name: str,
        version: str,
        requires: Iterable[str] = (),
        *,
        extras: Iterable[str] = (),
        files: Mapping[str, str] | None = None,
        head: str = "",
    ) -> Path:
        """Lay a distribution out; without files it has one empty package of its name."""
        files = {f"{name.replace('-', '_')}/__init__.py": ""} if files is None else files
        info = self.site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        lines = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{head}"]
        lines += [f"Requires-Dist: {line}\n" for line in requires]
        lines += [f"Provides-Extra: {extra}\n" for extra in extras]
        (info / "METADATA").write_text("".join(lines) + "\nName: not this one\n")
        for file, text in files.items():
            (self.site / file).parent.mkdir(parents=True, exist_ok=True)
            (self.site / file).write_text(text)
        record = [
            f"{file},sha256=of-{len(text)}-{name},{len(text)}" for file, text in files.items()
        ]
        (info / "RECORD").write_text("\n".join([*record, f"{info.name}/RECORD,,", ""]))
        return info

    def write(self, name: str, text: str = "") -> None:
        """Write a file of the project."""
        (self.project / name).parent.mkdir(parents=True, exist_ok=True)
        (self.project / name).write_text(text)

    def arguments(self, *options: str) -> list[str]:
        """Return the arguments that judge it."""
        place = ["--python", str(self.venv), "--project", str(self.project)]
        return ["doctor", *place, *options]


@dataclass(frozen=True)
class Verdict:
    """What a run of the doctor came to."""

    status: int
    findings: Mapping[str, Mapping[str, Any]]
    report: Mapping[str, Any]
    errors: str


def lay(folder: Path, python: str = "3.11.7") -> Laid:
    """Lay an empty environment out."""
    minor = ".".join(python.split(".")[:2])
    (folder / "venv" / "lib" / f"python{minor}" / "site-packages").mkdir(parents=True)
    (folder / "venv" / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {python}\n")
    (folder / "project").mkdir()
    return Laid(folder / "venv", folder / "project")


def run(capsys: Any, *argv: str) -> Verdict:
    """Run the doctor for its JSON."""
    status = main([*argv, "--format", "json"])
    captured = capsys.readouterr()
    report = json.loads(captured.out)
    found = {each["id"]: each for judged in report["judged"] for each in judged["findings"]}
    return Verdict(status, found, report, captured.err)
