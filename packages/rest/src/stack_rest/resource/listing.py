"""The query string of a list: what is wanted, every parameter checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Literal, Protocol, get_args

import msgspec
from werkzeug.datastructures import MultiDict

from stack_core.filter import TRUE, Filter
from stack_core.inspection import MOST_ORDERS
from stack_core.problem import BadQuery, FieldError

from ..http.media_type import CSV, JSON, LINES
from ..shape.node import shorten
from .filters import SINGLE, FilterParameter, combine
from .layout import Layout

MOST_OFFSET = 2**31 - 1
NOTHING: MultiDict[str, str] = MultiDict()
"""The parameters of an address that has none."""

Filters = Mapping[str, FilterParameter]
Counting = Literal["exact", "estimate", "capped", "none"]
TOTALS: tuple[Counting, ...] = get_args(Counting)
FORMATS = {"json": JSON, "jsonl": LINES, "csv": CSV}
"""The media type of each word of ``format``."""


class Asked(msgspec.Struct, kw_only=True):
    """What one request wants of a list."""

    names: tuple[str, ...]
    include: tuple[str, ...] = ()
    where: Filter = TRUE
    search: str = ""
    order: tuple[str, ...] = ()
    limit: int = 0
    offset: int = 0
    cursor: str = ""
    total: Counting = "none"
    format: str = ""


class Seeing(Protocol):
    """Picks what whoever asks may see."""

    def pick(self, names: Collection[str]) -> tuple[str, ...]:
        """Return those of some fields and paths that they may see."""
        ...

    def pick_included(self, names: Collection[str]) -> tuple[str, ...]:
        """Return those of some relations that they may ask for."""
        ...


def read_list(
    args: MultiDict[str, str],
    layout: Layout,
    sizes: tuple[int, int],
    sight: Seeing | None = None,
) -> Asked:
    """Return what a query string wants.

    :param sizes: the items of a page where it does not say, and the most.
    :param sight: of whoever asks; None: of somebody who sees all.
    :raises BadQuery: it names all that is wrong.
    """
    size, most = sizes
    asked = Asked(names=layout.read, order=layout.resource.options.order, limit=size)
    if not args:
        return asked
    reader = _Reader(layout, asked, most, sight)
    filters = layout.filters if sight is None else _pick_filters(layout.filters, sight)
    parts: list[tuple[str, Filter]] = []
    for name, texts in args.lists():
        parameter = _find_filter(filters, name)
        if parameter is not None:
            parts += [(parameter.some, part) for part in _read_filter(parameter, texts)]
        else:
            reader.read(name, texts)
    reader.finish()
    if parts:
        asked.where = combine(parts)
    return asked


def find_faults(args: MultiDict[str, str], layout: Layout) -> Iterator[FieldError]:
    """Yield which of the filters of a list that was refused have values that are none."""
    for name, texts in args.lists():
        if (parameter := _find_filter(layout.filters, name)) is None:
            continue
        for text in texts:
            if fault := parameter.find_fault(text):
                yield FieldError((shorten(name),), fault, source="query")


def _find_filter(filters: Filters, name: str) -> FilterParameter | None:
    found = filters.get(name)
    if found is None and name.endswith("[eq]"):
        found = filters.get(name.removesuffix("[eq]"))
        return found if found and found.comparison == "eq" else None
    return found


def _read_filter(parameter: FilterParameter, texts: Sequence[str]) -> list[Filter]:
    try:
        return list(parameter.read(texts))
    except msgspec.ValidationError as error:
        # What is wrong is found again, of this parameter and of the others.
        raise BadQuery(str(error)) from None


def _pick_filters(filters: Filters, sight: Seeing) -> Filters:
    seen = set(sight.pick({each.whole for each in filters.values()}))
    return {name: each for name, each in filters.items() if each.whole in seen}


def read_item(args: MultiDict[str, str], layout: Layout, sight: Seeing | None = None) -> Asked:
    """Return what the query string of one item wants.

    :param sight: of whoever asks; None: of somebody who sees all.
    :raises BadQuery: it names all that is wrong.
    """
    asked = Asked(names=layout.read)
    if not args:
        return asked
    reader = _Reader(layout, asked, 0, sight)
    for name, texts in args.lists():
        reader.read(name, texts, of_item=True)
    reader.finish()
    return asked


class _Reader:
    """Reads the parameters that are no filters, and collects what is wrong."""

    def __init__(self, layout: Layout, asked: Asked, most: int, sight: Seeing | None) -> None:
        self._layout = layout
        self._asked = asked
        self._most = most
        self._sight = sight
        self._errors: list[FieldError] = []

    def read(self, name: str, texts: Sequence[str], *, of_item: bool = False) -> None:
        read = _READERS.get(name)
        if read is None or (of_item and name not in ("fields", "include")):
            self._refuse(name, "There is no such parameter here.", "unknown")
        elif len(texts) > 1:
            self._refuse(name, "This is given more than once.")
        else:
            try:
                read(self, texts[0])
            except ValueError as error:
                self._refuse(name, str(error))

    def finish(self) -> None:
        asked = self._asked
        if asked.cursor and asked.offset:
            self._refuse("offset", "A cursor knows where it is. Leave the offset out.")
        if self._errors:
            raise BadQuery("Some of these parameters cannot be used.", errors=self._errors)

    def fields(self, text: str) -> None:
        if text:
            self._asked.names = _pick(text, self._see(self._layout.read))

    def include(self, text: str) -> None:
        if text:
            known = self._layout.resource.options.include
            seen = known if self._sight is None else self._sight.pick_included(known)
            self._asked.include = _pick(text, seen)

    def sort(self, text: str) -> None:
        if text:
            names = tuple(text.split(","))
            if len(names) > MOST_ORDERS:
                raise ValueError(f"These are more than {MOST_ORDERS}. Name fewer.")
            known = self._see(self._layout.sorts)
            _check_known([name.removeprefix("-") for name in names], known)
            self._asked.order = names

    def search(self, text: str) -> None:
        if not self._see(self._layout.searchable):
            raise ValueError("There is nothing to look into here. Use a filter.")
        self._asked.search = text

    def limit(self, text: str) -> None:
        self._asked.limit = _number(text, 1, self._most)

    def offset(self, text: str) -> None:
        self._asked.offset = _number(text, 0, MOST_OFFSET)

    def cursor(self, text: str) -> None:
        self._asked.cursor = text

    def total(self, text: str) -> None:
        if text not in TOTALS:
            raise ValueError(f"This is none of {', '.join(TOTALS)}.")
        self._asked.total = text

    def format(self, text: str) -> None:
        if text not in FORMATS:
            raise ValueError(f"This is none of {', '.join(FORMATS)}.")
        self._asked.format = text

    def _see(self, names: Collection[str]) -> Collection[str]:
        return names if self._sight is None else self._sight.pick(names)

    def _refuse(self, name: str, message: str, code: str = "invalid") -> None:
        self._errors.append(FieldError((shorten(name),), message, code, source="query"))


_READERS: Mapping[str, Callable[[_Reader, str], None]] = {
    name: getattr(_Reader, name) for name in SINGLE
}


def _pick(text: str, known: Collection[str]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.split(",")))
    _check_known(names, known)
    return names


def _check_known(names: Sequence[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise ValueError(f"There is no {name[:100]!r} to ask for here.")


def _number(text: str, least: int, most: int) -> int:
    # Ten digits at most: what nobody means is not made a number, which takes long.
    plain = text.isascii() and text.isdigit() and len(text) <= 10 and str(int(text)) == text
    if not (plain and least <= int(text) <= most):
        raise ValueError(f"This is not a whole number from {least} to {most}.")
    return int(text)
