"""Where the tools and every cache live: in one folder of the checkout."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

# What a shell may carry from other work and what would lead our tools out of the checkout.
FOREIGN = {
    "NOXPYTHON",
    "NOXSESSION",
    "NOX_ENVDIR",
    "PIP_PREFIX",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_TARGET",
    "PIP_USER",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSAFEPATH",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "UV_SYSTEM_PYTHON",
    "VIRTUAL_ENV",
}


class Place:
    """A checkout, and where things are in it.

    :param root: The folder that holds ``tooling``.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tools = root / ".tools"
        self.venv = self.tools / "venv"
        self.cache = self.tools / "cache"
        self.stamp = self.venv / "complete"
        self.pins = root / "tooling" / "launch" / "tools.txt"

    def program(self, name: str) -> Path:
        """Where a program of the tools' environment is."""
        if sys.platform == "win32":
            return self.venv / "Scripts" / f"{name}.exe"
        return self.venv / "bin" / name

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """The environment for what is run here: our tools first, all caches in the checkout."""
        kept = {name: value for name, value in given.items() if name not in FOREIGN}
        programs = str(self.program("python").parent)
        kept["PATH"] = os.pathsep.join(filter(None, [programs, given.get("PATH")]))
        return kept | {
            "PIP_CACHE_DIR": str(self.cache / "pip"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            "UV_CACHE_DIR": str(self.cache / "uv"),
            "UV_COMPILE_BYTECODE": "1",
            "UV_NO_PROGRESS": "1",
            "UV_PYTHON_DOWNLOADS": "never",
            # Whom the machine trusts, its own index and proxy among them, uv trusts too.
            "UV_SYSTEM_CERTS": "1",
            "XDG_CACHE_HOME": str(self.cache),
        }
