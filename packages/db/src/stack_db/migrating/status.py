"""Where a database stands, branch by branch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script.base import Script, ScriptDirectory
from flask import current_app

from .progress import Entry
from .revisions import Revisions
from .step import explain, find_interrupted

_OWN = "application"


@dataclass(frozen=True)
class Standing:
    """Where one database stands.

    :param bind: the name of the database; empty for the default one.
    :param heads: what Alembic's table has.
    :param entries: the statements of a revision that stopped half-way.
    """

    bind: str
    heads: tuple[str, ...]
    entries: Sequence[Entry]


def read_config(directory: str | None) -> Any:
    """Return the configuration of the application's migrations."""
    return current_app.extensions["migrate"].migrate.get_config(directory)


def look(config: Any, script: ScriptDirectory, see: Callable[[MigrationContext], None]) -> None:
    """Run ``env.py`` to see each database, and change nothing."""

    def find(heads: Any, context: MigrationContext) -> Sequence[Any]:
        see(context)
        return ()

    with EnvironmentContext(config, script, fn=find, dont_mutate=True):
        script.run_env()


def find_standings(config: Any, script: ScriptDirectory) -> Sequence[Standing]:
    """Return where each of the application's databases stands."""
    found: list[Standing] = []

    def see(context: MigrationContext) -> None:
        heads = context.get_current_heads()
        found.append(Standing(name_bind(context), heads, find_interrupted(context)))

    look(config, script, see)
    return found


def name_bind(context: MigrationContext) -> str:
    """Return the bind that Flask-Migrate's template for several databases is at."""
    return str(context.opts["upgrade_token"]).removesuffix("upgrades").rstrip("_")


def report(directory: str | None) -> Iterator[str]:
    """Yield the lines of ``flask db status``."""
    config = read_config(directory)
    script: Any = ScriptDirectory.from_config(config)
    standings = find_standings(config, script)
    for standing in standings:
        if len(standings) > 1:
            yield f"[{standing.bind or 'default'}]"
        script.refuse_unknown(standing.heads)
        yield from _report(script, standing)


def _report(script: Revisions, standing: Standing) -> Iterator[str]:
    applied = script.closure(standing.heads)
    names = ["", *(branch.name for branch in script.scope.branches)]
    members: dict[str, list[Script]] = {name: [] for name in names}
    for each in reversed(list(script.walk_revisions())):
        branch = script.find_branch(each)
        if branch is not None or script.is_own(each):
            members[branch.name if branch else ""].append(each)
    width = max(len(name or _OWN) for name in names)
    for name, scripts in members.items():
        at = ", ".join(_tips(scripts, applied)) or "base"
        pending = [each for each in scripts if each.revision not in applied]
        what = f"{len(pending)} pending" if pending else "up to date"
        yield f"{name or _OWN:{width}}  at {at}, {what}"
        for each in pending:
            yield f"  {each.revision}  {each.doc}"
    if standing.entries:
        yield explain(standing.entries, standing.heads)


def _tips(members: Sequence[Script], applied: set[str]) -> Sequence[str]:
    names = {script.revision for script in members} & applied
    return [s.revision for s in members if s.revision in names and not set(s.nextrev) & names]
