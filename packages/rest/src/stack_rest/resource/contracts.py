"""What the operations of a resource take and answer, read from what enforces it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

import msgspec

from stack_core.inspection import MOST_ORDERS
from stack_core.problem import (
    BadQuery,
    Conflict,
    Invalid,
    NotFound,
    Problem,
    Stale,
)

from ..http.media_type import CSV, JSON, LINES, MERGE
from ..operation.operation import Answer, Body, Contract, Need, Parameter
from ..problem.catalogue import MatchRequired, NotAll, NotMatched
from .bound import BoundResource
from .bulk import Results
from .filters import LABELS
from .listing import FORMATS, MOST_OFFSET, TOTALS
from .options import Method

_GONE: tuple[type[Problem], ...] = (NotFound,)
_WRITE: tuple[type[Problem], ...] = (Invalid, Conflict)


class Contracts:
    """The contracts of one resource, each made when it is first asked for."""

    def __init__(self, bound: BoundResource) -> None:
        self._bound = bound

    def list(self) -> Contract:
        """Return the contract of the list."""
        return Contract(
            summary=f"List {self._many}",
            need=self._need("list"),
            more=self._bound.layout.find_more("list"),
            parameters=(*self._filters(), *self._wishes(), *self._shown(), *self._paging()),
            answers=(
                Answer(
                    status=200,
                    label="A page, or the whole list line by line.",
                    type=self._bound.schemas.page,
                    media_types=(JSON,),
                    headers=("Link",),
                ),
                Answer(status=200, label="Line by line.", type=str, media_types=(LINES, CSV)),
            ),
            problems=(BadQuery,),
        )

    def get(self) -> Contract:
        """Return the contract of one item."""
        return Contract(
            summary=f"Get {self._one}",
            need=self._need("get"),
            more=self._bound.layout.find_more("get"),
            parameters=(self._key, *self._shown(), *self._known()),
            answers=(
                self._item(200, "The item.", type=self._bound.schemas.read),
                *self._unchanged(),
            ),
            problems=(BadQuery, *_GONE),
        )

    def create(self) -> Contract:
        """Return the contract of a create."""
        return Contract(
            summary=f"Create {self._one}",
            need=self._need("create"),
            body=Body(type=self._bound.schemas.create),
            answers=(self._item(201, "It was created.", "Location"),),
            problems=_WRITE,
        )

    def replace(self) -> Contract:
        """Return the contract of a replacement."""
        return Contract(
            summary=f"Replace {self._one}",
            need=self._need("replace"),
            parameters=(self._key, *self._match()),
            body=Body(type=self._bound.schemas.replace),
            answers=(self._item(200, "It was replaced."), *self._unread()),
            problems=(*_GONE, *_WRITE, *self._stale()),
        )

    def patch(self) -> Contract:
        """Return the contract of a change."""
        return Contract(
            summary=f"Change {self._one}",
            need=self._need("patch"),
            parameters=(self._key, *self._match()),
            body=Body(type=self._bound.schemas.patch, media_types=(MERGE, JSON)),
            answers=(self._item(200, "It was changed."), *self._unread()),
            problems=(*_GONE, *_WRITE, *self._stale()),
        )

    def delete(self) -> Contract:
        """Return the contract of a delete."""
        return Contract(
            summary=f"Delete {self._one}",
            need=self._need("delete"),
            parameters=(self._key, *self._match()),
            answers=(Answer(status=204, label="It is gone."),),
            problems=(*_GONE, *_WRITE, *self._stale()),
        )

    def bulk(self) -> Contract:
        """Return the contract of many writes."""
        layout = self._bound.layout
        return Contract(
            summary=f"Write many {self._many}",
            description="Each write needs the permission that it would need alone."
            " Mode 'all' makes all or none; 'each' makes those that can be made.",
            need=Need(layout.is_public("bulk"), layout.permission("update")),
            body=Body(type=self._bound.schemas.bulk),
            answers=(
                Answer(status=200, label="What became of each, in their order.", type=Results),
            ),
            problems=(*_GONE, *_WRITE, NotAll),
        )

    def nested_list(self, name: str) -> Callable[[], Contract]:
        """Return what makes the contract of a list below an item."""

        def make() -> Contract:
            found = Contracts(self._bound.find(self._relation(name))).list()
            return msgspec.structs.replace(
                found,
                summary=f"{found.summary} of {self._one}",
                need=self._need("get") if found.need.public else found.need,
                parameters=(self._key, *found.parameters),
                problems=(*found.problems, *_GONE),
            )

        return make

    def nested_create(self, name: str) -> Callable[[], Contract]:
        """Return what makes the contract of a create below an item."""

        def make() -> Contract:
            other_bound = self._bound.find(self._relation(name))
            found = Contracts(other_bound).create()
            inverse = self._bound.layout.description.by_name[name].inverse
            return msgspec.structs.replace(
                found,
                summary=f"{found.summary} of {self._one}",
                parameters=(self._key, *found.parameters),
                body=Body(type=other_bound.schemas.nested(inverse)),
                problems=(*found.problems, *_GONE),
            )

        return make

    def _relation(self, name: str) -> str:
        return self._bound.layout.description.by_name[name].relation

    @property
    def _one(self) -> str:
        label = self._bound.layout.description.label
        return f"{'an' if label[:1].lower() in 'aeiou' else 'a'} {label[:1].lower()}{label[1:]}"

    @property
    def _many(self) -> str:
        plural = self._bound.layout.description.plural
        return plural[:1].lower() + plural[1:]

    @property
    def _key(self) -> Parameter:
        layout = self._bound.layout
        names = ", ".join(field.name for field in layout.description.key)
        return Parameter(
            name="key",
            where="path",
            type=Annotated[str, msgspec.Meta(min_length=1)],
            label=f"The text of its key: {names}.",
            required=True,
        )

    def _need(self, method: Method) -> Need:
        layout = self._bound.layout
        return Need(layout.is_public(method), layout.permission(method))

    def _item(self, status: int, label: str, *headers: str, type: Any = None) -> Answer:
        tagged = ("ETag",) if self._bound.layout.version else ()
        return Answer(
            status=status,
            label=label,
            type=type or self._bound.schemas.item,
            headers=(*headers, *tagged),
        )

    def _unread(self) -> Iterator[Answer]:
        if not self._bound.layout.is_public("get"):
            yield Answer(status=204, label="It was changed, and may not be read any more.")

    def _unchanged(self) -> Iterator[Answer]:
        if self._bound.layout.version:
            yield Answer(status=304, label="The client has it already.", headers=("ETag",))

    def _stale(self) -> tuple[type[Problem], ...]:
        return (Stale, NotMatched, MatchRequired) if self._bound.layout.version else (NotMatched,)

    def _known(self) -> Iterator[Parameter]:
        if self._bound.layout.version:
            yield Parameter(
                name="If-None-Match",
                where="header",
                type=str,
                label="Tags that the client has: 304 where one of them is still that of the item.",
            )

    def _match(self) -> Iterator[Parameter]:
        bound = self._bound
        if bound.layout.version:
            yield Parameter(
                name="If-Match",
                where="header",
                type=str,
                label="The 'ETag' that was read, so that nobody else's change is lost, or '*'.",
                required=bound.settings.require_match,
            )

    def _filters(self) -> Iterator[Parameter]:
        for name, each in self._bound.layout.filters.items():
            behind = f" of one of {each.some!r}" if each.some else ""
            yield Parameter(
                name=name,
                where="query",
                type=each.type,
                label=f"{each.field.label}{behind} {LABELS[each.comparison]} this.",
                many=each.many,
            )

    def _wishes(self) -> Iterator[Parameter]:
        layout = self._bound.layout
        if layout.searchable:
            yield _query("search", str, f"Words that stand in {', '.join(layout.searchable)}.")
        if layout.sorts:
            known = sorted(layout.sorts)
            names = [*known, *(f"-{name}" for name in known)]
            told = "What the list is sorted by, separated by commas; '-': descending."
            most = msgspec.Meta(max_length=MOST_ORDERS)
            yield _query("sort", Annotated[_listed(names), most], told)

    def _shown(self) -> Iterator[Parameter]:
        layout = self._bound.layout
        told = "The fields that are shown, separated by commas."
        yield _query("fields", _listed(layout.read), told)
        if relations := layout.resource.options.include:
            told = "Relations whose rows are shown too, separated by commas."
            yield _query("include", _listed(relations), told)

    def _paging(self) -> Iterator[Parameter]:
        bound = self._bound
        size = Annotated[int, msgspec.Meta(ge=1, le=bound.settings.page_limit)]
        yield _query("limit", size, "How many items a page has.", bound.page_size)
        offset = Annotated[int, msgspec.Meta(ge=0, le=MOST_OFFSET)]
        yield _query("offset", offset, "How many items to leave out; not with a cursor.", 0)
        yield _query("cursor", str, "Where the page begins: 'next' or 'previous' of another.")
        yield _query("total", Literal[TOTALS], "How exactly to count.", "none")
        yield _query(
            "format",
            Literal[tuple(FORMATS)],
            "Goes before what is said in 'Accept'. 'jsonl' and 'csv' are the whole list: what is"
            " about pages, included rows and lists of keys does not count.",
        )


def _query(name: str, type: Any, label: str, default: Any = msgspec.UNSET) -> Parameter:
    return Parameter(name=name, where="query", type=type, label=label, default=default)


def _listed(names: Any) -> Any:
    return list[Literal[tuple(names)]]  # type: ignore[misc]
