"""Writes down each statement of a revision, and skips those that an earlier run committed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from alembic.util import CommandError
from sqlalchemy import event
from sqlalchemy.engine import Connection

from .progress import Entry, Progress, commits, reads

_CARRIED_OUT = {1005, 1022, 1050, 1051, 1054, 1060, 1061, 1068, 1091, 1146, 1304, 1359, 1826}
"""What MariaDB says of a definition that was carried out before: it is there, or is gone."""


class Recorder:
    """Records the statements of one revision while it is run.

    :param blank: the revision, its direction and target.
    :param earlier: what an interrupted run has left.
    """

    def __init__(self, connection: Connection, blank: Entry, earlier: Sequence[Entry]) -> None:
        self.progress = Progress(connection)
        self.last = blank
        """The statement that came last."""
        self._connection = connection
        self._earlier: Mapping[int, Entry] = {entry.number: entry for entry in earlier}
        self._writing = False

    def __enter__(self) -> Recorder:
        for name, listener in self._listeners():
            event.listen(self._connection.engine, name, listener)
        return self

    def __exit__(self, *error: object) -> None:
        for name, listener in self._listeners():
            event.remove(self._connection.engine, name, listener)

    def _listeners(self) -> Sequence[tuple[str, Callable[..., bool]]]:
        return (
            ("do_execute", self._execute),
            ("do_executemany", self._execute_many),
            ("do_execute_no_params", self._execute_bare),
        )

    def _execute(self, cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        run = self._connection.dialect.do_execute
        return self._run(statement, context, lambda: run(cursor, statement, parameters, context))

    def _execute_many(self, cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        run = self._connection.dialect.do_executemany
        return self._run(statement, context, lambda: run(cursor, statement, parameters, context))

    def _execute_bare(self, cursor: Any, statement: str, context: Any) -> bool:
        run = self._connection.dialect.do_execute_no_params
        return self._run(statement, context, lambda: run(cursor, statement, context))

    def _run(self, statement: str, context: Any, run: Callable[[], None]) -> bool:
        """Carry a statement out and write it down; False leaves it to SQLAlchemy."""
        foreign = context.root_connection.connection is not self._connection.connection
        if self._writing or foreign or reads(statement):
            return False
        number = self.last.number + 1
        before = self._earlier.get(number)
        if before is not None and before.state != "failed":
            self._refuse_other(before, statement)
        self.last = replace(self.last, number=number, statement=statement, state="open")
        if before is not None and before.state == "done":
            return True
        self._carry_out(run, known=before is None or before.state == "failed")
        return True

    def _carry_out(self, run: Callable[[], None], *, known: bool) -> None:
        definition = commits(self.last.statement)
        if definition:
            self._write(self.last)
        try:
            run()
        except Exception as error:
            code = error.args[0] if error.args else None
            if known or not definition or code not in _CARRIED_OUT:
                raise
        self._write(replace(self.last, state="done"))
        if definition:
            self.progress.commit()

    def _write(self, entry: Entry) -> None:
        self._writing = True
        try:
            self.progress.write(entry)
        finally:
            self._writing = False

    def _refuse_other(self, before: Entry, statement: str) -> None:
        if before.statement == statement:
            return
        raise CommandError(
            f"Statement {before.number} of {before.revision!r} was {flat(before.statement)!r} when"
            f" it was interrupted, and now is {flat(statement)!r}. Finish the revision by hand,"
            f" then run flask db stamp {before.revision}."
        )


def flat(statement: str) -> str:
    """Return a statement on one line, its end left out when it is long."""
    line = " ".join(statement.split())
    return line if len(line) <= 200 else f"{line[:199]}…"
