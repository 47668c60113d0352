"""Makes the environment that holds nox and uv, at the pinned versions and nowhere else."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys

from .lock import alone
from .place import Place
from .trouble import Trouble, explain


def ensure(place: Place) -> None:
    """Make the tools unless these very ones are there already; a failure leaves nothing behind.

    :raises Trouble: When they cannot be made.
    """
    if is_complete(place):
        return
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise Trouble(
            f"{sys.executable} comes without its venv: install it "
            "(on Debian and Ubuntu with 'apt-get install python3-venv') and run this again."
        )
    new = _claim(place)
    try:
        with alone(place.tools / "lock"):
            if not is_complete(place):
                _make(place)
    except BaseException:
        shutil.rmtree(place.tools if new else place.venv, ignore_errors=True)
        raise


def is_complete(place: Place) -> bool:
    """Whether the tools are whole, of the pinned versions, and made with this Python."""
    return place.stamp.is_file() and place.stamp.read_text() == _mark(place)


def _mark(place: Place) -> str:
    pins = hashlib.sha256(place.pins.read_bytes()).hexdigest()
    return f"{pins}\n{sys.version}\n{os.path.realpath(sys.executable)}\n{place.venv}\n"


def _claim(place: Place) -> bool:
    """Make the tools' folder; whether it was not there."""
    try:
        place.tools.mkdir()
    except FileExistsError:
        return False
    return True


def _make(place: Place) -> None:
    print("Making the tools in .tools (once) ...", flush=True)
    shutil.rmtree(place.venv, ignore_errors=True)
    venv = [sys.executable, "-m", "venv", str(place.venv)]
    _run(place, "The tools' environment cannot be made", venv)
    options = ["--quiet", "--require-hashes", "--only-binary=:all:", "--retries=2", "--timeout=20"]
    pip = [str(place.program("python")), "-m", "pip", "install", *options, "-r", str(place.pins)]
    _run(place, "The tools cannot be installed", pip)
    place.stamp.write_text(_mark(place))


def _run(place: Place, doing: str, command: list[str]) -> None:
    done = subprocess.run(
        command,
        env=place.environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise explain(doing, done.stdout)
