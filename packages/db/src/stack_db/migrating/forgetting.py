"""Going on without an extension: its revisions become empty, its tables stay or go."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import flask_migrate
import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script.base import Script, ScriptDirectory
from alembic.util import CommandError, rev_id, to_tuple
from flask import current_app
from sqlalchemy.engine import Inspector

from .branch import Scope, find_installed
from .catalogue import find_forgotten, find_owner
from .choice import Choice, choosing
from .revisions import SCOPE
from .status import look, name_bind, read_config

_STUB = '''"""Stands for {revision!r} of {owner!r}, which this application has forgotten.

It does nothing. Other revisions and existing databases know its name, so it stays.
"""

revision = {revision!r}
down_revision = {before!r}
branch_labels = {labels!r}
depends_on = None

forgotten = {owner!r}
kept_tables = {tables!r}


def upgrade(*names: str) -> None:
    """Do nothing."""


def downgrade(*names: str) -> None:
    """Do nothing."""
'''


@dataclass
class Remains:
    """What an extension has left in one database.

    :param tables: in the order in which they can be dropped.
    :param references: of other tables to them: table and constraint.
    """

    heads: Collection[str]
    tables: Sequence[str] = ()
    references: Sequence[tuple[str, str]] = field(default=())


def forget(name: str, directory: str | None, *, keeps: bool) -> Iterator[str]:
    """Write what stands for an extension's revisions, and say what was done.

    :param keeps: its tables are left alone; otherwise the next revision drops them.
    :raises CommandError: it is on the application, nothing knows it, or a table refers to its own.
    """
    config = read_config(directory)
    scope = config.attributes.pop(SCOPE)
    if scope.find(name) is not None:
        raise CommandError(f"{name!r} is on this application. Take it off before it is forgotten.")
    plain = ScriptDirectory.from_config(config)
    scripts = list(plain._load_revisions())
    remains = _find_remains(config, plain, scope, name)
    ids = _find_revisions(name, scripts, [h for r in remains.values() for h in r.heads])
    standing = {s.revision for s in scripts if find_forgotten(s) == name}
    if not ids and not any(each.tables for each in remains.values()):
        raise CommandError(
            f"Neither the revisions nor the database know an extension {name!r}."
            " There is nothing to forget."
        )
    current = _is_current(scripts, remains)
    tables = sorted({t for each in remains.values() for t in each.tables})
    if not keeps:
        _refuse_nameless(remains)
    place = Path(plain._version_locations[0])
    missing = [each for each in ids if each not in standing]
    for revision in missing:
        yield f"Wrote {_write_stub(place, name, revision, ids, tables)}."
    if keeps or not tables:
        yield f"The tables of {name!r} are left alone: {', '.join(tables) or 'there are none'}."
        return
    with choosing(Choice(quiet=True)):
        yield from _drop(directory, name, remains, applies=current)


def _find_remains(
    config: Any, plain: ScriptDirectory, scope: Scope, name: str
) -> Mapping[str, Remains]:
    found: dict[str, Remains] = {}

    def see(context: MigrationContext) -> None:
        assert context.connection is not None
        inspector = sa.inspect(context.connection)
        tables = _find_tables(inspector, scope, name)
        order = _order(inspector, tables)
        found[name_bind(context)] = Remains(
            context.get_current_heads(), order, _find_references(inspector, tables)
        )

    look(config, plain, see)
    return found


def _find_tables(inspector: Inspector, scope: Scope, name: str) -> Collection[str]:
    """Return the tables that are the extension's: those that it declares, or by their name."""
    there = set(inspector.get_table_names())
    shipped = next((m for m in find_installed() if m.branch == name), None)
    if shipped is not None:
        return there & shipped.tables
    database = current_app.extensions["migrate"].db
    mapped = {table.name for table in database.metadata.tables.values()}
    return {t for t in there - mapped - scope.owned if t.startswith(f"{name}_")}


def _order(inspector: Inspector, tables: Collection[str]) -> Sequence[str]:
    metadata = sa.MetaData()
    metadata.reflect(inspector.engine, only=sorted(tables), resolve_fks=False)
    return [table.name for table in reversed(metadata.sorted_tables)]


def _find_references(inspector: Inspector, tables: Collection[str]) -> Sequence[tuple[str, str]]:
    return [
        (table, key["name"] or "")
        for table in sorted(set(inspector.get_table_names()) - set(tables))
        for key in inspector.get_foreign_keys(table)
        if key["referred_table"] in tables
    ]


def _refuse_nameless(remains: Mapping[str, Remains]) -> None:
    for each in remains.values():
        for table, constraint in each.references:
            if not constraint:
                raise CommandError(
                    f"A foreign key of {table!r} without a name refers to the tables that would be"
                    " dropped. Keep them, or remove the key with a revision of your own first."
                )


def _find_revisions(name: str, scripts: Sequence[Script], heads: Collection[str]) -> Sequence[str]:
    """Return the names of all revisions that the extension may have had."""
    known = [*heads, *(script.revision for script in scripts if find_forgotten(script) == name)]
    for script in scripts:
        known += [*to_tuple(script.down_revision, ()), *to_tuple(script.dependencies, ())]
    for migrations in find_installed():
        if migrations.branch == name:
            known += _read_names(migrations.path)
    numbers = [each.rpartition("_")[2] for each in known if find_owner(each) == name]
    if not numbers:
        return ()
    width, last = min(map(len, numbers)), max(map(int, numbers))
    return [f"{name}_{number:0{width}d}" for number in range(1, last + 1)]


def _read_names(folder: Path) -> Iterator[str]:
    for file in sorted(folder.glob("*.py")):
        match = re.search(r"^revision\b[^=]*=\s*[\"'](\w+)", file.read_text("utf-8"), re.MULTILINE)
        if match:
            yield match[1]


def _is_current(scripts: Sequence[Script], remains: Mapping[str, Remains]) -> bool:
    """Tell whether every database has all of the application's revisions."""
    after = {name for s in scripts for name in to_tuple(s.down_revision, ())}
    tips = {s.revision for s in scripts if s.revision not in after and not find_forgotten(s)}
    return all(tips <= set(each.heads) for each in remains.values())


def _write_stub(
    place: Path, owner: str, revision: str, ids: Sequence[str], tables: Sequence[str]
) -> str:
    index = ids.index(revision)
    file = place / f"{revision}_forgotten.py"
    text = _STUB.format(
        revision=revision,
        owner=owner,
        before=ids[index - 1] if index else None,
        labels=None if index else (owner,),
        tables=tuple(tables),
    )
    file.write_text(text.replace("'", '"'), "utf-8")
    return str(file)


def _drop(
    directory: str | None, name: str, remains: Mapping[str, Remains], *, applies: bool
) -> Iterator[str]:
    config = read_config(directory)
    script = ScriptDirectory.from_config(config)
    rendered: dict[str, Any] = {"config": config, "imports": ""}
    for bind, each in remains.items():
        token = f"{bind}_upgrades"
        rendered[token] = "\n    ".join(_render(each)) or "pass"
    rendered["upgrades"] = rendered.get("_upgrades", "pass")
    made = script.generate_revision(rev_id(), f"forget {name}", refresh=True, **rendered)
    assert made is not None
    yield f"Wrote {made.path}, which drops the tables of {name!r}."
    if not applies:
        yield "Run flask db upgrade to drop them."
        return
    flask_migrate.upgrade(directory)
    dropped = sorted({table for each in remains.values() for table in each.tables})
    yield (
        f"Dropped here: {', '.join(dropped)}."
        " Every other database drops them with its next flask db upgrade."
    )


def _render(remains: Remains) -> Iterator[str]:
    for table, constraint in remains.references:
        yield f"with op.batch_alter_table({table!r}) as batch:"
        yield f"    batch.drop_constraint(op.f({constraint!r}), type_='foreignkey')"
    for table in remains.tables:
        yield f"op.drop_table({table!r}, if_exists=True)"
