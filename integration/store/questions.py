"""Random questions to a store: filters, scopes, orders and positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from stack_core.description import Description, Field
from stack_core.filter import FALSE, TRUE, All, AnyOf, Filter, Is, Not, Operator, Rule, Some
from stack_core.query import EVERYTHING, Position, Query, Reach

from .worlds import PLAIN, Rows

ASKED = ("book", "book", "book", "author", "loan", "copy", "note", "sample")
ORDERING: tuple[Operator, ...] = ("lt", "le", "gt", "ge")
PARTS: tuple[Operator, ...] = ("contains", "starts")
UNORDERED = ("enum", "boolean")
UNFILTERED = ("binary", "json")
FOLDED = frozenset({("team", "motto"), ("book", "subtitle"), ("copy", "place"), ("note", "body")})
"""The fields whose texts are ASCII, so that every database finds the same parts in them."""


class Place(NamedTuple):
    """A path with what it ends at.

    :param kind: of the row that has the field.
    :param field: None for the row's own key.
    """

    path: str
    kind: str
    field: Field | None


class Asker:
    """Makes questions about rows, out of their own values.

    :param describe: the descriptions of the kinds, by their words.
    """

    def __init__(self, random: Random, rows: Rows, describe: Mapping[str, Description]) -> None:
        self.random = random
        self.rows = rows
        self.describe = describe
        self._places = {kind: list(self._walk(kind, "", 3)) for kind in describe}
        self._asked = {
            (kind, steps): [
                place
                for place in places
                if self._is_asked(place) and place.path.count(".") <= steps
            ]
            for kind, places in self._places.items()
            for steps in (1, 2)
        }

    def question(self) -> tuple[str, Query, Reach]:
        """Return a kind, a query of it and a reach."""
        kind = self.random.choice(ASKED)
        fields = self.random.sample(self._places[kind], self.random.randint(1, 4))
        query = Query(
            fields=tuple(place.path for place in fields if self._is_read(place)),
            where=self.filter(kind, self.random.randint(0, 3)),
            order=self.order(kind),
            offset=self.random.choice((0, 0, 0, 1, 5)),
            limit=self.random.choice((1, 2, 5, 100)),
            total="exact",
        )
        return kind, query, self.reach(kind)

    def order(self, kind: str) -> tuple[str, ...]:
        """Return up to three paths, each in one of both directions."""
        places = [place for place in self._places[kind] if self._is_sorted(place)]
        chosen = self.random.sample(places, self.random.choice((0, 1, 1, 2, 3)))
        return tuple(self.random.choice(("", "-")) + place.path for place in chosen)

    def reach(self, kind: str) -> Reach:
        """Return everything, or a scope of the rows and of what is seen through relations."""
        chance = self.random.random()
        if chance < 0.4:
            return EVERYTHING
        row = self.filter(kind, 1, 1)
        if chance < 0.7:
            return Reach(row=row, trusted=True)
        through = [
            (other, self.filter(other, 1, 1) if self.random.random() < 0.5 else TRUE)
            for other in self.describe
        ]
        return Reach(row=row, through=tuple(through))

    def filter(self, kind: str, depth: int, steps: int = 2) -> Filter:
        """Return a filter of so many levels at most.

        :param steps: how many relations a path in it goes through; fewer inside
            others, for SQLite reads no statement that is nested very deep.
        """
        if depth == 0:
            return self._leaf(kind, steps)
        match self.random.randint(0, 6):
            case 0 | 1:
                return All(self._several(kind, depth, steps))
            case 2 | 3:
                return AnyOf(self._several(kind, depth, steps))
            case 4:
                return Not(self.filter(kind, depth - 1, steps))
            case 5:
                return self._some(kind, depth)
            case _:
                return self._leaf(kind, steps)

    def position(self, kind: str, query: Query, found: Sequence[tuple[Any, ...]]) -> Position:
        """Return a place in an order: behind some row, or where a value begins.

        :param found: the values of the order of rows that there are.
        """
        values = self.random.choice(found)
        if len(values) > 1 and self.random.random() < 0.3:
            values = values[: self.random.randint(1, len(values) - 1)]
        return Position(tuple(values), backwards=self.random.random() < 0.5)

    def _several(self, kind: str, depth: int, steps: int) -> tuple[Filter, ...]:
        count = self.random.randint(0, 3)
        return tuple(self.filter(kind, depth - 1, steps) for _ in range(count))

    def _some(self, kind: str, depth: int) -> Filter:
        ways: list[tuple[str, str]] = []
        for field in self.describe[kind].fields:
            if field.many:
                ways.append((field.name, field.relation))
            elif field.type == "relation":
                other = self.describe[field.relation].fields
                ways += [
                    (f"{field.name}.{each.name}", each.relation) for each in other if each.many
                ]
        if not ways:
            return self._leaf(kind, 1)
        path, other_kind = self.random.choice(ways)
        return Some(path, self.filter(other_kind, depth - 1, 1))

    def _leaf(self, kind: str, steps: int) -> Filter:
        chance = self.random.random()
        if chance < 0.03:
            return self.random.choice((TRUE, FALSE))
        if kind == "book" and chance < 0.08:
            return Rule("long", (self.random.choice((0, 100)),))
        place = self.random.choice(self._asked[kind, steps])
        op = self.random.choice(self._operators(place))
        if op == "null":
            return Is(place.path, op, self.random.random() < 0.5)
        if op == "in":
            count = self.random.randint(0, 4)
            return Is(place.path, op, [self._value(place) for _ in range(count)])
        if op in PARTS:
            return Is(place.path, op, self.random.choice(PLAIN))
        return Is(place.path, op, self._value(place))

    def _operators(self, place: Place) -> list[Operator]:
        found: list[Operator] = ["eq", "eq", "in", "null"]
        if place.field is None or place.field.type not in UNORDERED:
            found += ORDERING
        if place.field is not None and (place.kind, place.field.name) in FOLDED:
            found += PARTS * 2
        return found

    def _value(self, place: Place) -> Any:
        """Return a value that some row has there, or that another row's would be."""
        key, field = self._key, place.field
        if field is None:
            return key(self.random.choice(self.rows[place.kind]), place.kind)
        if field.type == "relation":
            return key(self.random.choice(self.rows[field.relation]), field.relation)
        values = [row[field.name] for row in self.rows[place.kind]]
        there = [value for value in values if value is not None]
        return self.random.choice(there) if there else None

    def _key(self, row: Mapping[str, Any], kind: str) -> Any:
        match kind:
            case "copy":
                return (row["book"], row["number"])
            case "tagging":
                return (row["book"], row["tag"])
            case "tag":
                return row["word"]
            case _:
                return row["id"]

    def _walk(self, kind: str, before: str, depth: int) -> Any:
        yield Place(before.rstrip("."), kind, None)
        for field in self.describe[kind].fields:
            path = before + field.name
            if field.many or not field.readable or field.name in ("version", "deleted_at"):
                continue
            if field.type != "relation":
                yield Place(path, kind, field)
            elif depth > 1:
                yield from self._walk(field.relation, path + ".", depth - 1)
            else:
                yield Place(path, kind, field)

    def _is_asked(self, place: Place) -> bool:
        return place.field is None or place.field.type not in UNFILTERED

    def _is_read(self, place: Place) -> bool:
        return place.field is None or place.field.type not in UNFILTERED

    def _is_sorted(self, place: Place) -> bool:
        """Tell whether every database sorts it alike, as it does not with enums."""
        return place.field is None or place.field.type not in ("enum", *UNFILTERED)
