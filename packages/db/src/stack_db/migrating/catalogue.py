"""The revisions of an application and of its extensions, and whose each of them is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from alembic.script.base import Script, ScriptDirectory
from alembic.util import to_tuple

from .branch import Branch, Scope

_SHIPPED = re.compile(r"([a-z][a-z0-9_]*)_[0-9]{3,}")


def find_owner(revision: str) -> str:
    """Return the extension that a revision is named after; empty: none."""
    match = _SHIPPED.fullmatch(revision)
    return match[1] if match else ""


def find_forgotten(script: Script) -> str:
    """Return the extension that a revision stands for since it was forgotten; empty: none."""
    return str(getattr(script.module, "forgotten", ""))


class Catalogue(ScriptDirectory):
    """Alembic's script directory, which knows whose a revision is."""

    scope: Scope
    own_places: Sequence[Path]
    """The folders of the application's revisions."""

    @property
    def mixed(self) -> bool:
        """Whether there are revisions that are not the application's own."""
        return any(not self.is_own(script) for script in self.walk_revisions())

    def find_branch(self, script: Script) -> Branch | None:
        """Return the branch of the extension that ships a revision, or None."""
        file = Path(script.path).resolve()
        return next((b for b in self.scope.branches if file.is_relative_to(b.path)), None)

    def is_own(self, script: Script) -> bool:
        """Tell whether a revision is the application's, and no extension's."""
        return self.find_branch(script) is None and not find_forgotten(script)

    @property
    def kept_tables(self) -> frozenset[str]:
        """The tables of extensions that were forgotten and left their tables."""
        kept = (getattr(script.module, "kept_tables", ()) for script in self.walk_revisions())
        return frozenset(table for tables in kept for table in tables)

    def own_heads(self) -> Sequence[Script]:
        """Return the heads of the application's own revisions."""
        heads = (self.get_revision(head) for head in self.get_heads())
        return [script for script in heads if self.is_own(script)]

    def parents(self, script: Script) -> Sequence[str]:
        """Return what a revision comes after and what it depends on."""
        named = [*to_tuple(script.down_revision, ()), *to_tuple(script.dependencies, ())]
        return [self.get_revision(name).revision for name in named]

    def closure(self, revisions: Iterable[str]) -> set[str]:
        """Return revisions with all that they come after or depend on."""
        waiting, found = list(revisions), set[str]()
        while waiting:
            script = self.get_revision(waiting.pop())
            if script.revision not in found:
                found.add(script.revision)
                waiting += self.parents(script)
        return found
