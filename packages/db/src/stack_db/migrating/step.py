"""Running revisions one by one, and saying where the database stands when one of them fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.util import CommandError

from ..searching.repair import repair
from .catalogue import find_owner
from .lock import at_work
from .progress import Entry, Progress
from .recorder import Recorder, flat

KEEPING = ("mysql", "mariadb")
"""Those that commit each definition by itself."""


def keeps(context: MigrationContext) -> bool:
    """Tell whether what was carried out stays when a revision fails."""
    return context.dialect.name in KEEPING and not context.as_sql


def run_steps(
    steps: Iterable[RevisionStep], context: MigrationContext, target: str
) -> Iterator[RevisionStep]:
    """Yield the steps to Alembic, which runs each in a transaction of its own.

    :param target: what ``flask db upgrade`` or ``downgrade`` was told.
    :raises CommandError: a revision stopped half-way earlier, and nobody has gone on with it.
    """
    if context.as_sql:
        yield from steps
        return
    if not keeps(context):
        for step in steps:
            step.migration_fn = _explained(step, context)
            yield step
        return
    assert context.connection is not None
    progress, steps = Progress(context.connection), list(steps)
    refuse_interrupted(context)
    if steps:
        progress.make()
    for step in steps:
        step.migration_fn = _recorded(step, context, target, ())
        yield step
        progress.commit()
    progress.drop()


def resume_step(
    step: RevisionStep, context: MigrationContext, entries: Sequence[Entry]
) -> Iterator[RevisionStep]:
    """Yield the step that stopped half-way; the statements that are committed are left out."""
    assert context.connection is not None
    step.migration_fn = _recorded(step, context, entries[0].target, entries)
    yield step
    progress = Progress(context.connection)
    progress.commit()
    progress.drop()


def find_interrupted(context: MigrationContext) -> Sequence[Entry]:
    """Return the statements of the revision that stopped half-way; none if none did."""
    if not keeps(context) or context.connection is None:
        return ()
    return Progress(context.connection).read()


def refuse_interrupted(context: MigrationContext) -> None:
    """Raise when a revision stopped half-way earlier.

    :raises CommandError: says where the database stands, and what to do.
    """
    entries = find_interrupted(context)
    if entries:
        raise CommandError(explain(entries, context.get_current_heads()))


def explain(entries: Sequence[Entry], heads: Iterable[str]) -> str:
    """Say where the database stands between two revisions, and what to do."""
    last, done = entries[-1], [entry for entry in entries if entry.state == "done"]
    at = ", ".join(sorted(heads)) or "base"
    said = [
        f"The {last.direction} of revision {last.revision!r} stopped half-way,"
        f" and the database is recorded at {at}."
    ]
    if done:
        through = f"Statements 1 to {len(done)} are" if len(done) > 1 else "Statement 1 is"
        said.append(f"{through} applied and committed; the last is: {flat(done[-1].statement)}.")
    if last.state == "failed":
        why = f" ({last.said})" if last.said else ""
        said.append(f"Statement {last.number} failed{why}: {flat(last.statement)}.")
    elif last.state == "open":
        said.append(
            f"Statement {last.number} was sent, and may be applied or not: {flat(last.statement)}."
        )
    following = len(done) + 1
    said.append(
        f"Mend the cause if there is one, then run flask db resume, which goes on with statement"
        f" {following}; or finish it or take it back by hand, then run flask db stamp with the"
        " revision where the database is."
    )
    return " ".join(said)


def _explained(step: RevisionStep, context: MigrationContext) -> Callable[..., None]:
    """Let an error say that the revision has left nothing."""
    migrate: Callable[..., None] = step.migration_fn

    @wraps(migrate)
    def run(**given: Any) -> None:
        assert context.connection is not None
        try:
            with at_work(context.connection):
                migrate(**given)
                repair(context.connection)
        except Exception as error:
            error.add_note(_tell(step, context))
            raise

    return run


def _tell(step: RevisionStep, context: MigrationContext) -> str:
    name, source = step.revision.revision, Path(step.revision.path)
    again = _advise(step)
    if source.suffix == ".py" and "autocommit_block" in source.read_text("utf-8", "replace"):
        return (
            f"Revision {name!r} failed; what its autocommit_block has done stays,"
            f" the rest was taken back. {again}"
        )
    whole = context.dialect.name == "postgresql" or "do_begin" in vars(context.dialect)
    nothing = "it was taken back and has left nothing" if whole else "it was not recorded"
    return f"Revision {name!r} failed; {nothing}. {again}"


def _advise(step: RevisionStep) -> str:
    """Say what to do after a revision that has left nothing."""
    owner = find_owner(step.revision.revision)
    if step.is_upgrade and owner and owner in step.revision.branch_labels:
        return f"If create_all has made the tables of {owner!r}, run flask db stamp {owner}@head."
    return f"Mend it and run flask db {step.name} again."


def _recorded(
    step: RevisionStep, context: MigrationContext, target: str, earlier: Sequence[Entry]
) -> Callable[..., None]:
    """Write down each statement, so that an error or a kill leaves a trace of how far it came."""
    migrate: Callable[..., None] = step.migration_fn
    blank = Entry(0, step.revision.revision, step.name, target[:255], "", "open")

    @wraps(migrate)
    def run(**given: Any) -> None:
        assert context.connection is not None
        recorder = Recorder(context.connection, blank, earlier)
        try:
            with at_work(context.connection), recorder:
                migrate(**given)
        except Exception as error:
            error.add_note(_keep(recorder, step, context, error))
            raise
        recorder.progress.forget()

    return run


def _keep(
    recorder: Recorder, step: RevisionStep, context: MigrationContext, error: Exception
) -> str:
    """Commit what is known of the statement that failed, and say where the database stands."""
    progress, last = recorder.progress, recorder.last
    try:
        progress.rollback()
        entries = [entry for entry in progress.read() if entry.state == "done"]
        if not entries:
            progress.drop()
            return f"Revision {last.revision!r} failed; nothing of it is applied. {_advise(step)}"
        if last.number > len(entries):
            said = " ".join(str(getattr(error, "orig", error)).split())
            progress.write(Entry(**{**vars(last), "state": "failed", "said": said}))
        progress.commit()
        return explain(progress.read(), context.get_current_heads())
    except Exception:
        return (
            f"The {last.direction} of revision {last.revision!r} stopped at statement"
            f" {last.number}: {flat(last.statement)}. Run flask db status when the database can"
            " be reached, which says what is applied."
        )
