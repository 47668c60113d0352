"""The roof, which is released last, and not before everything that it promises is there.

pip only warns of an extra that it does not know and falls back to an older release that lacks it.
A roof that went out without one of its parts would be that older release for ever.
"""

from __future__ import annotations

from collections.abc import Container

from workspace import Package

ROOF = "stack"
PARTS = ("db", "forms", "auth", "rest", "admin", "testing")
"""The extras that the roof has from its first release on, each of ``stack-<part>``."""


def find_missing_parts(roof: Package, released: Container[str]) -> str:
    """Return what keeps the roof from being released, as a sentence; empty when nothing does.

    :param released: the distributions that have a release, or have one in this wave.
    """
    owners = {
        line.name: None
        for extra in roof.extras.values()
        for line in extra
        if line.name.startswith(f"{ROOF}-")
    }
    parts = dict.fromkeys([*(f"{ROOF}-{part}" for part in PARTS), *owners])
    late = [name for name in parts if name not in released]
    undeclared = [part for part in PARTS if part not in roof.extras]
    reasons = [f"{_join(late)} {'have' if len(late) > 1 else 'has'} no release"] if late else []
    if undeclared:
        reasons.append(f"the roof declares no extra {_join(undeclared)}")
    if not reasons:
        return ""
    return f"{ROOF} is not released before all its parts are: {', and '.join(reasons)}."


def _join(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
