"""The folder that the demo is made in, and the programs that work there."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from download import find_uv
from launch import ROOT, Place, explain

APPLICATION = "tower"
EXTRAS = ("db", "rest")
FEATURE = ROOT / "integration" / "apps" / "flights"
LOCKED = ROOT / "tooling" / "locked.txt"


class Workshop:
    """Where an application is made and run.

    :param folder: What all of it is put into.
    :param venv: The environment with our packages; made in the folder when it is left out.
    :param verbose: Whether to show what the programs say.
    """

    def __init__(
        self, folder: Path = ROOT / ".demo", venv: Path | None = None, verbose: bool = False
    ) -> None:
        self.place = Place(ROOT)
        self.verbose = verbose
        self.folder = folder
        self.wheels = folder / "wheels"
        self.venv = venv or folder / "venv"
        self.application = folder / APPLICATION
        self.stamp = folder / "complete"

    def program(self, name: str) -> str:
        """A program of the environment with our packages."""
        if sys.platform == "win32":
            return str(self.venv / "Scripts" / f"{name}.exe")
        return str(self.venv / "bin" / name)

    def uv(self) -> str:
        """The program uv.

        :raises Trouble: When there is none.
        """
        return find_uv(self.place)

    def environment(self) -> dict[str, str]:
        """The environment of every program: without the settings of some other application."""
        given = {name: value for name, value in os.environ.items() if name[:6] != "FLASK_"}
        return self.place.environment(given)

    def run(
        self, doing: str, *command: str | Path, cwd: Path | None = None, show: bool = False
    ) -> str:
        """Run a program to its end and return what it wrote.

        :param doing: The start of the sentence if it fails: "The wheels cannot be built".
        :param show: Whether the person sees what it writes to the standard output.
        :raises Trouble: When it fails.
        """
        show = show or self.verbose
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd or self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=None if show else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        if self.verbose:
            sys.stderr.write(done.stderr)
        if done.returncode:
            raise explain(doing, f"{done.stdout or ''}\n{done.stderr}")
        return done.stdout or ""

    def mark(self, sample: int | None) -> str:
        """What stands for all that the demo is made from: when it changes, so may the result."""
        digest = hashlib.sha256(f"{sys.version} {ROOT} {sample}".encode())
        for file in _sources():
            digest.update(f"{file.relative_to(ROOT)} {file.stat().st_size} ".encode())
            digest.update(file.read_bytes())
        return digest.hexdigest()


def _sources() -> Iterator[Path]:
    folders = [*(ROOT / "packages").glob("*/src"), FEATURE, ROOT / "tooling" / "demo"]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    files += [*(ROOT / "packages").glob("*/*.*"), LOCKED]
    yield from sorted(file for file in files if file.is_file() and file.suffix != ".pyc")
