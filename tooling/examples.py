"""A pytest plugin that runs the examples in READMEs, in the documentation and in docstrings.

Each page has a namespace and a temporary folder of its own. In Markdown,

- a ``python`` block is run in the page's namespace, and one with ``>>>`` as doctest runs it;
- a ``code-block`` whose caption is a file's name is written to the page's folder as that file;
- a ``console`` block runs what stands after ``$`` there and compares what is printed; ``...``
  stands for anything.

Other blocks, such as ``shell`` and ``text``, are only shown. In docstrings, ``>>>`` and
``code-block:: python`` are run.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sybil import Document, Example, Lexeme, Region, Sybil
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.evaluators.python import PythonEvaluator
from sybil.integration.pytest import SybilFile
from sybil.parsers.abstract.doctest import DocTestStringParser
from sybil.parsers.rest import DocTestParser, PythonCodeBlockParser
from xdist.scheduler import LoadScopeScheduling

from workspace import ROOT, packages

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
#: A fenced block of Markdown: its kind, MyST's options of a directive, and its text.
FENCE = re.compile(
    r"^(?P<fence>`{3,})(?:\{code-block\} +)?(?P<kind>\w+)[ \t]*\n"
    r"(?P<options>(?::[\w-]+:[^\n]*\n)*)(?P<text>.*?)^(?P=fence)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
CAPTION = re.compile(r"^:caption: *(?P<name>\S+) *$", re.MULTILINE)
GROUP = re.compile(r"""mark\.xdist_group\(["'](?P<name>\w+)["']\)""")
#: The longest that one command of an example may take, in seconds.
PATIENCE = 120


def write_file(example: Example) -> None:
    """Write a block with a caption to the page's folder."""
    name, text = example.parsed
    target = example.namespace["page_folder"] / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")


def commands(text: str) -> list[tuple[str, str]]:
    """Split a console block into its commands and what each is said to print."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append((line[2:], ""))
        elif found[-1][0].endswith("\\\n") and not found[-1][1]:
            found[-1] = (found[-1][0] + line, "")
        else:
            found[-1] = (found[-1][0], found[-1][1] + line)
    return found


def console_environment(home: Path) -> dict[str, str]:
    """Return the environment of a command: the tests' programs and a home of its own."""
    kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**kept, "PATH": path, "HOME": str(home), "COLUMNS": "100", "NO_COLOR": "1"}


def run_console(example: Example) -> str | None:
    """Run the commands of a block one after the other and compare what they print."""
    home = example.namespace["page_folder"]
    for command, expected in commands(example.parsed):
        where = home / ".console-folder"
        done = subprocess.run(
            ["bash", "-c", f"{command}\nstatus=$?; pwd > '{where}'; exit $status"],
            cwd=where.read_text().strip() if where.exists() else home,
            env=console_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if not expected and done.returncode:
            return f"'{command.strip()}' ended with {done.returncode}:\n{done.stdout}"
        if expected and not doctest.OutputChecker().check_output(expected, done.stdout, OPTIONS):
            return f"'{command.strip()}' printed\n{done.stdout}\ninstead of\n{expected}"
    return None


def parse_blocks(document: Document) -> Iterable[Region]:
    """Yield the blocks of a Markdown page that something is done with."""
    doctests = DocTestStringParser(DocTestEvaluator(OPTIONS))
    for match in FENCE.finditer(document.text):
        start, text = match.start("text"), match["text"]
        caption = CAPTION.search(match["options"])
        if caption:
            yield Region(*match.span(), (caption["name"], text), write_file)
        elif match["kind"] == "console":
            yield Region(*match.span(), text, run_console)
        elif match["kind"] in {"python", "pycon"} and ">>>" in text:
            for region in doctests(text, document.path):
                yield Region(
                    start + region.start, start + region.end, region.parsed, region.evaluator
                )
        elif match["kind"] == "python":
            lines = document.text[match.start() : start].count("\n")
            lexeme = Lexeme(text, start - match.start(), lines - 1)
            yield Region(*match.span(), lexeme, PythonEvaluator())


def open_page(namespace: dict[str, Any]) -> None:
    """Give a page its folder and the name that ``Flask(__name__)`` reads."""
    namespace["page_folder"] = Path(tempfile.mkdtemp(prefix="page-"))
    namespace["__name__"] = "example"


def close_page(namespace: dict[str, Any]) -> None:
    """Remove a page's folder."""
    shutil.rmtree(namespace["page_folder"])


@pytest.fixture
def in_page_folder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run an example in its page's folder, where ``Flask`` then puts its instance folder."""
    monkeypatch.chdir(request.node.example.namespace["page_folder"])


PAGES = Sybil([parse_blocks], setup=open_page, teardown=close_page, fixtures=["in_page_folder"])
DOCSTRINGS = Sybil(
    [DocTestParser(OPTIONS), PythonCodeBlockParser()],
    setup=open_page,
    teardown=close_page,
    fixtures=["in_page_folder"],
)
_READMES = {package.folder / "README.md" for package in packages()}
_SOURCES = {file for package in packages() for file in package.sources()}


def is_page(file: Path) -> bool:
    """Tell whether a Markdown file is documentation of ours."""
    if file in _READMES or file.parent == ROOT:
        return True
    return (ROOT / "docs") in file.parents and "_build" not in file.parts


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect pages and the docstrings of our packages."""
    if file_path.suffix == ".md" and is_page(file_path):
        return SybilFile.from_parent(parent, path=file_path, sybils=[PAGES])
    if file_path in _SOURCES and "scaffold" not in file_path.parts:
        return SybilFile.from_parent(parent, path=file_path, sybils=[DOCSTRINGS])
    return None


@cache
def find_group(file: str) -> str | None:
    """Return the group in which a file asks, by pytest-xdist's marker, to stay on one worker."""
    path = ROOT / file
    named = GROUP.search(path.read_text("utf-8")) if path.suffix == ".py" else None
    return named["name"] if named else None


class PageScheduling(LoadScopeScheduling):
    """Deals tests out to workers one by one, but the examples of a page together.

    They share a namespace and a folder. The marker that pytest-xdist has for it does nothing
    under pytest 9.2, where a test's id can no longer be changed; here it holds for a whole file.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, rest = nodeid.partition("::")
        return file if rest.startswith("line:") else find_group(file) or nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> PageScheduling:
    """Keep the examples of one page together."""
    return PageScheduling(config, log)
