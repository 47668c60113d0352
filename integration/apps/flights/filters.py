"""What the list of flights can be asked for, read from the address and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_
from werkzeug.exceptions import BadRequest

from .models import Flight

YEAR = 2013
GREATEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Filters:
    """Which flights to list; what is empty does not matter."""

    carrier: str = ""
    origin: str = ""
    destination: str = ""
    month: int = 0

    def criteria(self) -> list[ColumnElement[bool]]:
        """The conditions that a flight has to meet."""
        asked = [
            (Flight.carrier, self.carrier),
            (Flight.origin, self.origin),
            (Flight.destination, self.destination),
        ]
        found: list[ColumnElement[bool]] = [column == code for column, code in asked if code]
        if self.month:
            found.append(_in_month(self.month))
        return found

    def query(self) -> dict[str, str | int]:
        """The parameters of an address that asks for the same."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Place:
    """Where in the list to be: after a flight, before a flight, at the end, or at the start."""

    after: int = 0
    before: int = 0
    last: bool = False


def read_filters(given: Mapping[str, str]) -> Filters:
    """Read the filters.

    :raises BadRequest: When a value cannot be what its name says.
    """
    return Filters(
        carrier=_code(given, "carrier", 2),
        origin=_code(given, "origin", 3),
        destination=_code(given, "destination", 3),
        month=_number(given, "month", 12),
    )


def read_place(given: Mapping[str, str]) -> Place:
    """Read where in the list to be.

    :raises BadRequest: When a value is wrong, or there is more than one.
    """
    last = given.get("last", "")
    if last not in ("", "1"):
        raise BadRequest("'last' is 1 or left out.")
    after, before = _number(given, "after", GREATEST_ID), _number(given, "before", GREATEST_ID)
    if sum(map(bool, (after, before, last))) > 1:
        raise BadRequest("Only one of 'after', 'before' and 'last' can be given.")
    return Place(after, before, bool(last))


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


def _in_month(month: int) -> ColumnElement[bool]:
    """The dates decide; the instants, a day wider, let the index on them narrow the search."""
    first = date(YEAR, month, 1)
    end = date(YEAR + month // 12, month % 12 + 1, 1)
    start = datetime.combine(first, time(), UTC) - timedelta(days=1)
    stop = datetime.combine(end, time(), UTC) + timedelta(days=1)
    return and_(
        Flight.day >= first,
        Flight.day < end,
        Flight.departs_at >= start,
        Flight.departs_at < stop,
    )
