"""What one call asks: its outline, its values, and how its search is done."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from stack_core.query import Aggregate, Query, Reach

from .connections import Connections
from .kept import Kept
from .outline import Values
from .relation import Condition
from .search import NOTHING, Search, SearchPlan
from .statement import Statements

T = TypeVar("T")


class Ground:
    """What all reads of one kind share.

    :param scan: how many rows a search without an index reads.
    """

    def __init__(self, statements: Statements, connections: Connections, scan: int) -> None:
        self.statements = statements
        self.connections = connections
        self.search = Search(statements, connections, scan)
        self._kept: Kept[Any] = Kept(connections.shelf)

    def ask(self, query: Query | Aggregate, reach: Reach) -> Question:
        """Return a question."""
        search = query.search
        plan = self.search.plan(search, query.search_in) if search else NOTHING
        return Question(query, reach, plan)

    def find(self, question: Question, purpose: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept for a question and a purpose, made now if there is none."""
        outline = (purpose, question.outline)
        made: T = self._kept.find(outline, make, lasting=question.values.lasting)
        return made

    def __len__(self) -> int:
        return len(self._kept)


class Question:
    """A query or an aggregate with its reach, taken apart.

    :param search: how its search is done.
    """

    def __init__(self, query: Query | Aggregate, reach: Reach, search: SearchPlan) -> None:
        self.reach = reach
        self.search = search
        self.values = Values()
        where = self.values.outline(query.where, "w")
        allowed = self.values.outline_reach(reach)
        self.outline: Hashable = (where, allowed, search.how, search.outline)
        if search.bound:
            self.values.bound.update(search.bound)

    def conditions(self) -> list[Condition]:
        """Return the conditions of its search."""
        return self.search.make()
