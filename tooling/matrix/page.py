"""The table of the documentation, made of the matrix and its results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from workspace import ROOT

from .outcome import NEVER, Outcome
from .plan import Cell, Plan

PAGE = ROOT / "docs" / "compatibility.md"
#: Whose versions are told; the results have all of them.
TOLD = (
    "flask",
    "werkzeug",
    "sqlalchemy",
    "flask-sqlalchemy",
    "flask-migrate",
    "alembic",
    "msgspec",
)
HEAD = """\
<!-- Written by `nox -s matrix`; do not edit. -->

# Compatibility

**Problem.** Two packages that were each tested alone meet in your application for the first
time. What installs without a warning may still fail at run time, and what worked yesterday is not
what an installer picks today.

**Solution.** One matrix: our packages from built wheels, in a fresh environment for each cell,
with the oldest and the newest releases that their metadata allow, and the packages' own tests run
there against what is installed. This is what came of it.

```shell
nox -s matrix                # all of it; a leg with `-- --leg overlays`
nox -s matrix -- --short     # what is run before every merge
```

The cells are data, `integration/matrix.toml`, and so is what came of them,
`integration/matrix-results.json`, with every version that was installed. A Python or a server that
the machine lacks is *not run*; it never counts as passed. `STACK_PYTHONS` names folders with
Pythons that are not on the `PATH`.
"""


def render(plan: Plan, known: Mapping[str, Outcome]) -> str:
    """Return the page."""
    parts = [HEAD, *_legs(plan, known), *_words(plan)]
    return "\n".join(parts)


def _legs(plan: Plan, known: Mapping[str, Outcome]) -> Iterator[str]:
    for name, cells in plan.legs():
        extent = plan.extents[cells[0].extent]["about"]
        yield f"## {name.capitalize()}\n\nOf each package, {extent}.\n"
        yield _table(cells, known)
        yield from _reasons(cells, known)
    yield "## What was installed\n"
    yield _versions(plan, known)


def _table(cells: Iterable[Cell], known: Mapping[str, Outcome]) -> str:
    rows = [
        "| Python | versions | packages | database | outcome |",
        "| --- | --- | --- | --- | --- |",
    ]
    for cell in cells:
        found = _find(cell, known)
        rows.append(
            f"| {found.python or cell.python} | {cell.overlay} | {cell.combination}"
            f" | {cell.database} | {_tell(found)} |"
        )
    return "\n".join(rows) + "\n"


def _tell(found: Outcome) -> str:
    if found.verdict == "not run":
        return f"not run: {_escape(found.reason)}"
    counts = f"{found.passed:,} passed"
    counts += f", {found.skipped} skipped" if found.skipped else ""
    if found.verdict == "passed":
        return counts
    return f"**failed**: {counts}, {found.failed} failed" if found.failed else "**failed**"


def _reasons(cells: Iterable[Cell], known: Mapping[str, Outcome]) -> Iterator[str]:
    failed = {
        cell.id: found for cell in cells if (found := _find(cell, known)).verdict == "failed"
    }
    lines = [f"- `{name}`: {_escape(found.reason)}" for name, found in failed.items()]
    if lines:
        yield "\n".join(lines) + "\n"


def _versions(plan: Plan, known: Mapping[str, Outcome]) -> str:
    rows = [f"| | {' | '.join(TOLD)} |", "| --- |" + " --- |" * len(TOLD)]
    seen: dict[tuple[str, ...], list[str]] = {}
    for cell in plan.cells():
        versions = _find(cell, known).versions
        if versions and cell.combination == "whole":
            told = tuple(versions.get(name, "–") for name in TOLD)
            seen.setdefault(told, []).append(cell.overlay)
    for told, overlays in seen.items():
        rows.append(f"| {', '.join(dict.fromkeys(overlays))} | {' | '.join(told)} |")
    return "\n".join(rows) + "\n"


def _words(plan: Plan) -> Iterator[str]:
    yield "## What the words mean\n"
    lines = [f"- **{each.name}**: {each.about}." for each in plan.overlays.values()]
    lines += [
        f"- **{each.name}**: {', '.join(f'`{line}`' for line in each.install)}."
        for each in plan.combinations.values()
    ]
    yield "\n".join(lines) + "\n"


def _find(cell: Cell, known: Mapping[str, Outcome]) -> Outcome:
    return known.get(cell.id, Outcome("not run", NEVER))


def _escape(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\`*_<>[]|{}" else sign for sign in text)
