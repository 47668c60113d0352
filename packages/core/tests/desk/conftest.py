"""A library on shelves in memory, and people who may do this or that to it."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cmp_to_key
from typing import Any

import pytest
from flask import Flask

from stack_core import Registry
from stack_core.description import Choice, Description, Field, Key, NamedRule
from stack_core.event import Change
from stack_core.filter import TRUE, Filter, Reader, fold, holds
from stack_core.problem import Denied, Invalid, NotFound, Problem, Stale
from stack_core.query import Aggregate, Page, Position, Query, Reach, Total
from stack_core.store import STORES, Ability, Related, Saved, Store

ABILITIES: frozenset[Ability] = frozenset(
    {"search", "stream", "bulk", "history", "restore", "related", "aggregate", "links"}
)


class State(Enum):
    draft = "d"
    out = "o"


class Seen:
    """Reads a row through relations, as far as a reach allows; without one all of it."""

    def __init__(self, shelf: Shelf, row: Mapping[str, Any], reach: Reach | None) -> None:
        self.shelf, self.row, self.reach = shelf, row, reach

    def value(self, path: str) -> Any:
        name, _, rest = path.partition(".")
        if not name:
            return self.shelf.key_of(self.row)
        field = self.shelf.description.by_name[name]
        if field.type != "relation":
            return self.row[name]
        other = self.shelf.behind(field, self.row[name], self.reach)
        return None if other is None else other.value(rest)

    def some(self, path: str) -> Iterable[Reader]:
        first, _, rest = path.partition(".")
        field = self.shelf.description.by_name[first]
        if rest:
            other = self.shelf.behind(field, self.row[first], self.reach)
            return [] if other is None else other.some(rest)
        found = (self.shelf.behind(field, key, self.reach) for key in self.row[path])
        return [each for each in found if each is not None]

    def rule(self, name: str, values: tuple[Any, ...]) -> bool:
        return bool(self.row["pages"] >= values[0])


class Shelf:
    """Keeps the rows of one kind in a dictionary, and remembers what it was asked."""

    def __init__(self, library: dict[str, Shelf], description: Description) -> None:
        self.library, self.description, self.abilities = library, description, ABILITIES
        self.rows: dict[Key, dict[str, Any]] = {}
        self.past: list[Change] = []
        self.asked: list[tuple[str, Any, Any]] = []
        library[description.kind] = self

    def key_of(self, row: Mapping[str, Any]) -> Key:
        parts = tuple(row[column.name] for column in self.description.key)
        return parts if len(parts) > 1 else parts[0]

    def put(self, **row: Any) -> None:
        whole = {field.name: None for field in self.description.fields} | row
        self.rows[self.key_of(whole)] = whole

    def behind(self, field: Field, key: Key, reach: Reach | None) -> Seen | None:
        other = self.library[field.relation]
        scope = TRUE if reach is None else reach.of(field.relation)
        row = other.rows.get(key)
        if row is None or not holds(scope, Seen(other, row, None)):
            return None
        return Seen(other, row, reach)

    def within(self, key: Key, reach: Reach) -> Seen | None:
        row = self.rows.get(key)
        if row is None or not holds(reach.row, Seen(self, row, None)):
            return None
        return Seen(self, row, reach)

    def find(self, query: Query, reach: Reach) -> list[Seen]:
        rows = [seen for key in self.rows if (seen := self.within(key, reach))]
        names = query.search_in
        if names is None:
            names = tuple(field.name for field in self.description.fields if field.searchable)
        if query.search:
            text = fold(query.search)
            rows = [seen for seen in rows if any(text in fold(seen.row[n] or "") for n in names)]
        rows = [seen for seen in rows if holds(query.where, seen)]
        return sorted(
            rows, key=cmp_to_key(lambda a, b: compare(query, at(query, a), at(query, b)))
        )

    def page(self, query: Query, reach: Reach) -> Page:
        self.asked.append(("page", query, reach))
        every = rows = self.find(query, reach)
        spot = query.position
        if spot is not None:
            side = -1 if spot.backwards else 1
            rows = [seen for seen in rows if compare(query, at(query, seen), spot.values) == side]
        rows = rows[-query.limit :] if spot and spot.backwards else rows[: query.limit]
        first, last = (rows[0], rows[-1]) if rows else (None, None)
        return Page(
            fields=query.fields,
            rows=[tuple(seen.value(path) for path in query.fields) for seen in rows],
            keys=[seen.value("") for seen in rows],
            total=None if query.total == "none" else Total(len(every)),
            next=Position(at(query, last)) if last and last is not every[-1] else None,
            previous=Position(at(query, first), True) if first and first is not every[0] else None,
            searched="scan" if query.search else "none",
        )

    def stream(self, query: Query, reach: Reach) -> Iterator[tuple[Any, ...]]:
        self.asked.append(("stream", query, reach))
        for seen in self.find(query, reach):
            yield tuple(seen.value(path) for path in query.fields)

    def aggregate(self, what: Aggregate, reach: Reach) -> list[tuple[Any, ...]]:
        self.asked.append(("aggregate", what, reach))
        where = Query(fields=(), where=what.where, search=what.search, search_in=what.search_in)
        return [(len(self.find(where, reach)),)]

    def row(self, key: Key, fields: Sequence[str], reach: Reach) -> tuple[Any, ...] | None:
        self.asked.append(("row", tuple(fields), reach))
        seen = self.within(key, reach)
        return None if seen is None else tuple(seen.value(path) for path in fields)

    def get(self, key: Key, reach: Reach) -> Any | None:
        seen = self.within(key, reach)
        return None if seen is None else seen.row

    def related(self, key: Key, reach: Reach) -> tuple[Related, ...]:
        if self.within(key, reach) is None:
            raise NotFound()
        return (
            Related("author", "author", Total(3), "clear"),
            Related("book_tag", "book_id", Total(2), "delete"),
        )

    def links(
        self, name: str, keys: Sequence[Key], reach: Reach, *, limit: int
    ) -> list[tuple[Key, Key]]:
        self.asked.append(("links", (name, tuple(keys), limit), reach))
        rows = [seen for key in sorted(keys) if (seen := self.within(key, reach))]
        found = [(row.value(""), other.value("")) for row in rows for other in row.some(name)]  # type: ignore[attr-defined]
        return found[:limit]

    def history(self, key: Key, reach: Reach, *, limit: int = 50) -> list[Change]:
        if self.within(key, reach) is None:
            raise NotFound()
        return self.past[:limit]

    def advise(self, query: Query) -> tuple[Any, ...]:
        return ()

    def create(self, values: Mapping[str, Any], reach: Reach) -> Saved:
        self.asked.append(("create", dict(values), reach))
        self.put(**{"id": len(self.rows) + 1, "version": 1, **values})
        key, row = list(self.rows.items())[-1]
        return self.saved(key, row, reach, tuple(values))

    def update(
        self, key: Key, values: Mapping[str, Any], reach: Reach, *, version: Any = None
    ) -> Saved:
        self.asked.append(("update", dict(values), reach))
        seen = self.within(key, reach)
        if seen is None:
            raise NotFound()
        row, before = self.rows[key], dict(self.rows[key])
        if version is not None and version != row["version"]:
            raise Stale(row["version"])
        changed = tuple(name for name, value in values.items() if value != row[name])
        row.update(values, version=row["version"] + 1)
        try:
            return self.saved(key, row, reach, changed)
        except Problem:
            self.rows[key] = before
            raise

    def saved(self, key: Key, row: dict[str, Any], reach: Reach, names: tuple[str, ...]) -> Saved:
        for name in names:
            field = self.description.by_name[name]
            one = field.type == "relation" and not field.many and row[name] is not None
            if one and self.behind(field, row[name], reach) is None:
                raise Invalid()
        if self.within(key, reach) is None:
            raise Denied()
        return Saved(key=key, version=row["version"], changed=names, known={"": key, **row})

    def delete(self, key: Key, reach: Reach, *, version: Any = None) -> Saved:
        self.asked.append(("delete", key, reach))
        if self.within(key, reach) is None:
            raise NotFound()
        del self.rows[key]
        return Saved(key=key)

    def create_many(self, rows: Iterable[Mapping[str, Any]], reach: Reach) -> int:
        before = copy.deepcopy(self.rows)
        try:
            return len([self.create(values, reach) for values in rows])
        except Problem:
            self.rows = before
            raise

    def update_where(self, where: Filter, values: Mapping[str, Any], reach: Reach) -> int:
        found = self.find(Query(fields=(), where=where), reach)
        return len([self.update(seen.value(""), values, reach) for seen in found])

    def delete_where(self, where: Filter, reach: Reach) -> int:
        found = self.find(Query(fields=(), where=where), reach)
        return len([self.delete(seen.value(""), reach) for seen in found])

    def restore(self, key: Key, at: float, reach: Reach) -> Saved:
        return self.saved(key, self.rows[key], reach, ())

    @contextmanager
    def transaction(self) -> Iterator[Shelf]:
        before = copy.deepcopy(self.rows)
        try:
            yield self
        except BaseException:
            self.rows = before
            raise


def down_to_key(order: Sequence[str]) -> tuple[str, ...]:
    """An order as far as something is left to be decided."""
    whole = (*order, "")
    ends = [number for number, path in enumerate(whole) if path in ("", "-")]
    return whole[: ends[0] + 1]


def at(query: Query, seen: Seen) -> tuple[Any, ...]:
    """The values of a row's place in an order, its key last."""
    return tuple(seen.value(path.removeprefix("-")) for path in down_to_key(query.order))


def compare(query: Query, one: Sequence[Any], other: Sequence[Any]) -> int:
    """Which of two places comes first; missing values come last."""
    for path, a, b in zip(down_to_key(query.order), one, other, strict=False):
        if a == b:
            continue
        if a is None or b is None:
            return 1 if a is None else -1
        return (1 if a > b else -1) * (-1 if path.startswith("-") else 1)
    return 0 if len(one) == len(other) else 1


class Library(dict[str, Shelf]):
    """The shelves by kind."""

    def find_store(self, thing: object) -> Store | None:
        return self.get(thing) if isinstance(thing, str) else None


def plain(name: str, type: Any = "text", python: Any = str, **more: Any) -> Field:
    return Field(name=name, type=type, python=python, label=name.title(), **more)


ID = plain("id", "integer", int, read_only=True)
FIELDS: dict[str, tuple[Field, ...]] = {
    "team": (ID, plain("name")),
    "author": (
        ID,
        plain("name", searchable=True),
        plain("email"),
        plain("team", "relation", int, relation="team", nullable=True),
        plain("books", "relation", int, relation="book", many=True),
    ),
    "tag": (plain("name", required=True),),
    "seat": (plain("row", "integer", int), plain("name"), plain("free", "boolean", bool)),
    "book": (
        ID,
        plain("title", required=True, searchable=True, max_length=200),
        plain("blurb", nullable=True, searchable=True),
        plain("author", "relation", int, relation="author", nullable=True),
        plain("team", "relation", int, relation="team", nullable=True, far=True),
        plain("seat", "relation", tuple[int, str], relation="seat", nullable=True),
        plain("price", "decimal", Decimal, digits=(8, 2), nullable=True),
        plain("pages", "integer", int, nullable=True, ge=0, le=2**31 - 1),
        plain("published", "date", date, nullable=True),
        plain("state", "enum", State, choices=(Choice(State.draft, "Draft"),
                                               Choice(State.out, "Published"))),
        plain("extra", "json", Any, nullable=True),
        plain("cover", "binary", bytes, nullable=True, order=False),
        plain("raw", nullable=True, filter=False),
        plain("isbn", create_only=True),
        plain("password", write_only=True, searchable=True),
        plain("token", secret=True),
        plain("version", "integer", int, read_only=True),
        plain("tags", "relation", str, relation="tag", many=True),
    ),
}  # fmt: skip
KEYS = {"tag": ("name",), "seat": ("row", "name")}
RULES = {
    "book": (
        NamedRule("long", "Long", (plain("pages", "integer", int),), open=True),
        NamedRule("inner", "Inner", (plain("pages", "integer", int),)),
    )
}


def describe(library: Library, kind: str) -> Description:
    fields = FIELDS[kind]
    key = tuple(field for field in fields if field.name in KEYS.get(kind, ("id",)))
    title = "title" if kind == "book" else "name"

    def resolve(other: str) -> Description:
        return library[other].description

    return Description(
        kind=kind, label=kind.title(), plural=f"{kind.title()}s", key=key, fields=fields,
        title=title, version="version" if kind == "book" else "", resolve=resolve,
        rules=RULES.get(kind, ()),
    )  # fmt: skip


@pytest.fixture
def app(app: Flask) -> Flask:
    app.secret_key = "desk-tests"
    return app


@pytest.fixture
def library(app: Flask) -> Library:
    """Two teams, Ann and Bob of the one, Eve of the other; a book of each, and one of nobody."""
    library = Library()
    for kind in FIELDS:
        Shelf(library, describe(library, kind))
    for number, name in enumerate(["Red", "Blue"], 1):
        library["team"].put(id=number, name=name)
    for number, (name, team) in enumerate([("Ann", 1), ("Bob", 1), ("Eve", 2)], 1):
        library["author"].put(
            id=number, name=name, team=team, email=f"{name}@example.org", books=[number]
        )
    for name in ("new", "old"):
        library["tag"].put(name=name)
    library["seat"].put(row=7, name="a", free=True)
    for number, title in enumerate(["Axes", "Boats", "Cats", "Dogs"], 1):
        library["book"].put(
            id=number, title=title, blurb=f"On {title}", author=number if number < 4 else None,
            team=1 if number < 3 else 2, price=Decimal(number) / 4, pages=number * 100,
            published=date(2026, 1, number), state=State.out, extra={}, isbn=f"isbn-{number}",
            password=f"secret{number}", token=f"token{number}", version=1,
            tags=["new"] if number < 3 else ["old"], cover=b"\0", seat=(7, "a"),
        )  # fmt: skip
    Registry.of(app).offer(STORES, library)
    return library


@pytest.fixture
def books(library: Library) -> Shelf:
    return library["book"]
