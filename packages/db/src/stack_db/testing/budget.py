"""Counting the statements that a piece of code sends to its databases."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from ..place import find_place

_WIDTH = 100


@dataclass(frozen=True)
class Statement:
    """One statement and the line of the application that made it be sent."""

    text: str
    place: str


class Budget:
    """A limit on what is sent within ``with query_budget(…) as budget:``.

    :param allowed: how many statements may be sent.
    :param root: the folder to which places are relative.
    :param exact: fail when there are fewer, too.
    """

    def __init__(self, allowed: int, *, root: Path, exact: bool = False) -> None:
        if not _is_count(allowed):
            raise ValueError(
                f"{allowed!r} is not a number of statements. Give query_budget a whole number."
            )
        self.statements: list[Statement] = []
        """What was sent, in order."""
        self._allowed = allowed
        self._exact = exact
        self._root = root

    def __enter__(self) -> Self:
        event.listen(Engine, "before_cursor_execute", self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        __tracebackhide__ = True
        event.remove(Engine, "before_cursor_execute", self._note)
        number = len(self.statements)
        if error is None and (number > self._allowed or (self._exact and number < self._allowed)):
            sent = "1 statement was" if number == 1 else f"{number} statements were"
            limit = "expected" if self._exact else "allowed"
            pytest.fail(f"{sent} sent, {self._allowed} {limit}:\n{self.explain()}")

    def explain(self) -> str:
        """Return the statements in order, each that was sent again from the same line once."""
        return "\n".join(_line(each, times) for each, times in Counter(self.statements).items())

    def _note(self, conn: object, cursor: object, statement: str, *rest: object) -> None:
        self.statements.append(Statement(statement, find_place(self._root)))


def _is_count(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= 0


def _line(statement: Statement, times: int) -> str:
    text = " ".join(statement.text.split())
    if len(text) > _WIDTH:
        text = text[: _WIDTH - 1] + "…"
    return f"  {statement.place}  {f'{times} times: ' if times > 1 else ''}{text}"
