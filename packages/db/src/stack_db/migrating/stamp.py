"""Recording where a database is, without touching the branches that were not named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from alembic.runtime.migration import MigrationContext, StampStep
from alembic.util import CommandError, to_tuple

from .aim import Aim
from .catalogue import Catalogue
from .progress import Progress
from .step import keeps


def find_steps(revisions: Catalogue, words: Any, heads: Any) -> Sequence[StampStep]:
    """Return what to remove from Alembic's table and what to write into it.

    A revision that another one depends on has no row of its own there; when the other one goes,
    it needs one.

    :param words: revisions, ``head`` for those of all branches, ``base`` for the application's.
    :param heads: what the table has.
    :raises CommandError: a revision would be applied without one that it needs.
    """
    applied = revisions.closure(to_tuple(heads, ()))
    for word in to_tuple(words, ()) or ("base",):
        applied = _apply(revisions, word, applied)
    _refuse_gap(revisions, applied)
    implied = {need for name in applied for need in _parents(revisions, name)}
    wanted = applied - implied
    now = set(to_tuple(heads, ()))
    map_ = revisions.revision_map
    return [
        *(StampStep(name, None, False, True, map_) for name in sorted(now - wanted)),
        *(StampStep((), name, True, True, map_) for name in sorted(wanted - now)),
    ]


def run(steps: Iterable[StampStep], context: MigrationContext) -> Iterator[StampStep]:
    """Yield the steps; who says where the database is has ended what stopped half-way."""
    yield from steps
    if keeps(context) and context.connection is not None:
        Progress(context.connection).drop()


def _apply(revisions: Catalogue, word: str, applied: set[str]) -> set[str]:
    if word in ("head", "heads"):
        if word == "head":
            Aim(revisions).head()
        return revisions.closure(revisions.get_heads())
    label, _, symbol = word.rpartition("@")
    if symbol == "base":
        return applied - _members(revisions, label)
    targets = [script.revision for script in revisions.get_revisions(word)]
    for target in targets:
        applied = applied - _descendants(revisions, target)
    return applied | revisions.closure(targets)


def _parents(revisions: Catalogue, name: str) -> Sequence[str]:
    return revisions.parents(revisions.get_revision(name))


def _descendants(revisions: Catalogue, name: str) -> set[str]:
    """Return what comes after a revision on its own branch."""
    waiting, found = [name], set[str]()
    while waiting:
        following = revisions.get_revision(waiting.pop()).nextrev
        waiting += following - found
        found |= following
    return found


def _refuse_gap(revisions: Catalogue, applied: set[str]) -> None:
    for name in sorted(applied):
        missing = sorted(set(_parents(revisions, name)) - applied)
        if missing:
            raise CommandError(
                f"Revision {name!r} needs {missing[-1]!r}, so a database that has the one has the"
                f" other. Stamp what comes before {name!r} first."
            )


def _members(revisions: Catalogue, label: str) -> set[str]:
    """Return the revisions of a branch; without a label, the application's own."""
    if not label:
        return {s.revision for s in revisions.walk_revisions() if revisions.is_own(s)}
    return {s.revision for s in revisions.walk_revisions() if label in s.branch_labels}
