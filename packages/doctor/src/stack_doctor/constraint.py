"""Rows and the tested set as lines of a constraints file, which installers obey with ``-c``.

Of two releases that break each other a constraint can exclude only one, whatever the other is. So
the lines are made for the tested set: an exclusion is written where all that the set allows of the
other half breaks it, and then no healthy set is lost. What cannot be said so is a comment.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from .inventory import Distribution
from .row import ABSENT, Row

SCHEMA = 1


@dataclass(frozen=True)
class Rendered:
    """A row as a line, or as a comment that says why it is none."""

    row: Row
    line: str
    reason: str = ""


@dataclass(frozen=True)
class Tested:
    """The tested set: the ranges that the extras of ``stack`` carry, and Flask's own.

    :param python: the range of Pythons that it is tested with.
    """

    python: str
    ranges: Mapping[str, str]


def read_tested() -> Tested:
    """Return the tested set of this release."""
    with open(os.path.join(os.path.dirname(__file__), "tested.json"), encoding="utf-8") as file:
        content = json.load(file)
    assert content["schema"] == SCHEMA
    return Tested(content["python"], content["ranges"])


def render_constraints(rows: Iterable[Row], tested: Mapping[str, str], python: str) -> str:
    """Return the text of a constraints file.

    :param python: the version of the Python that it is for.
    """
    rendered = [render_row(row, tested, python) for row in rows]
    lines = ["# Written by `stack constraints`: for `pip install -c` and `uv pip install -c`."]
    lines += [f"# For Python {python}.", "", "# The tested set."]
    lines += [f"{name}{range_}" for name, range_ in sorted(tested.items())]
    lines += ["", "# Known conflicts with it: these releases fail, whatever their metadata say."]
    lines += list(_merge(each for each in rendered if each.line))
    lines += ["", "# Known conflicts that no constraint can tell; `stack doctor` finds them."]
    lines += [f"# {each.row.id}: {each.reason}" for each in rendered if not each.line]
    return "\n".join(lines) + "\n"


def _merge(rendered: Iterable[Rendered]) -> Iterator[str]:
    """Yield each line once, with the ids of its rows."""
    found: dict[str, list[str]] = {}
    for each in rendered:
        found.setdefault(each.line, []).append(each.row.id)
    for line, ids in sorted(found.items()):
        yield f"{line}  # {', '.join(ids)}"


def render_row(row: Row, tested: Mapping[str, str], python: str) -> Rendered:
    """Return what a constraints file says of a row."""
    if row.kind not in ("break", "abandoned", "yanked"):
        return Rendered(row, "", "it only fails in a use" if row.kind != "file-clash" else
                        "two distributions that do not go together")  # fmt: skip
    if row.with_ == "python":
        if not Distribution("python", python).meets(row.with_specifier):
            return Rendered(row, "", f"it is none on Python {python}")
    elif row.with_ and not _always_meets(tested.get(row.with_), row):
        return Rendered(row, "", f"it depends on the release of {row.with_}")
    excluded = _exclude(row)
    if excluded is None:
        return Rendered(row, "", "its range has no other end")
    return Rendered(row, f"{row.dist}{excluded}")


def _always_meets(range_: str | None, row: Row) -> bool:
    """Tell whether every release that the tested set allows of the other half breaks it."""
    if range_ is None or row.with_range == ABSENT:
        return False
    floors = [Version(each.version) for each in SpecifierSet(range_) if each.operator == ">="]
    bounds = list(row.with_specifier)
    # A range without an upper end holds all above its floor.
    open_above = all(each.operator in (">=", ">") for each in bounds)
    return bool(floors) and open_above and row.with_specifier.contains(max(floors))


def _exclude(row: Row) -> str | None:
    """Return the range that is left when the releases of a row are excluded."""
    bounds = {each.operator: each.version for each in row.specifier}
    upper = {"<": ">=", "<=": ">"}
    if set(bounds) <= {">=", "<", "<="}:
        for operator, opposite in upper.items():
            if operator in bounds:
                return f"{opposite}{bounds[operator]}"
        # Every release breaks: nothing is below the lowest.
        return f"<{bounds.get('>=', '0')}"
    if set(bounds) == {"=="}:
        return f"!={bounds['==']}"
    return None
