"""A pytest plugin that writes the outcome of every test to a file.

Loaded with ``-p outcomes``; the file is named by ``UPSTREAM_OUTCOMES``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest


class Outcomes:
    """Keeps one word for each test: passed, failed, error or skipped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._words: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the outcome of one phase; a later phase can only make it worse."""
        if report.failed:
            word = "failed" if report.when == "call" else "error"
            self._words[report.nodeid] = word
        elif report.skipped:
            self._words.setdefault(report.nodeid, "skipped")
        elif report.when == "call":
            self._words.setdefault(report.nodeid, "passed")

    def pytest_sessionfinish(self) -> None:
        """Write the file."""
        self._path.write_text(json.dumps(self._words), "utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Start to record."""
    config.pluginmanager.register(Outcomes(Path(os.environ["UPSTREAM_OUTCOMES"])))
