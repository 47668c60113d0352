"""Holds what a demo answers and keeps after an upgrade against what it did before."""

from __future__ import annotations

import re

from launch import Trouble

from .questions import Answers

Counts = dict[str, int]


def compare(before: Answers, after: Answers, kept: Counts, now: Counts) -> None:
    """Refuse an answer that is another one, or a table that has another number of rows.

    :param kept: the rows of each table before the upgrade; ``now`` are those after it.
    :raises Trouble: something differs.
    """
    for path, answer in before.items():
        if after[path] != answer:
            raise Trouble(f"'{path}' answers otherwise after the upgrade: {after[path]!s:.300}")
    _compare_counts(kept, now)


def compare_data(before: Answers, after: Answers, kept: Counts, now: Counts) -> None:
    """Refuse a value that is another one or gone; new ones beside it are fine, and new words.

    :raises Trouble: something was lost.
    """
    for path, (status, _, items) in before.items():
        found = after[path]
        if len(found.items) < len(items):
            raise Trouble(f"'{path}' gives {len(found.items)} of {len(items)} after the upgrade.")
        changed = [
            (old, new)
            for old, new in zip(items, found.items, strict=False)
            if any(new.get(name) != value for name, value in old.items())
        ]
        if found.status != status or changed:
            raise Trouble(f"'{path}' lost data in the upgrade: {found.status} {changed!s:.300}")
    _compare_counts(kept, now)


def _compare_counts(kept: Counts, now: Counts) -> None:
    lost = {name: (rows, now.get(name)) for name, rows in kept.items() if now.get(name) != rows}
    # The table of revisions grows with them, and an index of the search is made anew.
    lost = {name: rows for name, rows in lost.items() if not re.search("alembic|_search", name)}
    if lost:
        raise Trouble(f"Rows were lost or made in the upgrade: {lost}.")
