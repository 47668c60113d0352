"""What is pinned in two places is pinned to the same."""

from __future__ import annotations

import re

import lock
from demo.archive import ARCHIVE
from demo.workshop import FEATURE
from launch import ROOT

TOOLS = ROOT / "tooling" / "launch" / "tools.txt"


def test_tools_are_those_of_the_lock() -> None:
    """The two commands run with the nox and the uv that development runs with."""
    tools = {str(pin): sorted(hashes) for pin, hashes in lock.entries(clean(TOOLS.read_text()))}
    locked = {str(pin): sorted(hashes) for pin, hashes in lock.entries(lock.LOCKED.read_text())}
    assert {"nox", "uv"} <= {pin.split("==")[0] for pin in tools}
    assert {pin: hashes for pin, hashes in locked.items() if pin in tools} == tools


def test_data_is_what_the_feature_reads() -> None:
    """The archive that is fetched is the one that the load accepts."""
    (read,) = re.findall(r'SHA256 = "([0-9a-f]{64})"', (FEATURE / "archive.py").read_text())
    assert ARCHIVE.sha256 == read


def clean(text: str) -> str:
    """A lock without the comments that say who asked for what."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
