"""Running our adapters in the peers' harness, so that all are measured in one run.

The harness lives outside of this repository. It is copied into a temporary
folder, never changed: only its list of peers gets our names there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from served import measure_served

from databases import new_database, show

HERE = Path(__file__).parent
PACKAGES = HERE.parent.parent / "packages"
ONLY = "ext:bare,ext:sqlalchemy,stack_:hello"
OURS: Mapping[str, list[list[str]]] = {
    "ext": [["stack_:hello", "stack"]],
    "rest": [
        ["floor_signed", "floor"],
        ["stack_rest_", "stack"],
        ["stack_rest_:scoped", "stack"],
        ["stack_rest_:events", "stack"],
    ],
}
REST = ("floor", "flask", "django", "fastapi")
"""The environments of the peers of the REST group; the slowest one is left out."""
LEFT_OUT = "fab"


def run_peers(harness: Path) -> None:
    """Measure an idle view and the start beside the peers; the harness prints its tables."""
    with tempfile.TemporaryDirectory(prefix="stack-peers-") as name:
        bench = _Harness(harness, Path(name), ("flask", "floor"))
        bench.run("bench.py", "--group", "ext", "--db", "sqlite", "--only", ONLY)
        bench.run("stack_startup.py", "--rounds", "7", "--only", "flask,floor+orm,stack")


def run_rest(harness: Path, rounds: int, only: str) -> None:
    """Measure our resources beside the peers' on SQLite and PostgreSQL.

    :param only: names of adapters, separated by commas; empty: all.
    """
    with tempfile.TemporaryDirectory(prefix="stack-peers-") as name:
        bench = _Harness(harness, Path(name), REST)
        chosen = ["--only", only] if only else []
        words = ["bench.py", "--group", "rest", "--rounds", str(rounds), *chosen]
        bench.fill(f"sqlite:///{bench.root / 'data' / 'bench.db'}")
        bench.run(*words, "--db", "sqlite")
        with new_database("PostgreSQL") as url:
            bench.fill(show(url))
            bench.environ["PERF_PG"] = show(url)
            bench.run(*words, "--db", "pg")


def run_served(harness: Path, rounds: int) -> None:
    """Measure our resources and the floor behind granian and gunicorn, on SQLite."""
    with tempfile.TemporaryDirectory(prefix="stack-peers-") as name:
        bench = _Harness(harness, Path(name), ("floor",), "granian>=2.8", "gunicorn>=23")
        bench.fill(f"sqlite:///{bench.root / 'data' / 'bench.db'}")
        measure_served(bench.copy, bench.root / "venvs", bench.environ, rounds)


class _Harness:
    """A copy of the harness with its environments.

    :param venvs: those of the peers that are measured; ours is made too.
    :param servers: requirements of servers, for ours; the others have theirs.
    """

    def __init__(self, harness: Path, root: Path, venvs: Iterable[str], *servers: str) -> None:
        if not (harness / "bench.py").is_file():
            raise SystemExit(
                f"{harness} holds no bench.py. Give --peers the folder of the harness."
            )
        self.root = root
        self.copy = root / "bench"
        self.environ = os.environ | {"PERF_ROOT": str(root)}
        shutil.copytree(harness, self.copy)
        for adapter in ("stack_.py", "stack_rest_.py", "floor_signed.py"):
            shutil.copy(HERE / "adapter" / adapter, self.copy / "adapters")
        shutil.copy(HERE / "adapter" / "stack_startup.py", self.copy)
        _add_peers(self.copy / "peers.json")
        for each in venvs:
            _make_venv(
                root / "venvs" / each, "-r", str(self.copy / "requirements" / f"{each}.txt")
            )
        ours = [str(PACKAGES / package) for package in ("core", "db", "rest")]
        _make_venv(root / "venvs" / "stack", *ours, "psycopg[binary]>=3.2", *servers)
        (root / "data").mkdir()

    def run(self, *command: str) -> None:
        """Run a program of the harness."""
        words = [sys.executable, *command]
        subprocess.run(words, cwd=self.copy, env=self.environ, check=True)

    def fill(self, url: str) -> None:
        """Put the harness's rows into a database."""
        python = self.root / "venvs" / "floor" / "bin" / "python"
        subprocess.run([python, "data.py", url], cwd=self.copy, env=self.environ, check=True)


def _add_peers(path: Path) -> None:
    peers = json.loads(path.read_text("utf-8"))
    for group, ours in OURS.items():
        kept = [peer for peer in peers[group] if peer[1] != LEFT_OUT]
        peers[group] = kept + ours
    path.write_text(json.dumps(peers), "utf-8")


def _make_venv(folder: Path, *requirements: str) -> None:
    uv = shutil.which("uv")
    if uv is None:
        raise SystemExit("uv is not there. Run this by 'nox -s bench', which brings it.")
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(folder)], check=True)
    install = [uv, "pip", "install", "-q", "--compile-bytecode", "--python", str(folder)]
    subprocess.run([*install, *requirements], check=True)
