"""Finds tests by the ids with which other files name them."""

from __future__ import annotations

import ast
from pathlib import Path

from workspace import ROOT


def is_test(identity: str, root: Path = ROOT) -> bool:
    """Tell whether ``folder/test_subject.py::test_name`` is a test of this repository."""
    path, _, name = identity.partition("::")
    file = root / path
    if not name.startswith("test_") or not file.is_file() or not file.name.startswith("test_"):
        return False
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in nodes)
