"""What is answered where a database refuses: problems that name fields, and no driver's text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, StatementError

from stack_core.description import Key
from stack_core.problem import Conflict, FieldError, Invalid, Problem

from .driver_error import Refused, read_error
from .placement import Placement
from .rule_name import RuleNames

Probe = Callable[[Mapping[str, Any], Connection], Iterable[str]]
"""Returns which relations among values lead to no row."""

Needing = Callable[[str, Sequence[Key], Connection], str]
"""Returns the word of the kind whose rows, in a table, need those of some keys."""

Gone = tuple[Callable[[Sequence[Key], Connection], str], Sequence[Key]]
"""Keys of rows that a transaction has deleted, and what finds the kind whose rows need them."""

WRONG = "Some of these values cannot be kept. Correct them."
NONE_TO_CHOOSE = "There is no such row to choose."
REQUIRED = "It is required."
A_KEY = "A key cannot be changed."
_BROKEN = "It cannot be kept together with the other values."
_UNFIT = "It cannot be kept."


class InUse(Conflict):
    """A row cannot go, because rows of another kind need it.

    :param kind: the word of the other kind, or empty where it is not to be told.
    :param rule: the name of the constraint, for logs.
    """

    def __init__(self, kind: str = "", *, rule: str = "") -> None:
        who = f"Rows of {kind!r}" if kind else "Other rows"
        detail = f"{who} need it. Change or delete those first."
        Problem.__init__(self, detail, errors=[FieldError((), f"{who} need it.", "conflict")])
        self.fields = ()
        self.rule = rule


def invalid(errors: Iterable[FieldError]) -> Invalid:
    """Return the problem of values that cannot be kept."""
    return Invalid(WRONG, errors=errors)


def at_position(problem: Problem, position: int) -> Problem:
    """Say of a problem that it is about one row of many."""
    problem.errors = tuple(
        FieldError((position, *error.path), error.message, error.code) for error in problem.errors
    )
    return problem


class Refusals:
    """Explains what a database refuses about the rows of one kind.

    :param placement: the kind's.
    :param dialect: of the database.
    :param probe: finds the relations that lead to no row, for a database
        that does not say which.
    :param needing: returns the word of the kind whose rows, in a table that
        may be unknown, need those of some keys.
    """

    def __init__(
        self,
        placement: Placement,
        dialect: Dialect,
        probe: Probe,
        needing: Needing,
    ) -> None:
        self._placement = placement
        self._names = RuleNames(placement, dialect)
        self._probe = probe
        self._needing = needing

    def explain(
        self,
        error: Exception,
        values: Mapping[str, Any],
        connection: Connection,
        *,
        going: Sequence[Key] = (),
        gone: Sequence[Gone] = (),
    ) -> Problem | None:
        """Return the problem of an error, or None where it is not about values.

        :param values: those that were written, by field.
        :param connection: one that works; the refused write was undone on it.
        :param going: the keys of rows that were to go: what is missing then is others' need.
        :param gone: the rows that went before a commit, which may not say what is missing.
        """
        if not isinstance(error, DBAPIError):
            return self._explain_python(error, values)
        refused = read_error(error)
        if refused is None:
            return None
        if refused.broken == "referenced" or going:
            needing = self._needing(refused.table, going, connection)
            return InUse(needing, rule=refused.rule)
        if refused.table not in ("", self._placement.table.name):
            return None if values else self._explain_elsewhere(refused, connection)
        if refused.broken == "missing" and (needing := _find_needing(gone, connection)):
            return InUse(needing, rule=refused.rule)
        fields = self._find_fields(refused, connection)
        match refused.broken:
            case "unique":
                return Conflict(*fields, rule=refused.rule)
            case "required":
                return invalid(_each(fields, REQUIRED, "required"))
            case "missing":
                return self._explain_missing(refused, fields, values, connection)
            case "check":
                return self._explain_unfit(fields, values, _BROKEN)
        return self._explain_unfit(fields, values, _UNFIT)

    def _explain_elsewhere(self, refused: Refused, connection: Connection) -> Problem | None:
        """Explain what a commit refuses about rows of another kind: a deferred constraint."""
        match refused.broken:
            case "missing":
                return InUse(self._needing(refused.table, (), connection), rule=refused.rule)
            case "unique":
                return Conflict(rule=refused.rule)
        return None

    def _find_fields(self, refused: Refused, connection: Connection) -> tuple[str, ...]:
        columns = refused.columns
        if not columns and refused.rule:
            columns = self._names.find(refused.rule, connection)
        return self._placement.name_fields(columns)

    def _explain_missing(
        self,
        refused: Refused,
        fields: tuple[str, ...],
        values: Mapping[str, Any],
        connection: Connection,
    ) -> Problem:
        if not fields:
            fields = tuple(self._probe(values, connection))
        key = {column.name for column in self._placement.description.key}
        if not fields and not refused.rule and key & values.keys():
            return InUse()  # the key itself was to change
        return invalid(_each(fields, NONE_TO_CHOOSE, "missing"))

    def _explain_unfit(
        self, fields: tuple[str, ...], values: Mapping[str, Any], message: str
    ) -> Problem:
        """Say what the fields find wrong themselves, such as a bound, or else the message."""
        found = [error for error in self._unfit(values) if not fields or error.path[0] in fields]
        return invalid(found or _each(fields, message, "invalid"))

    def _explain_python(self, error: Exception, values: Mapping[str, Any]) -> Problem | None:
        """Explain what never came to the database: a value that no driver could send."""
        cause = error.orig if isinstance(error, StatementError) else error
        if not isinstance(cause, ValueError | TypeError | OverflowError):
            return None
        found = list(self._unfit(values))
        return invalid(found) if found else None

    def _unfit(self, values: Mapping[str, Any]) -> Iterator[FieldError]:
        """Yield what the fields themselves find wrong with values."""
        for name, value in values.items():
            field = self._placement.description.by_name.get(name)
            if field is None:
                continue
            try:
                field.convert(value)
            except msgspec.ValidationError as error:
                yield FieldError((name,), str(error))


def _find_needing(gone: Iterable[Gone], connection: Connection) -> str:
    """Return the word of the first kind whose rows need some that went, or nothing."""
    keys_of: dict[Callable[[Sequence[Key], Connection], str], list[Key]] = {}
    for find, keys in gone:
        keys_of.setdefault(find, []).extend(keys)
    return next(filter(None, (find(keys, connection) for find, keys in keys_of.items())), "")


def _each(fields: Iterable[str], message: str, code: str) -> list[FieldError]:
    """Say the same of each field, or of the whole where nobody knows which it is."""
    return [FieldError((field,), message, code) for field in fields] or [
        FieldError((), message, code)
    ]


class Broken(Exception):
    """Carries what a database refused out of the transaction, to be explained once that is undone.

    :param error: the driver's or SQLAlchemy's.
    :param values: those that were written, by field.
    :param going: the keys of rows that were to go.
    :param gone: the rows that went before the commit that was refused.
    :param position: of the row among many.
    """

    def __init__(
        self,
        error: Exception,
        values: Mapping[str, Any],
        *,
        going: Sequence[Key] = (),
        gone: Sequence[Gone] = (),
        position: int | None = None,
    ) -> None:
        super().__init__(str(type(error)))
        self.error = error
        self.values = values
        self.going = going
        self.gone = gone
        self.position = position
