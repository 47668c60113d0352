"""Follows the tutorial about extensions and renews what it makes, the greeter.

``python integration/strangers/tutorial.py``: a command is run, a file written, block by block.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sybil import Document

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "extension-tutorial.md"
NAME = "greeter"
#: What running an extension leaves beside its files.
LEFT = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", "instance"}


def follow(folder: Path) -> Path:
    """Do in a folder what the page says, and return what it has made.

    :raises AssertionError: a block fails, or prints something else than the page says.
    """
    from examples import parse_blocks  # it needs the tests' libraries

    text = PAGE.read_text("utf-8")
    for region in parse_blocks(Document(text, str(PAGE))):
        step: Any = SimpleNamespace(parsed=region.parsed, namespace={"page_folder": folder})
        assert region.evaluator is not None
        failure = region.evaluator(step)
        assert failure is None, failure
    return folder / NAME


def read_tree(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by its path, without what running leaves."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not LEFT & {*file.relative_to(folder).parts}
    }


def main() -> None:
    """Put what the page makes in the place of what is here."""
    with tempfile.TemporaryDirectory() as folder:
        files = read_tree(follow(Path(folder)))
    shutil.rmtree(HERE / NAME, ignore_errors=True)
    for name, content in files.items():
        (HERE / NAME / name).parent.mkdir(parents=True, exist_ok=True)
        (HERE / NAME / name).write_bytes(content)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tooling"))
    main()
