"""Rows held against an inventory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .finding import CHECKS, Finding
from .inventory import Distribution, Inventory
from .row import ABSENT, Row
from .source import Hit, Source

#: What ``judge_rows`` uses for a row whose use was not asked for.
_ALWAYS = Hit("", 0, "")


def judge_rows(inventory: Inventory, rows: Iterable[Row], source: Source) -> Iterator[Finding]:
    """Yield the rows that bite here.

    :param source: where the patterns of those that only bite in use are looked for.
    """
    biting = [
        (row, installed)
        for row in rows
        if (installed := inventory.get(row.dist)) and applies(row, installed, inventory)
    ]
    in_use = {row.id for row, _ in biting if _is_in_use(row, inventory)}
    sought = {row.id: row.code for row, _ in biting if row.code and row.id not in in_use}
    hits = source.find_all(sought)
    for row, installed in biting:
        hit = _ALWAYS if row.id in in_use else hits.get(row.id)
        if hit is not None:
            yield tell_row(row, _describe(row, installed, inventory), hit)


def applies(row: Row, installed: Distribution, inventory: Inventory) -> bool:
    """Tell whether the releases are those of a row, whatever the code does."""
    if row.range and not installed.meets(row.specifier):
        return False
    if not row.with_:
        return True
    other = inventory.get(row.with_)
    if other is None:
        return inventory.complete and (row.with_range == ABSENT or row.or_absent)
    return row.with_range != ABSENT and other.meets(row.with_specifier)


def judge_open(inventory: Inventory, rows: Iterable[Row]) -> Iterator[Finding]:
    """Yield the breaks that a file lets in: it pins one half, and leaves the other open.

    An installer takes the newest release that the file allows; whether that is one of those that
    break, the row's own proof tells: its bad point is such a release.
    """
    if inventory.complete:
        return
    for row in rows:
        installed = inventory.get(row.dist)
        if row.kind not in ("break", "abandoned") or row.with_ in ("", "python"):
            continue
        if installed is None or not installed.meets(row.specifier) or inventory.get(row.with_):
            continue
        range_ = inventory.open_ranges.get(row.with_, "")
        if row.with_range != ABSENT and _lets_in(row, range_):
            left = f"leaves {row.with_} open" + (f" ({range_})" if range_ else "")
            yield Finding(
                f"lock-open:{row.id}", "lock-open", CHECKS["lock-open"].severity,
                f"{installed.name} {installed.release} is pinned, and the file {left}:"
                f" {row.with_}{row.with_range} fails with it ({row.symptom}).",
                row.fix, (row.dist, row.with_), row.symptom, row.source,
            )  # fmt: skip


def _lets_in(row: Row, range_: str) -> bool:
    """Tell whether a range lets in the release of a row's bad point."""
    pins = (pin.partition("==") for pin in row.proof.get("bad", ()))
    bad = next((version for name, _, version in pins if name == row.with_ and version), "")
    return not bad or not range_ or Distribution(row.with_, bad).within(range_)


def _is_in_use(row: Row, inventory: Inventory) -> bool:
    """Tell whether a row bites whatever the source says: by itself, or by a companion."""
    if not row.code and not row.companions:
        return True
    for name, range_ in row.companions.items():
        companion = inventory.get(name)
        if companion is not None and companion.within(range_):
            return True
    return False


def _describe(row: Row, installed: Distribution, inventory: Inventory) -> str:
    first = f"{installed.name} {installed.release}"
    if not row.with_:
        return first
    other = inventory.get(row.with_)
    if other is None:
        return f"{first} without {row.with_}"
    return f"{first} with {other.name} {other.release}"


_WORDS = {
    "break": "{pair} fails ({stage})",
    "abandoned": "{pair} fails ({stage}), and no release of {dist} mends it",
    "conditional": "{pair} fails in a use that is found here ({stage})",
    "behaviour": "{pair} behaves otherwise than expected ({stage})",
    "missing": "{pair} fails in a use that is found here ({stage})",
    "api-break": "{pair} no longer has what the code calls",
    "yanked": "{pair} was withdrawn by its authors",
    "file-clash": "{pair}: both own the same modules",
}


def tell_row(row: Row, pair: str, hit: Hit) -> Finding:
    """Return the finding of a row.

    :param pair: what was found of it, in words.
    """
    check = f"row-{row.kind}"
    words = _WORDS[row.kind].format(pair=pair, dist=row.dist, stage=row.stage)
    note = f" ({row.note})" if row.note else ""
    names = (row.dist, row.with_) if row.with_ and row.with_ != "python" else (row.dist,)
    return Finding(
        row.id, check, CHECKS[check].severity, f"{words}: {row.symptom}{note}", row.fix, names,
        row.symptom, row.source, hit.file, hit.line,
    )  # fmt: skip
