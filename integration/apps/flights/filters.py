"""What the list of flights can be asked for, read from the address and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from stack_core.filter import All, Filter, Is
from werkzeug.exceptions import BadRequest

YEAR = 2013
GREATEST_ID = 2**31 - 1
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Filters:
    """Which flights to list; what is empty does not matter."""

    search: str = ""
    carrier: str = ""
    origin: str = ""
    destination: str = ""
    month: int = 0

    def where(self) -> Filter:
        """What a flight has to be like; the search is a matter of its own."""
        asked = (
            ("airline", self.carrier),
            ("departure", self.origin),
            ("arrival", self.destination),
        )
        parts: list[Filter] = [Is(path, "eq", code) for path, code in asked if code]
        if self.month:
            parts += _in_month(self.month)
        return All(tuple(parts))

    def query(self) -> dict[str, str | int]:
        """The parameters of an address that asks for the same."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Place:
    """Where in the list to be: where a cursor points to, at the end, or at the start."""

    cursor: str = ""
    last: bool = False


def read_filters(given: Mapping[str, str]) -> Filters:
    """Read the filters.

    :raises BadRequest: When a value cannot be what its name says.
    """
    search = " ".join(given.get("search", "").split())
    if len(search) > LONGEST_SEARCH:
        raise BadRequest(f"'search' has at most {LONGEST_SEARCH} letters.")
    return Filters(
        search=search,
        carrier=_code(given, "carrier", 2),
        origin=_code(given, "origin", 3),
        destination=_code(given, "destination", 3),
        month=_number(given, "month", 12),
    )


def read_place(given: Mapping[str, str]) -> Place:
    """Read where in the list to be.

    :raises BadRequest: When a value is wrong, or there is more than one.
    """
    last, cursor = given.get("last", ""), given.get("cursor", "")
    if last not in ("", "1"):
        raise BadRequest("'last' is 1 or left out.")
    if cursor and last:
        raise BadRequest("Only one of 'cursor' and 'last' can be given.")
    return Place(cursor, bool(last))


def _code(given: Mapping[str, str], name: str, length: int) -> str:
    text = given.get(name, "")
    if text and not re.fullmatch(rf"[0-9A-Za-z]{{{length}}}", text):
        raise BadRequest(f"'{name}' is a code of {length} letters or digits.")
    return text.upper()


def _number(given: Mapping[str, str], name: str, greatest: int) -> int:
    text = given.get(name, "")
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]{1,10}", text) or not 0 < int(text) <= greatest:
        raise BadRequest(f"'{name}' is a whole number from 1 to {greatest}.")
    return int(text)


def _in_month(month: int) -> list[Filter]:
    """The dates decide; the instants, a day wider, let the index on them narrow the search."""
    first = date(YEAR, month, 1)
    end = date(YEAR + month // 12, month % 12 + 1, 1)
    start = datetime.combine(first, time(), UTC) - timedelta(days=1)
    stop = datetime.combine(end, time(), UTC) + timedelta(days=1)
    return [
        Is("day", "ge", first),
        Is("day", "lt", end),
        Is("departs_at", "ge", start),
        Is("departs_at", "lt", stop),
    ]
