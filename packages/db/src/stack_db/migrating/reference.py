"""Revisions that name others: whose is one that is missing, and what to do then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alembic.script.base import Script
from alembic.util import CommandError, to_tuple

from .catalogue import Catalogue, find_owner


def check_names(revisions: Catalogue, scripts: Iterable[Script]) -> None:
    """Check how extensions name their revisions and label their branch.

    :raises CommandError: one is named otherwise, or its first has no label.
    """
    for script in scripts:
        branch = revisions.find_branch(script)
        if branch is None:
            continue
        fault = branch.migrations.check(script.revision)
        labels = script._orig_branch_labels or ()
        if fault is None and script.down_revision is None and branch.name not in labels:
            fault = (
                f"{script.revision!r} begins the branch of {branch.name!r} without its label."
                f" Write branch_labels = ({branch.name!r},) in it."
            )
        if fault is not None:
            raise CommandError(fault)


def check_references(revisions: Catalogue, scripts: Sequence[Script]) -> None:
    """Check that what revisions come after, or depend on, is there.

    Alembic would stop with a ``KeyError``.

    :raises CommandError: something is not; says whose it is and what to do.
    """
    known = {script.revision for script in scripts}
    known |= {label for script in scripts for label in script._orig_branch_labels or ()}
    for script in scripts:
        needed = [*to_tuple(script.down_revision, ()), *to_tuple(script.dependencies, ())]
        for revision in needed:
            if revision not in known:
                raise CommandError(_explain(revisions, f"Revision {script.revision!r}", revision))


def explain_unknown(revisions: Catalogue, revision: str) -> str:
    """Say what to do about a database that is at a revision that is not here."""
    return _explain(revisions, "The database", revision)


def _explain(revisions: Catalogue, who: str, revision: str) -> str:
    owner = find_owner(revision)
    verb = "is at" if who == "The database" else "needs"
    if owner and revisions.scope.find(owner):
        return (
            f"{who} {verb} {revision!r}, which the installed release of {owner!r} does not have"
            " yet. Install the newer release."
        )
    if owner:
        return (
            f"{who} {verb} {revision!r} of the extension {owner!r}, which is not on this"
            f" application. Put it back, or run flask db forget {owner}."
        )
    if who == "The database":
        return (
            f"Can't locate revision identified by {revision!r}: the database is newer than this"
            " code. Deploy the code that has this revision, and run it there."
        )
    return (
        f"{who} needs {revision!r}, which is not among the revisions."
        " Restore its file from version control."
    )
