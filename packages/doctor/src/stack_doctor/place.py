"""Where an environment keeps its distributions, found without running its code if possible.

Our own environment is ``sys.path``. A virtual environment tells everything in its ``pyvenv.cfg``;
only an interpreter that is in none is started, with ``-I -S``, which runs neither ``.pth`` files
nor ``sitecustomize`` nor anything that is installed.
"""

from __future__ import annotations

import glob
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass

from .problem import DoctorError
from .process import EndlessError, run_bounded
from .reading import UnreadableError, read_file

PATIENCE = 20
MOST_BYTES = 1_000_000

_PIP = re.compile(r"python -m pip (install|uninstall)")
_ASK = """
import json, sys, sysconfig
folders = [sysconfig.get_path(name) for name in ("purelib", "platlib")]
# Debian's own Python keeps what apt installs beside.
folders += [f"{sys.prefix}/lib/python{sys.version_info[0]}/dist-packages"]
print(json.dumps([".".join(map(str, sys.version_info[:3])), folders]))
"""


@dataclass(frozen=True)
class Place:
    """An environment: its folders of distributions and its Python.

    :param name: what a person calls it.
    :param python: the version of its Python.
    :param program: its interpreter; empty where only the folders are known.
    """

    name: str
    python: str
    paths: tuple[str, ...]
    program: str

    def address(self, advice: str) -> str:
        """Return an advice whose commands of pip mean this environment, be it without pip."""
        if not self.program:
            return advice
        if any(os.path.isfile(os.path.join(path, "pip", "__init__.py")) for path in self.paths):
            called = "python" if _is_called_python(self.program) else _quote(self.program)
            return _PIP.sub(lambda found: f"{called} -m pip {found[1]}", advice)
        named = f"--python {_quote(self.program)}"
        return _PIP.sub(lambda found: f"uv pip {found[1]} {named}", advice)


def _is_called_python(program: str) -> bool:
    """Tell whether ``python`` alone starts an interpreter, as in an active environment."""
    found = shutil.which("python")
    return found is not None and _locate(found) == _locate(program)


def _locate(program: str) -> tuple[str, str]:
    return os.path.dirname(os.path.abspath(program)), os.path.realpath(program)


def _quote(program: str) -> str:
    return subprocess.list2cmdline([program]) if os.name == "nt" else shlex.quote(program)


def find_here() -> str:
    """Return the working directory.

    :raises DoctorError: it was removed, or may not be looked at.
    """
    try:
        return os.getcwd()
    except OSError as error:
        raise DoctorError(
            f"The working directory cannot be read ({error.strerror}). Go to one that is there."
        ) from None


def find_own() -> Place:
    """Return the environment that the doctor itself runs in."""
    # The working directory may stand first on the path; what lies there is not installed.
    here = find_here()
    paths = [path for path in sys.path if path and os.path.abspath(path) != here]
    return Place(sys.prefix, platform.python_version(), tuple(paths), sys.executable)


def find_place(text: str) -> Place:
    """Return the environment of an interpreter, or of a folder that holds one.

    :param text: an interpreter, or the folder of a virtual environment.
    :raises DoctorError: there is none.
    """
    root = text if os.path.isdir(text) else os.path.dirname(os.path.dirname(os.path.abspath(text)))
    if not os.path.exists(text):
        raise DoctorError(
            f"'{text}' is not there. Name an interpreter, such as .venv/bin/python, or the folder"
            " of a virtual environment."
        )
    if os.path.isfile(os.path.join(root, "pyvenv.cfg")):
        return _read_virtual(text, root)
    if os.path.isdir(text):
        raise DoctorError(
            f"'{text}' has no pyvenv.cfg, so it is no virtual environment. Name its interpreter."
        )
    python, folders = _ask(text)
    return Place(text, python, _follow(folders), text)


def _read_virtual(text: str, root: str) -> Place:
    config = read_config(root)
    version = config.get("version_info") or config.get("version") or ""
    found = re.match(r"\d+\.\d+(\.\d+)?", version)
    wanted = found[0].split(".")[:2] if found else []
    # Its folder of libraries names the Python too, where the file does not.
    folders = glob.glob(os.path.join(glob.escape(root), "lib*", "python*.*", "site-packages"))
    folders += glob.glob(os.path.join(glob.escape(root), "Lib", "site-packages"))
    chosen = [each for each in folders if not wanted or _is_of(each, wanted)]
    if not chosen:
        raise DoctorError(
            f"'{text}' has a pyvenv.cfg and no site-packages. Make the virtual environment again."
        )
    named = re.search(r"python(\d+\.\d+)", chosen[0])
    python = found[0] if found else named[1] if named else platform.python_version()
    paths = _follow(sorted(chosen))
    program = _find_program(text, root)
    if config.get("include-system-site-packages", "").lower() == "true":
        home = config.get("home", "")
        base = next(iter(glob.glob(os.path.join(glob.escape(home), "python3"))), "")
        paths += _follow(_ask(base)[1]) if base else ()
    return Place(text, python, paths, program)


def _is_of(folder: str, wanted: list[str]) -> bool:
    name = os.path.basename(os.path.dirname(folder))
    return not name.startswith("python") or name.rstrip("t") == f"python{'.'.join(wanted)}"


def _find_program(text: str, root: str) -> str:
    if os.path.isfile(text):
        return text
    names = (os.path.join("bin", "python"), os.path.join("Scripts", "python.exe"))
    return next((p for n in names if os.path.exists(p := os.path.join(root, n))), "")


def read_config(root: str) -> dict[str, str]:
    """Return what a virtual environment's ``pyvenv.cfg`` says.

    :raises DoctorError: it cannot be read.
    """
    file = os.path.join(root, "pyvenv.cfg")
    try:
        lines = read_file(file, MOST_BYTES).decode("utf-8", "replace").splitlines()
    except (UnreadableError, FileNotFoundError) as error:
        raise DoctorError(f"'{file}' cannot be read: {error}. Name another Python.") from None
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _ask(program: str) -> tuple[str, list[str]]:
    command = [os.path.abspath(program), "-I", "-S", "-c", _ASK]
    try:
        python, folders = json.loads(run_bounded(command, "stdout", PATIENCE, MOST_BYTES))
        if not isinstance(folders, list):
            raise TypeError
    except (OSError, ValueError, TypeError, EndlessError) as error:
        reason = getattr(error, "strerror", None) or (
            str(error) if isinstance(error, EndlessError) else "it says something else"
        )
        raise DoctorError(
            f"'{program}' does not answer as a Python: {reason}."
            " Name an interpreter, such as .venv/bin/python."
        ) from None
    return str(python), [str(folder) for folder in folders]


def _follow(folders: list[str]) -> tuple[str, ...]:
    """Return folders with those that their ``.pth`` files name; lines of code are not run."""
    found = dict.fromkeys(folders)
    for folder in folders:
        for file in sorted(glob.glob(os.path.join(glob.escape(folder), "*.pth"))):
            try:
                text = read_file(file, MOST_BYTES).decode("utf-8", "replace")
            except (UnreadableError, FileNotFoundError):
                continue
            for line in text.splitlines():
                if line and not line.startswith(("#", "import ", "import\t")):
                    path = os.path.join(folder, line.rstrip())
                    if "\0" not in path and os.path.isdir(path):
                        found[path] = None
    return tuple(found)
