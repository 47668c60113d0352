"""Aggregates: numbers over many rows, for each group of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from stack_core.query import Aggregate, Reach

from .aggregation import AggregateStatement, Aggregation, zoned_groups
from .period import bind_offsets, find_offsets
from .question import Ground, Question


class Grouping:
    """Answers aggregates."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def aggregate(self, what: Aggregate, reach: Reach) -> list[tuple[Any, ...]]:
        """Return a line for each group, in the order of the groups' values."""
        question = self._ground.ask(what, reach)
        counts = self._bind_zones(what, question)
        make = partial(self._make, what, question, counts)
        purpose = ("aggregate", what.measures, what.groups, tuple(counts.items()))
        read: AggregateStatement = self._ground.find(question, purpose, make)
        bound = {**question.values.bound, "limit": what.limit}
        rows = self._ground.connections.fetch(read.statement, bound)
        return [read.line(row) for row in rows]

    def _make(
        self, what: Aggregate, question: Question, counts: dict[int, int]
    ) -> AggregateStatement:
        made = Aggregation(self._ground.statements, question.reach, counts)
        return made.build(what, *question.conditions())

    def _bind_zones(self, what: Aggregate, question: Question) -> dict[int, int]:
        """Bind the time zones of groups, and return how many offsets each has there.

        Only PostgreSQL knows zones in every installation. Elsewhere the offsets
        are Python's, for the years that there are.
        """
        statements, bound = self._ground.statements, question.values.bound
        counts: dict[int, int] = {}
        database = statements.comparison.name
        for index in zoned_groups(what, statements, question.reach):
            path, zone = what.groups[index].path, what.groups[index].zone
            if database == "postgresql":
                bound[f"z{index}"] = zone
                continue
            make = partial(self._make_bounds, path, what, question)
            statement = self._ground.find(question, ("bounds", path), make)
            ((first, last),) = self._ground.connections.fetch(statement, bound)
            years = (2000, 2000) if first is None else (first.year, last.year)
            offsets = find_offsets(zone, *years)
            bound.update(bind_offsets(offsets, f"z{index}", database))
            counts[index] = len(offsets)
        return counts

    def _make_bounds(self, path: str, what: Aggregate, question: Question) -> Any:
        made = Aggregation(self._ground.statements, question.reach)
        return made.bounds(path, what, *question.conditions())
