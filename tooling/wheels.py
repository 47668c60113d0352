"""Builds every package twice, compares the results, installs the wheels and uses them.

What is proven: a build gives the same bytes in another folder at another time, the wheel made
from the sdist is the wheel made from the checkout, and an installation that names the wheels as
files and knows nothing of the workspace works, is complete and stays within its bounds.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from packaging.utils import parse_wheel_filename

from demo.wheels import WHERE, verify
from launch import Trouble
from workspace import ROOT, closure, packages

DISTRIBUTION, EXTRAS = "stack", ("db", "rest")
#: What `stack[db,rest]` may cost: how many distributions of others it brings, and how much all
#: of it weighs without bytecode.
MOST_DISTRIBUTIONS, MOST_MEGABYTES = 16, 27
#: The moment that archives carry, so that they do not depend on the clock.
EPOCH = "1767225600"
LOCKED = ROOT / "tooling" / "locked.txt"
REQUEST = """
from flask import Flask
from stack import Stack

app = Flask("toy")
app.config["TESTING"] = True
Stack("db", "rest").init_app(app)
client = app.test_client()
answer = client.get("/readyz")
assert answer.status_code == 200, answer.text
for path in ("", "/swagger-ui-bundle.js", "/swagger-ui.css", "/init.js", "/page.css"):
    with client.get(f"/api/docs{path}") as shipped:
        assert shipped.status_code == 200, path
for installed in app.extensions["stack"].values():
    shipped = getattr(installed.extension, "migrations", None)
    assert shipped is None or any(shipped.path.glob(f"{shipped.branch}_*.py")), shipped
print("One request:", answer.text.strip())
"""


def stop(sentence: str) -> NoReturn:
    """End with a sentence and exit code 1."""
    raise SystemExit(sentence)


def run(*command: str, cwd: Path | None = None) -> str:
    """Run a command and return what it prints; its failure ends everything."""
    settings = {"SOURCE_DATE_EPOCH": EPOCH, "UV_PYTHON_DOWNLOADS": "never"}
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(
        command, cwd=cwd, env={**kept, **settings}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        stop(f"'{' '.join(command)}' ended with {done.returncode}.\n{done.stdout}{done.stderr}")
    return done.stdout


def build(root: Path, out: Path, *kinds: str) -> dict[str, str]:
    """Build all packages of a checkout and return each file's digest by its name.

    :param kinds: ``--sdist --wheel`` builds both from the checkout; without, the wheel is built
        from the sdist.
    """
    locked = f"--build-constraints={LOCKED}"
    run("uv", "build", "--quiet", "--all-packages", "--no-sources", locked, *kinds,
        f"--out-dir={out}", cwd=root)  # fmt: skip
    files = [file for file in out.iterdir() if file.suffix in {".whl", ".gz"}]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(files)}


def build_twice(out: Path) -> list[str]:
    """Build from the checkout and from a copy of it, and return the names of the equal files."""
    first = build(ROOT, out)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "elsewhere"
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(
            ROOT / "packages", copy / "packages", ignore=ignored, copy_function=shutil.copy
        )
        shutil.copy(ROOT / "pyproject.toml", copy)
        second = build(copy, Path(folder) / "again", "--sdist", "--wheel")
    for name in sorted(first.keys() | second.keys()):
        if first.get(name) != second.get(name):
            stop(f"{name} is another file when it is built again. See what the build reads.")
    if len(first) != 2 * len(packages()):
        stop(f"{len(packages())} packages gave {len(first)} files: {', '.join(first)}.")
    return list(first)


def find_wheels(out: Path) -> dict[str, Path]:
    """Return the wheels that were built, by the names of their distributions."""
    return {str(parse_wheel_filename(file.name)[0]): file for file in out.glob("*.whl")}


def wheel_arguments(files: dict[str, Path]) -> list[str]:
    """Return the wheels that the installation needs, named as files, the roof with its extras."""
    needed = [files[package.distribution] for package in closure(DISTRIBUTION, *EXTRAS)]
    roof = f"{DISTRIBUTION}[{','.join(EXTRAS)}] @ {needed[0].as_uri()}"
    return [roof, *(str(file) for file in needed[1:])]


def install(files: dict[str, Path], venv: Path) -> Path:
    """Install the wheels in a fresh environment and return its Python."""
    run("uv", "venv", "--quiet", f"--python={sys.executable}", str(venv))
    python = venv / "bin" / "python"
    # In the environment's own folder, where no workspace can be found.
    run("uv", "pip", "install", "--quiet", "--no-sources", f"--python={python}",
        f"--constraint={LOCKED}", *wheel_arguments(files), cwd=venv)  # fmt: skip
    run("uv", "pip", "check", "--quiet", f"--python={python}", cwd=venv)
    return python


def weigh(site: Path) -> float:
    """Return the size of everything installed, without bytecode, in megabytes."""
    files: Iterable[Path] = (file for file in site.rglob("*") if file.is_file())
    return sum(file.stat().st_size for file in files if file.suffix != ".pyc") / 1e6


def judge(site: Path, files: dict[str, Path]) -> None:
    """Stop unless every file of ours came from the wheels and the bounds are kept."""
    try:
        own = len(verify(site, files))
    except Trouble as trouble:
        stop(str(trouble))
    weight = weigh(site)
    others = len(list(site.glob("*.dist-info"))) - own
    what = f"{DISTRIBUTION}[{','.join(EXTRAS)}]"
    said = f"{what}: {own} distributions, {others} others, {weight:.1f} MB"
    bounds = f"{MOST_DISTRIBUTIONS} of others and {MOST_MEGABYTES} MB"
    if others > MOST_DISTRIBUTIONS or weight > MOST_MEGABYTES:
        stop(f"{said}; {bounds} are the most.")
    print(f"{said} (at most {bounds})")


def main() -> int:
    """Build, compare, install, judge and use."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where the files go")
    out: Path = parser.parse_args().out
    shutil.rmtree(out, ignore_errors=True)
    names = build_twice(out)
    print(f"{len(names)} files, the same from the checkout, from a copy and from the sdist")
    with tempfile.TemporaryDirectory() as folder:
        files = find_wheels(out)
        python = install(files, Path(folder) / "venv")
        site = Path(run(str(python), "-c", WHERE).strip())
        judge(site, files)
        modules = [package.module.name for package in closure(DISTRIBUTION, *EXTRAS)]
        run(str(python), "-W", "error", "-c", "import " + ", ".join(modules), cwd=Path(folder))
        print(run(str(python), "-c", REQUEST, cwd=Path(folder)), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
