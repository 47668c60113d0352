"""Fresh environments, in which releases are installed as people install them."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path

from demo.wheels import WHERE, read_recorded
from launch import Trouble

from .building import attempt, run, uv
from .index import Index

#: No workspace and no settings of a checkout: what is installed is what the files say.
_PLAIN = ["--quiet", "--no-sources", "--no-config"]


class Environment:
    """A virtual environment in a folder of its own.

    :param folder: where it is made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        run("An environment cannot be made", uv(), "venv", "--quiet", "--no-project",
            f"--python={sys.executable}", folder)  # fmt: skip

    def install(
        self,
        *asked: str,
        index: Index | None = None,
        constraints: Path | None = None,
        overrides: Mapping[str, Path] | None = None,
        group: Path | None = None,
    ) -> None:
        """Install what is asked for.

        :param index: where ours are; the first index that has a name is the only one for it.
        :param overrides: the wheels that are installed whatever the ranges say.
        :param group: the ``pyproject.toml`` whose group ``tests`` is installed, too.
        :raises Trouble: it cannot be installed.
        """
        options = [f"--index={index.address}"] if index else []
        options += [f"--constraint={constraints}"] if constraints else []
        options += [f"--group={group}:tests"] if group else []
        if overrides:
            file = self.folder / "overrides.txt"
            file.write_text("".join(f"{n} @ {w.as_uri()}\n" for n, w in overrides.items()))
            options.append(f"--override={file}")
        run(f"{', '.join(asked)} cannot be installed", uv(), "pip", "install", *_PLAIN, *options,
            f"--python={self.python}", "--compile-bytecode", *asked, cwd=self.folder)  # fmt: skip

    def check(self) -> None:
        """Ask whether all that is installed fits together.

        :raises Trouble: it does not.
        """
        run("The environment does not fit together", uv(), "pip", "check",
            f"--python={self.python}", cwd=self.folder)  # fmt: skip

    def call(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run its Python to the end, whatever that is."""
        return attempt(self.python, *arguments, cwd=cwd or self.folder)

    def verify(self, wheels: Iterable[Path]) -> list[str]:
        """Hold everything of ours against the wheels, file by file, and return what it is.

        The names are not ours on every index: what is installed under them may be a stranger's.

        :raises Trouble: something is from elsewhere.
        """
        known = {"-".join(wheel.name.split("-")[:2]).lower(): wheel for wheel in wheels}
        site = Path(self.call("-c", WHERE).stdout.strip())
        ours = [each for each in distributions(path=[str(site)]) if _is_ours(each.name)]
        for each in ours:
            _verify(each, known.get(f"{each.name.lower().replace('-', '_')}-{each.version}"))
        return sorted(f"{each.name} {each.version}" for each in ours)


def _is_ours(name: str) -> bool:
    return re.fullmatch(r"stack([-_.].*)?", name.lower()) is not None


def _verify(installed: Distribution, wheel: Path | None) -> None:
    what = f"The installed {installed.name} {installed.version}"
    if wheel is None:
        raise Trouble(f"{what} is none of our releases: it is somebody else's.")
    for name, sha256 in read_recorded(wheel).items():
        content = Path(str(installed.locate_file(name))).read_bytes()
        if hashlib.sha256(content).digest() != sha256:
            raise Trouble(f"{what} has another {name} than {wheel.name}.")


def find_refusal(lines: Sequence[str], index: Index) -> str:
    """Return what the resolver says when it refuses these requirements; empty when it does not."""
    done = attempt(uv(), "pip", "compile", "-", "--quiet", "--no-sources", "--no-config",
                   "--no-header", f"--index={index.address}", f"--python={sys.executable}",
                   given="\n".join(lines))  # fmt: skip
    if done.returncode == 0:
        return ""
    if "unsatisfiable" not in done.stderr:
        raise Trouble(f"The resolver could not answer: {' '.join(done.stderr.split())}")
    return " ".join(done.stderr.split())
