"""Running our adapter in the peers' harness, so that all are measured in one run.

The harness lives outside of this repository. It is copied into a temporary
folder, never changed: only its list of peers gets our name there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = HERE.parent.parent / "packages"
ONLY = "ext:bare,ext:sqlalchemy,stack_:hello"


def run_peers(harness: Path) -> None:
    """Measure an idle view and the start beside the peers; the harness prints its tables."""
    if not (harness / "bench.py").is_file():
        raise SystemExit(f"{harness} holds no bench.py. Give --peers the folder of the harness.")
    with tempfile.TemporaryDirectory(prefix="stack-peers-") as name:
        root = Path(name)
        copy = root / "bench"
        shutil.copytree(harness, copy)
        shutil.copy(HERE / "adapter" / "stack_.py", copy / "adapters")
        shutil.copy(HERE / "adapter" / "stack_startup.py", copy)
        _add_peer(copy / "peers.json")
        environ = os.environ | {"PERF_ROOT": str(root)}
        _make_venv(root / "venvs" / "flask", "-r", str(copy / "requirements" / "flask.txt"))
        _make_venv(root / "venvs" / "stack", *(str(PACKAGES / p) for p in ("core", "db")))
        _make_venv(root / "venvs" / "floor", "-r", str(copy / "requirements" / "floor.txt"))
        (root / "data").mkdir()
        for command in (
            ["bench.py", "--group", "ext", "--db", "sqlite", "--only", ONLY],
            ["stack_startup.py", "--rounds", "7", "--only", "flask,floor+orm,stack"],
        ):
            subprocess.run([sys.executable, *command], cwd=copy, env=environ, check=True)


def _add_peer(path: Path) -> None:
    peers = json.loads(path.read_text("utf-8"))
    peers["ext"].append(["stack_:hello", "stack"])
    path.write_text(json.dumps(peers), "utf-8")


def _make_venv(folder: Path, *requirements: str) -> None:
    uv = shutil.which("uv")
    if uv is None:
        raise SystemExit("uv is not there. Run this by 'nox -s bench', which brings it.")
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(folder)], check=True)
    install = [uv, "pip", "install", "-q", "--compile-bytecode", "--python", str(folder)]
    subprocess.run([*install, *requirements], check=True)
