"""All revisions of an application: its own, and those of its extensions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from alembic import context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script.base import Script, ScriptDirectory
from alembic.script.revision import RevisionMap
from alembic.util import CommandError, to_tuple

from . import environment, reference, stamp, writing
from .aim import Aim
from .branch import Scope
from .catalogue import Catalogue, find_forgotten
from .loss import warn_of_losses
from .step import find_interrupted, resume_step, run_steps

SCOPE = "stack_db"
"""Where the scope of a command is in ``config.attributes``."""


class Revisions(Catalogue):
    """A catalogue in which a bare word means the application's own revisions.

    Where there are none but the application's it finds what Alembic's own finds.
    """

    @classmethod
    def over(cls, plain: ScriptDirectory, scope: Scope) -> Revisions:
        """Make it of Alembic's own, which has read ``alembic.ini``."""
        made = cls.__new__(cls)
        made.own_places = [Path(place).resolve() for place in plain._version_locations]
        vars(made).update(vars(plain))
        if scope.branches:
            del vars(made)["_version_locations"]
            shipped = [branch.path for branch in scope.branches]
            made.version_locations = [str(path) for path in (*made.own_places, *shipped)]
        made.scope = scope
        made.revision_map = RevisionMap(made._load_revisions)
        return made

    def refuse_unknown(self, revisions: Any) -> None:
        """Raise when a database is at a revision that is not here.

        :raises CommandError: says whose it is and what to do.
        """
        known = {script.revision for script in self.walk_revisions()}
        for revision in to_tuple(revisions, ()):
            if isinstance(revision, str) and revision not in known:
                raise CommandError(reference.explain_unknown(self, revision))

    def run_env(self) -> None:
        """Run ``env.py``, alone if the command changes the database."""
        environment.run(self, super().run_env)

    def get_revisions(self, id_: Any) -> tuple[Script, ...]:
        """Return revisions; ``head`` means those of all branches."""
        try:
            return super().get_revisions("heads" if id_ == "head" and self.mixed else id_)
        except CommandError:
            if not isinstance(id_, str):
                self.refuse_unknown(id_)
            raise

    def get_revision(self, id_: str) -> Script:
        """Return a revision; ``head`` is the application's."""
        return super().get_revision(self._own(id_))

    def get_all_current(self, id_: tuple[str, ...]) -> set[Script]:
        """Return the revisions that a database is at, one for each branch."""
        self.refuse_unknown(id_)
        return super().get_all_current(id_)

    def get_current_head(self) -> str | None:
        """Return the application's head."""
        return Aim(self).head() if self.mixed else super().get_current_head()

    def as_revision_number(self, id_: str | None) -> str | tuple[str, ...] | None:
        """Return the name of a revision; ``head`` is the application's."""
        return super().as_revision_number(self._own(id_) if id_ else id_)

    def generate_revision(  # type: ignore[override]
        self, revid: str, message: str | None, **given: Any
    ) -> Script | None:
        """Write the next revision of the application, or of the extension that was named."""
        revid = writing.complete(self, revid, given)
        script = super().generate_revision(revid, message, **given)
        if script is not None:
            self._warn([script], None)
        return script

    def _warn(self, scripts: Iterable[Script], here: MigrationContext | None) -> None:
        if not self.scope.choice.quiet:
            warn_of_losses(scripts, here)

    def _own(self, id_: str) -> str:
        return (Aim(self).head() or "base") if id_ == "head" and self.mixed else id_

    def _load_revisions(self) -> Iterator[Script]:
        active = {branch.name for branch in self.scope.branches}
        scripts = [
            script for script in super()._load_revisions() if find_forgotten(script) not in active
        ]
        reference.check_names(self, scripts)
        reference.check_references(self, scripts)
        return iter(scripts)

    def _upgrade_revs(self, destination: Any, current_rev: Any) -> Any:
        here = context.get_context()
        self.refuse_unknown(current_rev)
        entries = find_interrupted(here)
        if self.scope.choice.resumes and entries:
            up = entries[0].direction == "upgrade"
            script = self.get_revision(entries[0].revision)
            return resume_step(RevisionStep(self.revision_map, script, up), here, entries)
        target = Aim(self).up(destination, current_rev)
        steps: Any = super()._upgrade_revs(target, current_rev)
        self._warn([s.revision for s in steps if self.is_own(s.revision)], here)
        return run_steps(steps, here, str(destination))

    def _downgrade_revs(self, destination: Any, current_rev: Any) -> Any:
        self.refuse_unknown(current_rev)
        steps: list[Any] = []
        for target in Aim(self).down(destination, current_rev):
            more = super()._downgrade_revs(target, current_rev)
            steps += [step for step in more if step not in steps]
        return run_steps(steps, context.get_context(), str(destination))

    def _stamp_revs(self, revision: Any, heads: Any) -> Any:
        self.refuse_unknown(heads)
        if not self.mixed:
            steps: Any = super()._stamp_revs(revision, heads)
        else:
            steps = stamp.find_steps(self, revision, heads)
        return stamp.run(steps, context.get_context())


_read_config = vars(ScriptDirectory)["from_config"].__func__


def _from_config(cls: type[ScriptDirectory], config: Config) -> ScriptDirectory:
    """Make this class for a command of ours, and Alembic's own for every other."""
    plain: ScriptDirectory = _read_config(cls, config)
    scope = config.attributes.get(SCOPE)
    return plain if scope is None else Revisions.over(plain, scope)


# Alembic's commands take no other class; without a scope nothing changes for anybody.
ScriptDirectory.from_config = classmethod(_from_config)  # type: ignore[assignment, method-assign]
