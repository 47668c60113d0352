"""Reading a resource: its list, page by page, and one item."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from flask import request
from werkzeug.datastructures import MultiDict

from stack_core.description import Key
from stack_core.desk import Listing
from stack_core.filter import TRUE, Filter
from stack_core.problem import BadQuery
from stack_core.query import Query, Total

from ..http.accept import choose_media_type
from ..http.answer import answer_bytes, answer_json, answer_nothing
from ..http.encoder import ENCODER
from ..http.etag import is_known, write_etag
from ..http.media_type import JSON, ND_LINES
from ..http.query import read_query
from .bound import BoundResource, Read
from .including import include, list_keys
from .items import Shape
from .lines import stream_rows
from .listing import FORMATS, NOTHING, Asked, find_faults, read_item, read_list
from .sight import Sight

MEDIA_TYPES = (*FORMATS.values(), ND_LINES)
_PLAIN = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?-]*", re.ASCII)
"""A query string without anything that is escaped, or would have to be."""
_PLACES = ("cursor=", "offset=")
_SAFE = "/,~:@!$&'()*+;="


class Page(msgspec.Struct, omit_defaults=True):
    """One page of a list.

    :param next: the cursor of the page after it, ``previous`` of the one before; null at an end.
    :param total: how many there are, if that was asked for.
    """

    items: list[Any]
    next: str | None
    previous: str | None
    total: Total | None = None


class Reading:
    """The reading half of a resource.

    :param within: what holds of every row of a list besides what was asked for.
    """

    def __init__(self, bound: BoundResource, within: Filter = TRUE) -> None:
        self._bound = bound
        self._within = within

    def page(self) -> Any:
        """Answer with a page, or with the whole list line by line."""
        bound = self._bound
        sizes = bound.page_size, bound.settings.page_limit
        read = partial(read_list, find_args(), bound.layout, sizes)
        try:
            asked = read()
            media_type = FORMATS[asked.format] if asked.format else choose_media_type(MEDIA_TYPES)
            if media_type != JSON:
                return self._stream(asked, media_type)
            return self._narrowing(asked, lambda names, tagged: self._page(asked, names))
        except BadQuery as problem:
            self._explain(problem, read)
            # A desk knows paths and not what their parameters are called.
            problem.errors = problem.errors or tuple(find_faults(find_args(), bound.layout))
            raise

    def item(self, key: str) -> Any:
        """Answer with one item."""
        read = partial(read_item, find_args(), self._bound.layout)
        found = self._bound.desk.parse_key(key)
        try:
            asked = read()
            return self._narrowing(asked, partial(self._answer_item, asked, found))
        except BadQuery as problem:
            self._explain(problem, read)
            raise

    def show(self, key: Key) -> Any:
        """Answer with all of one item, whatever the address asks for."""
        asked = Asked(names=self._bound.layout.read)
        return self._narrowing(asked, partial(self._answer_item, asked, key))

    def _narrowing(self, asked: Asked, read: Read) -> Any:
        named = asked.names is not self._bound.layout.read
        return self._bound.narrowing(asked.names, read, named=named)

    def _explain(self, problem: BadQuery, read: Callable[..., Asked]) -> None:
        """Raise what whoever asks is told of all that they may not ask for.

        What is hidden from them is told as what is not there, in one go.

        :param read: reads the parameters once more, with what they see.
        """
        self._bound.desk.require("read")
        try:
            read(Sight(self._bound))
        except BadQuery as told:
            if told.errors:
                raise told from problem

    def _page(self, asked: Asked, names: tuple[str, ...]) -> Any:
        shape = self._bound.shapes.find(names, included=bool(asked.include))
        sorts = self._bound.layout.sorts
        # What is not for clients to sort by is not for them to read in a cursor.
        bare = any(path.removeprefix("-") not in sorts for path in asked.order)
        query, desk = self._query(asked, shape), self._bound.desk
        listing = desk.page(query, asked.cursor, bare=bare, within=self._within)
        items = shape.make_all(listing.rows, listing.keys)
        if self._bound.layout.many or asked.include:
            self._complete(asked, names, items, listing.keys)
        page = Page(items, listing.next, listing.previous, listing.total)
        return answer_json(page, headers=_link(listing))

    def _answer_item(self, asked: Asked, key: Key, names: tuple[str, ...], tagged: bool) -> Any:
        bound = self._bound
        shape = bound.shapes.find(names, included=bool(asked.include), tagged=tagged)
        row = bound.desk.row(key, shape.paths)
        item = shape.cls(*row) if shape.plain else shape.make(row, key)
        if bound.layout.many or asked.include:
            self._complete(asked, names, [item], [key])
        body = ENCODER.encode(item)
        if shape.version is None:
            return answer_bytes(body)
        etag = write_etag(shape.find_version(row), body)
        if is_known(etag):
            return answer_nothing(304, {"ETag": etag})
        return answer_bytes(body, 200, {"ETag": etag})

    def _complete(
        self, asked: Asked, names: tuple[str, ...], items: list[Any], keys: Sequence[Key]
    ) -> None:
        """Add what takes statements of its own."""
        many = [name for name in self._bound.layout.many if name in names]
        if many:
            list_keys(self._bound, many, items, keys)
        if asked.include:
            include(self._bound, asked.include, items, keys)

    def _stream(self, asked: Asked, media_type: str) -> Any:
        layout = self._bound.layout
        # Lists of keys are a statement more for each page, and there are no pages.
        names = tuple(name for name in asked.names if name not in layout.many)

        def read(names: tuple[str, ...], tagged: bool) -> Any:
            shape = self._bound.shapes.find(names)
            query = self._query(asked, shape, keyed=layout.needs_key)
            rows = self._bound.desk.stream(query, within=self._within)
            return stream_rows(layout, shape, rows, media_type)

        return self._bound.narrowing(names, read, named=asked.names is not layout.read)

    def _query(self, asked: Asked, shape: Shape, *, keyed: bool = False) -> Query:
        bound, among = self._bound, None
        if asked.search and not bound.layout.searches_all:
            among = bound.see(bound.layout.searchable)
        return Query(
            fields=(*shape.paths, "") if keyed else shape.paths,
            where=asked.where,
            search=asked.search,
            search_in=among,
            order=asked.order,
            offset=asked.offset,
            limit=asked.limit,
            total=asked.total,
        )


def _link(listing: Listing) -> dict[str, str] | None:
    """Return the header that leads to the pages beside this one, as RFC 8288 has it."""
    links = [
        f'<{_address(cursor)}>; rel="{name}"'
        for name, cursor in (("next", listing.next), ("prev", listing.previous))
        if cursor
    ]
    return {"Link": ", ".join(links)} if links else None


def _address(cursor: str) -> str:
    query = str(request.environ.get("QUERY_STRING", ""))
    if _PLAIN.fullmatch(query):
        # As it came, but for what says where the page begins: quicker than taking all apart.
        kept = [each for each in query.split("&") if each and not each.startswith(_PLACES)]
        text = "&".join([*kept, f"cursor={cursor}"])
    else:
        pairs = parse_qsl(query.encode("latin-1").decode("utf-8", "replace"), True)
        wanted = [pair for pair in pairs if pair[0] not in ("cursor", "offset")]
        text = urlencode([*wanted, ("cursor", cursor)])
    return f"{quote(request.script_root + request.path, safe=_SAFE)}?{text}"


def find_args() -> MultiDict[str, str]:
    """Return the parameters of the query string, which most addresses do not have."""
    return read_query() if request.environ.get("QUERY_STRING") else NOTHING
