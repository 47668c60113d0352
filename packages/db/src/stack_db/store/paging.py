"""Pages: the rows between two positions, and how many there are."""

from __future__ import annotations

from typing import Any

import msgspec

from stack_core.query import Page, Position, Query, Reach, Total

from .order import Mark, mark_position, with_key
from .question import Ground, Question
from .search import NOTHING
from .statement import RowStatement
from .total import Explain, read_capped, read_estimate


class Paging:
    """Answers queries with pages."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def page(self, query: Query, reach: Reach) -> Page:
        """Return the rows between two positions: one statement, and one for their total."""
        question = self._ground.ask(query, reach)
        if question.search.how == "scan" and self._is_too_much(query, reach):
            limited = question.search._replace(how="bounded")
            question = Question(query, reach, limited)
        bound, mark = question.values.bound, None
        if query.position is not None:
            mark, marked = mark_position(query.position, len(with_key(query.order)))
            bound.update(marked)
        read = self._ground.find(
            question,
            ("page", query.fields, query.order, mark, bool(query.offset)),
            lambda: self._make(query, question, mark),
        )
        bound["limit"] = query.limit + 1
        bound["offset"] = query.offset
        bound["bound"] = self._ground.search.most
        found = self._ground.connections.fetch(read.statement, bound)
        more = len(found) > query.limit
        del found[query.limit :]
        total = self._total(query, question, len(found), more=more)
        page = _make_page(query, read, found, mark, more=more, total=total)
        if question.search.how == "none":
            return page
        return msgspec.structs.replace(page, searched=question.search.how)

    def _make(self, query: Query, question: Question, mark: Mark | None) -> RowStatement:
        statements, reach = self._ground.statements, question.reach
        if question.search.how == "bounded":
            return statements.page(query, reach, mark, within=question.conditions())
        return statements.page(query, reach, mark, *question.conditions())

    def _is_too_much(self, query: Query, reach: Reach) -> bool:
        """Tell whether a search without an index would read more rows than it may."""
        if not self._ground.search.is_large():
            return False
        # What the filters leave may still be little.
        rest = Question(msgspec.structs.replace(query, search=""), reach, NOTHING)
        most = self._ground.search.most
        return bool(self._count(rest, "capped", query, most + 1) > most)

    def _total(self, query: Query, question: Question, shown: int, *, more: bool) -> Total | None:
        if query.total == "none":
            return None
        bounded = question.search.how == "bounded"
        if bounded:
            how, cap = "bounded", query.cap if query.total != "exact" else 2**62
            return Total(min(self._count(question, how, query, cap), cap), "capped")
        if query.position is None and not more and (shown or not query.offset):
            # The last page is here, so nothing is left to be counted.
            return Total(query.offset + shown)
        how = query.total
        if how == "estimate" and self._ground.connections.dialect.name != "postgresql":
            how = "capped"
        found = self._count(question, how, query, query.cap + 1)
        if how == "estimate":
            return read_estimate(found)
        return Total(found) if how == "exact" else read_capped(found, query.cap)

    def _count(self, question: Question, how: str, query: Query, cap: int) -> Any:
        purpose = (how, query.order) if how == "bounded" else how
        statement = self._ground.find(
            question, purpose, lambda: self._make_count(question, how, query)
        )
        bound = {**question.values.bound, "cap": cap, "bound": self._ground.search.most}
        return self._ground.connections.fetch(statement, bound)[0][0]

    def _make_count(self, question: Question, how: str, query: Query) -> Any:
        statements, reach, more = self._ground.statements, question.reach, question.conditions()
        if how == "exact":
            return statements.count(query, reach, *more)
        if how == "capped":
            return statements.capped(query, reach, *more)
        if how == "bounded":
            return statements.bounded(query, reach, more)
        return Explain(statements.matching(query, reach, *more))


def _make_page(
    query: Query,
    read: RowStatement,
    found: list[Any],
    mark: Mark | None,
    *,
    more: bool,
    total: Total | None,
) -> Page:
    backwards = mark is not None and mark.backwards
    if backwards:
        found.reverse()
    somewhere = mark is not None and bool(mark.missing)
    before = more if backwards else somewhere or query.offset > 0
    after = somewhere if backwards else more
    return Page(
        fields=query.fields,
        rows=list(map(read.row, found)),
        keys=list(map(read.key, found)),
        total=total,
        next=Position(read.mark(found[-1])) if found and after else None,
        previous=Position(read.mark(found[0]), backwards=True) if found and before else None,
    )
