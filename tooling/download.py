"""Fetches files of other projects from the package index, without running any code of theirs."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tomllib
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from launch import ROOT, Place, Trouble, explain

TIMEOUT = 30
ASK = ["pip", "compile", "-", "--quiet", "--no-deps", "--no-header", "--no-config"]


def find_uv(place: Place) -> str:
    """Return the tools' uv, or else the one on the path.

    :raises Trouble: When there is none.
    """
    own = place.program("uv")
    found = str(own) if own.exists() else shutil.which("uv")
    if found is None:
        raise Trouble("There is no uv: run 'python3 tooling/run.py demo', which brings it.")
    return found


@dataclass(frozen=True)
class Download:
    """One file of the package index, an sdist or a wheel.

    :param requirement: Name and version: ``flask==3.1.3``.
    :param sha256: The file's hash, by which it is told from the others of that version.
    """

    requirement: str
    sha256: str

    def fetch(self) -> Path:
        """Return the file, downloaded unless it is in the cache, and checked in any case.

        The index that uv is set to is asked where it is. ``pip download`` would run the build of
        an sdist; all that is wanted is the file.

        :raises Trouble: When it cannot be had.
        """
        place = Place(ROOT)
        folder = place.cache / "downloads" / self.sha256[:16]
        kept = [file for file in folder.glob("*") if _digest(file) == self.sha256]
        if kept:
            return kept[0]
        url = self._locate(place)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / url.rpartition("/")[2]
        part = folder / f"{target.name}.{os.getpid()}.part"
        try:
            self.load(url, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return target

    def _locate(self, place: Place) -> str:
        done = subprocess.run(
            [find_uv(place), *ASK, "--format=pylock.toml"],
            input=self.requirement,
            env=place.environment(os.environ),
            capture_output=True,
            text=True,
            errors="replace",
        )
        if done.returncode:
            raise explain(f"'{self.requirement}' cannot be found", done.stderr)
        (package,) = tomllib.loads(done.stdout)["packages"]
        for file in (*package.get("wheels", ()), package.get("sdist", {})):
            if file.get("hashes", {}).get("sha256") == self.sha256:
                return str(file["url"])
        raise Trouble(f"The index has no '{self.requirement}' whose SHA-256 is {self.sha256}.")

    def load(self, url: str, target: Path) -> None:
        """Download from an address to a file.

        :raises Trouble: When it does not come, or is another one; that is left in the file.
        """
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT) as answer, target.open("wb") as file:
                shutil.copyfileobj(answer, file)
        except OSError as error:
            raise explain(f"'{self.requirement}' cannot be fetched", f"error: {error}") from None
        if (found := _digest(target)) != self.sha256:
            raise Trouble(
                f"The index gave another {url.rpartition('/')[2]}: its SHA-256 is {found}."
            )


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
