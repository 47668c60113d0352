"""Where the next revision goes, what it comes after, and what it depends on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from alembic.util import CommandError, to_tuple

from stack_core import Registry

from .aim import Aim
from .branch import Branch
from .catalogue import Catalogue

_NAMED = re.compile(r",\s*name=op\.f\('[^']*'\)")


def complete(revisions: Catalogue, revid: str, given: dict[str, Any]) -> str:
    """Fill in what Alembic was not told about a new revision, and return its name.

    :param given: the arguments of ``generate_revision``, changed in place.
    :raises CommandError: it would go into the branch of an extension.
    """
    author = revisions.scope.author
    if author is not None:
        return _complete_shipped(revisions, author, given)
    given["head"] = heads = _find_heads(revisions, given.get("head") or "head")
    _refuse_shipped(revisions, heads)
    if revisions.mixed:
        names = [branch.name for branch in revisions.scope.branches]
        needed = _needed(revisions, names, heads)
        given["depends_on"] = [*to_tuple(given.get("depends_on"), ()), *needed] or None
        if given.get("version_path") is None and len(revisions.own_places) == 1:
            given["version_path"] = str(revisions.own_places[0])
    return revid


def _complete_shipped(revisions: Catalogue, author: Branch, given: dict[str, Any]) -> str:
    scripts = [s for s in revisions.walk_revisions() if revisions.find_branch(s) == author]
    heads = sorted(script.revision for script in scripts if script.is_head)
    if len(heads) > 1:
        raise CommandError(
            f"The branch of {author.name!r} has several heads: {', '.join(heads)}."
            " Number its revisions one after the other."
        )
    last = int(heads[0].rpartition("_")[2]) if heads else 0
    given["head"] = heads[0] if heads else "base"
    given["branch_labels"] = None if heads else author.name
    given["version_path"] = str(author.path)
    extension: Any = Registry.of(revisions.scope.app)[author.name].extension
    # A bare Database has no branch, so that nobody's tables can depend on db's.
    required = [name for name in extension.requires if name != "db"]
    given["depends_on"] = _needed(revisions, required, heads) or None
    revisions.file_template = "%(rev)s_%(slug)s"
    for key in ("upgrades", "downgrades"):
        if key in given:
            # A shipped constraint takes the name that the application's convention gives it.
            given[key] = _NAMED.sub("", given[key])
    return f"{author.name}_{last + 1:03d}"


def _find_heads(revisions: Catalogue, head: Any) -> Any:
    """Return what a new revision comes after; ``head`` and ``heads`` are the application's."""
    if not isinstance(head, str):
        found: list[Any] = []
        for each in head:
            more = _find_heads(revisions, each)
            found += [more] if isinstance(more, str) else more
        return tuple(found)
    if head == "heads" and revisions.mixed:
        return tuple(script.revision for script in revisions.own_heads())
    if head == "head":
        return Aim(revisions).head() or "base"
    return head


def _refuse_shipped(revisions: Catalogue, heads: Any) -> None:
    for head in (heads,) if isinstance(heads, str) else heads:
        for script in revisions.get_revisions(head):
            if not revisions.is_own(script):
                raise CommandError(
                    f"{script.revision!r} is no revision of the application, so none of its own"
                    " can come after it. The author of an extension writes flask db migrate"
                    " --extension NAME."
                )


def _needed(revisions: Catalogue, names: Iterable[str], heads: Any) -> Sequence[str]:
    """Return the heads of branches that are not needed yet by what a revision comes after.

    One that another of them needs is left out: Alembic looks for a row of each in its table.
    """
    wanted = [name for name in revisions.get_heads() if _is_of(revisions, name, names)]
    before = [script.revision for script in revisions.get_revisions(heads)]
    return sorted(
        name
        for name in wanted
        if name not in revisions.closure([*before, *(each for each in wanted if each != name)])
    )


def _is_of(revisions: Catalogue, revision: str, names: Iterable[str]) -> bool:
    branch = revisions.find_branch(revisions.get_revision(revision))
    return branch is not None and branch.name in names
