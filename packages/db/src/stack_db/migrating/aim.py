"""What ``head``, ``base``, ``+1`` and ``-1`` mean beside the branches of extensions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from alembic.script.base import Script
from alembic.util import CommandError, to_tuple

from .catalogue import Catalogue

_RELATIVE = re.compile(r"[+-]\d+")


class Aim:
    """Turns a word without a branch into revisions of the application.

    A word that names a branch or a revision is handed on as it is: ``db@base`` does what it says.
    """

    def __init__(self, revisions: Catalogue) -> None:
        self._revisions = revisions

    def head(self) -> str | None:
        """Return the application's head, or None if it has no revision yet.

        :raises CommandError: it has several.
        """
        heads = sorted(script.revision for script in self._revisions.own_heads())
        if len(heads) > 1:
            named = ", ".join(map(repr, heads))
            raise CommandError(
                f"Multiple head revisions are present: {named}. Join them with flask db merge"
                " heads, or name the one that you mean; 'heads' are all of them."
            )
        return heads[0] if heads else None

    def up(self, destination: Any, current: Any) -> Any:
        """Return what an upgrade goes to: ``head`` is the head of every branch.

        :raises CommandError: the application has several heads, or too few revisions.
        """
        if destination == "head":
            self.head()
            return "heads"
        relative = isinstance(destination, str) and _RELATIVE.fullmatch(destination)
        if relative and destination[0] == "+" and self._revisions.mixed:
            return self._climb(int(destination), current)
        return destination

    def down(self, destination: Any, current: Any) -> Sequence[Any]:
        """Return what a downgrade goes to, for each of the application's bases.

        :raises CommandError: nothing of the application is applied.
        """
        if not self._revisions.mixed or not isinstance(destination, str):
            return (destination,)
        if destination == "base":
            bases = (self._revisions.get_revision(b) for b in self._revisions.get_bases())
            return [f"{b.revision}@base" for b in bases if self._revisions.is_own(b)]
        if _RELATIVE.fullmatch(destination):
            at = self._current(current)
            if at is None:
                raise CommandError(
                    "No revision of the application is applied, so there is none to take back."
                    " For an extension's, name its branch, as in: flask db downgrade -- db@-1"
                )
            # With the revision as its branch, what comes before the first is its base only.
            return (f"{at.revision}@{at.revision}{destination}",)
        return (destination,)

    def _current(self, current: Any) -> Script | None:
        """Return the application's revision that the database is at.

        :raises CommandError: there are several.
        """
        scripts = self._revisions.get_all_current(to_tuple(current, ()))
        own = sorted(s.revision for s in scripts if self._revisions.is_own(s))
        if len(own) > 1:
            named = ", ".join(map(repr, own))
            raise CommandError(
                f"The database is at several revisions of the application: {named}."
                " Name the revision that you want to go to."
            )
        return self._revisions.get_revision(own[0]) if own else None

    def _climb(self, steps: int, current: Any) -> str:
        at = self._current(current)
        for _ in range(steps):
            following = [s for s in self._following(at) if self._revisions.is_own(s)]
            if len(following) != 1:
                what = "several revisions" if following else "no revision"
                raise CommandError(
                    f"Relative revision +{steps} didn't produce {steps} migrations: {what} of the"
                    f" application after {at.revision if at else 'base'!r}. Name the revision."
                )
            at = following[0]
        return at.revision if at else "heads"

    def _following(self, script: Script | None) -> Sequence[Script]:
        names = self._revisions.get_bases() if script is None else script.nextrev
        return [self._revisions.get_revision(name) for name in names]
