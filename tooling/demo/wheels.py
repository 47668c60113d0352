"""Builds our wheels, installs from them, and proves that what is installed came from them."""

import hashlib
import json
import zipfile
from importlib.metadata import Distribution, distributions
from pathlib import Path

from launch import ROOT, Trouble
from workspace import closure

from .workshop import LOCKED, Workshop

WHERE = "import sysconfig; print(sysconfig.get_path('purelib'))"


def build(workshop: Workshop) -> dict[str, Path]:
    """Build a wheel of every package; their files, by the names of the distributions."""
    command = ["build", "--all-packages", "--wheel", "--no-sources"]
    command += [f"--build-constraints={LOCKED}", f"--out-dir={workshop.wheels}"]
    workshop.run("The wheels cannot be built", workshop.uv(), *command, cwd=ROOT)
    built = sorted(workshop.wheels.glob("*.whl"))
    return {_name(wheel.name.split("-")[0]): wheel for wheel in built}


def install(workshop: Workshop, wheels: dict[str, Path], *extras: str) -> None:
    """Make a fresh environment and install ``stack`` with extras, from files only.

    Our own distributions are named as files, so that no index is asked for any of them.
    """
    python = workshop.program("python")
    needed = [package.distribution for package in closure("stack", *extras)]
    files = [str(wheels[name]) for name in needed if name != "stack"]
    stack = f"stack[{','.join(extras)}] @ {wheels['stack'].as_uri()}"
    uv = workshop.uv()
    base = workshop.place.program("python").resolve()
    workshop.run("The environment cannot be made", uv, "venv", f"--python={base}", workshop.venv)
    options = ["--quiet", "--no-sources", f"--python={python}", f"--constraint={LOCKED}"]
    workshop.run("The wheels cannot be installed", uv, "pip", "install", *options, stack, *files)


def find_packages(workshop: Workshop) -> Path:
    """Return the folder that the environment has its packages in."""
    doing = "The environment cannot be read"
    return Path(workshop.run(doing, workshop.program("python"), "-c", WHERE).strip())


def verify(packages: Path, wheels: dict[str, Path]) -> list[str]:
    """Hold every installed distribution of ours against the wheel that was built.

    :param packages: The folder that an environment has its packages in.
    :return: The distributions' names and versions.
    :raises Trouble: When one of them came from elsewhere, or a file of it differs.
    """
    installed = distributions(path=[str(packages)])
    ours = [each for each in installed if _name(each.name).startswith("stack")]
    for distribution in ours:
        _verify(distribution, wheels.get(_name(distribution.name)))
    return sorted(f"{each.name} {each.version}" for each in ours)


def _verify(distribution: Distribution, wheel: Path | None) -> None:
    source = json.loads(distribution.read_text("direct_url.json") or "{}").get("url")
    if wheel is None or source != wheel.as_uri():
        raise Trouble(
            f"The installed '{distribution.name}' came from {source or 'an index'} and not from "
            "a wheel of this checkout."
        )
    for name, digest in read_recorded(wheel).items():
        content = Path(str(distribution.locate_file(name))).read_bytes()
        if hashlib.sha256(content).digest() != digest:
            raise Trouble(f"The installed '{name}' is not the one in {wheel.name}.")


def read_recorded(wheel: Path) -> dict[str, bytes]:
    """Return the SHA-256 of every file in a wheel, save of the list that pip and uv rewrite."""
    with zipfile.ZipFile(wheel) as archive:
        names = [
            name for name in archive.namelist() if not name.endswith((".dist-info/RECORD", "/"))
        ]
        return {name: hashlib.sha256(archive.read(name)).digest() for name in names}


def _name(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
