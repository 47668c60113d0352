"""What an act asks for, checked; and which kinds that leads through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from .act import Act
from .condition import (
    MOST_VALUES,
    ORDERED,
    Conditions,
    check_search,
    convert_value,
    refuse_path,
    show,
)
from .description import Description, Key
from .filter import TRUE, Filter
from .path import Path, Paths, convert_key
from .plan import Plan, Plans, make_plan
from .problem import BadQuery, NotFound
from .query import Aggregate, Group, Measure, Position, Query, Reach

MOST_FIELDS = 100
"""How many paths a query names beside as many as its kind has fields, and how many measures."""
MOST_ORDERS = 10
MOST_RELATIONS = 30
"""SQLite joins 64 tables and MariaDB 61; scopes of relations take theirs of the rest."""
MOST_GROUPS = 5
LARGEST = 2**31 - 1
COUNTED = frozenset({"integer", "decimal", "float"})


class Inspection:
    """Checks all that one act asks for, and collects the kinds that are seen through relations.

    :param act: whose rights count.
    """

    __slots__ = ("_joined", "_paths", "_plans", "act", "kinds")

    def __init__(self, act: Act) -> None:
        self.act = act
        self.kinds: dict[str, Description] = {}
        self._paths = Paths.of(act.description)
        self._plans = Plans.of(act.description)
        self._joined: set[str] = set()

    def look(self, description: Description, text: object, to_many: bool = False) -> Path:
        """Return a path that whoever asks may read.

        :raises BadQuery: there is none for them; all reasons have one sentence.
        """
        if not isinstance(text, str):
            raise refuse_path(text)
        try:
            path = self._paths.find(description, text, to_many=to_many)
        except LookupError:
            raise refuse_path(text) from None
        if path.steps and not self.act.sees(path):
            raise refuse_path(text)
        for kind in path.kinds:
            self.pass_through(kind)
        return path

    def find(self, text: str) -> Path | None:
        """Return a path that whoever asks may read, or None."""
        try:
            return self.look(self.act.description, text)
        except BadQuery:
            return None

    def sees(self, text: str) -> bool:
        """Tell whether whoever asks may read a path; nothing is read through it for that."""
        try:
            path = self._paths.find(self.act.description, text)
        except LookupError:
            return False
        return not path.steps or self.act.sees(path)

    def pass_through(self, description: Description) -> None:
        """Note that rows of a kind are seen, or set, through a relation."""
        self.kinds[description.kind] = description

    def reach(self, verb: str) -> Reach:
        """Return what whoever asks may reach with a verb, through all that was looked at."""
        return self.act.reach(verb, self.kinds.values())

    def check_paths(self, fields: Sequence[str], order: Sequence[str] = ()) -> Plan:
        """Check the paths that are to be read, and those of an order.

        Where all of them were met before, nothing but access is asked.
        """
        plan = self._plans.find(fields, order)
        if plan is not None and self.act.reach_along(plan) is not None:
            for kind in plan.kinds:
                self.kinds[kind.kind] = kind
            return plan
        self.act.require("read")
        read, ordered = self.check_fields(fields), self.check_order(order)
        plan = make_plan(read, order, ordered)
        self._plans.keep(fields, order, plan)
        return plan

    def check_fields(self, fields: Sequence[str]) -> list[Path]:
        """Return the paths that are to be read."""
        most = len(self.act.description.fields) + MOST_FIELDS
        if isinstance(fields, str) or len(fields) > most:
            raise BadQuery(f"A query names at most {most} fields. Ask for fewer.")
        found = [self.look(self.act.description, text) for text in fields]
        for path in found:
            self._join(path)
        return found

    def check_links(self, name: str, keys: Sequence[Key]) -> list[Key]:
        """Return the keys of rows whose to-many relation is to be read."""
        if "." in str(name):
            raise refuse_path(name)
        self.look(self.act.description, name, to_many=True)
        if len(keys) > MOST_VALUES:
            raise BadQuery(f"There are at most {MOST_VALUES} keys. Give fewer.")
        return [self.check_key(key) for key in keys]

    def check_order(self, order: Sequence[str]) -> tuple[Path, ...]:
        """Return the paths of an order down to the key's, which decides what is left."""
        if isinstance(order, str) or len(order) > MOST_ORDERS:
            raise BadQuery(f"An order has at most {MOST_ORDERS} fields. Ask for fewer.")
        found = []
        for text in (*order, ""):
            bare = str(text).removeprefix("-")
            path = self.look(self.act.description, bare)
            if path.fields and not path.fields[-1].order:
                raise refuse_path(bare)
            self._join(path)
            found.append(path)
        end = next(number for number, path in enumerate(found) if not path.fields)
        return tuple(found[: end + 1])

    def check_where(self, where: Filter) -> Filter:
        """Return a filter with values of the fields' own types."""
        if where is TRUE:
            return where
        return Conditions(self.look).check(where, self.act.description)

    def check_search(self, text: str, among: Sequence[str] | None) -> tuple[str, ...] | None:
        """Return which fields are looked into for a text, or None for all that there are.

        What somebody may not read is not looked into: finding would tell.
        """
        if not text:
            return None
        check_search(text)
        own = self.act.description
        every = [field.name for field in own.fields if field.searchable]
        seen = tuple(name for name in every if self.sees(name))
        if among is not None:
            for name in among:
                if name not in seen:
                    raise refuse_path(name)
            seen = tuple(name for name in seen if name in among)
        if not seen:
            raise BadQuery("There is nothing to look into here. Use a filter.")
        return None if len(seen) == len(every) else seen

    def check_position(self, position: Position, order: Sequence[Path]) -> Position:
        """Return a position with values of the order's own types, None among them."""
        values: Any = position.values
        if not isinstance(values, list | tuple) or len(values) > len(order):
            raise BadQuery("A position has no more values than its order. Give fewer.")
        found = (
            None if value is None and path.fields else convert_value(path, value)
            for path, value in zip(order, values, strict=False)
        )
        return Position(tuple(found), bool(position.backwards))

    def check_numbers(self, query: Query, limit: int) -> int:
        """Return how many rows a page has at most; hold its other numbers against their bounds."""
        check_number(query.limit, 1, "limit")
        check_number(query.offset, 0, "offset")
        check_number(query.cap, 1, "cap")
        if query.total not in ("exact", "estimate", "capped", "none"):
            raise BadQuery(f"{show(query.total)} is no way to count. Use 'exact' or 'none'.")
        return min(query.limit, limit)

    def check_aggregate(self, what: Aggregate) -> None:
        """Check measures and groups."""
        if not what.measures or len(what.measures) > MOST_FIELDS:
            raise BadQuery(f"There must be 1 to {MOST_FIELDS} measures. Give as many.")
        if len(what.groups) > MOST_GROUPS:
            raise BadQuery(f"There are at most {MOST_GROUPS} groups. Give fewer.")
        for measure in what.measures:
            self._check_measure(measure)
        for group in what.groups:
            self._check_group(group)
        check_number(what.limit, 1, "limit")

    def check_key(self, key: Key) -> Key:
        """Return a key as its columns have it.

        :raises NotFound: it is none, so there is no such row.
        """
        return check_key(self.act.description, key)

    def _join(self, path: Path) -> None:
        """Count the relations that a store must join to read a path."""
        if not path.kinds:
            return
        so_far = path.text
        while so_far := so_far.rpartition(".")[0]:
            self._joined.add(so_far)
        if path.field is None and path.text:
            self._joined.add(path.text)
        if len(self._joined) > MOST_RELATIONS:
            raise BadQuery(
                f"A query reads through at most {MOST_RELATIONS} relations. Ask for fewer."
            )

    def _check_measure(self, measure: Measure) -> None:
        path = self.look(self.act.description, measure.path)
        self._join(path)
        kind = path.field.type if path.field else ""
        suits = {
            "count": True,
            "sum": kind in COUNTED,
            "avg": kind in COUNTED,
            "min": kind in ORDERED,
            "max": kind in ORDERED,
        }
        if not suits.get(measure.what):
            raise BadQuery(
                f"There is no {show(measure.what)} of {show(measure.path)}. Use another."
            )

    def _check_group(self, group: Group) -> None:
        path = self.look(self.act.description, group.path)
        self._join(path)
        kind = path.field.type if path.field else ""
        if group.by == "value":
            suits = kind not in ("json", "binary")
        else:
            suits = group.by in ("day", "week", "month", "year") and kind in ("date", "datetime")
        if not suits:
            raise BadQuery(f"{show(group.path)} has no {show(group.by)} to group by. Use another.")
        if not _is_zone(group.zone):
            raise BadQuery(f"{show(group.zone)} is no time zone. Use one such as 'Europe/Vienna'.")


def check_key(description: Description, key: Key) -> Key:
    """Return a key as its columns have it.

    :raises NotFound: it is none, so there is no such row.
    """
    try:
        return convert_key(description, key)
    except (ValueError, LookupError):
        raise NotFound() from None


def check_number(value: Any, least: int, name: str) -> None:
    """Hold a number against its bounds."""
    if type(value) is not int or not least <= value <= LARGEST:
        raise BadQuery(f"{name!r} is {show(value)}. Give a number from {least} to {LARGEST}.")


def _is_zone(name: Any) -> bool:
    if name == "UTC":
        return True
    try:
        return isinstance(name, str) and bool(ZoneInfo(name))
    except (ValueError, OSError, LookupError):
        return False
