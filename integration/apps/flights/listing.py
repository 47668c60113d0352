"""What the pages show, each in one or two statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload
from werkzeug.exceptions import NotFound

from .filters import Filters, Place
from .models import Airline, Airport, Flight

PAGE = 50

_origin, _destination = aliased(Airport), aliased(Airport)
_ROWS = (
    select(
        Flight.id,
        Flight.departs_at,
        Flight.day,
        Flight.carrier,
        Flight.number,
        Flight.origin,
        Flight.destination,
        Flight.departure_delay,
        Flight.arrival_delay,
        Airline.name.label("airline"),
        _origin.zone,
        _destination.name.label("destination_name"),
    )
    .join(Flight.airline)
    .join(Flight.departure.of_type(_origin))
    .join(Flight.arrival.of_type(_destination))
)


@dataclass(frozen=True)
class Page:
    """A part of the list, in the order of departure.

    ``before`` and ``after`` are the flights to go on from; 0 where the list ends.
    """

    rows: Sequence[Any]
    total: int
    before: int
    after: int


def page(session: Session, filters: Filters, place: Place) -> Page:
    """Read one page of flights.

    It is found by the flight that it follows and not by its number, so that the last one is
    read as quickly as the first.

    :raises NotFound: When there is no such flight to go on from.
    """
    criteria = filters.criteria()
    statement = _ROWS.where(*criteria)
    key = tuple_(Flight.departs_at, Flight.id)
    backwards = bool(place.before or place.last)
    edge = place.after or place.before
    if edge:
        position = tuple_(_departs_at(session, edge), edge)
        statement = statement.where(key < position if backwards else key > position)
    order = [Flight.departs_at, Flight.id]
    statement = statement.order_by(*([part.desc() for part in order] if backwards else order))
    found = session.execute(statement.limit(PAGE + 1)).all()
    rows, more = found[:PAGE], len(found) > PAGE
    if backwards:
        rows = rows[::-1]
    earlier = more if backwards else bool(place.after)
    later = bool(place.before) if backwards else more
    return Page(
        rows,
        session.scalar(select(func.count()).select_from(Flight).where(*criteria)) or 0,
        rows[0].id if rows and earlier else 0,
        rows[-1].id if rows and later else 0,
    )


def _departs_at(session: Session, flight: int) -> datetime:
    found = session.scalar(select(Flight.departs_at).where(Flight.id == flight))
    if found is None:
        raise NotFound(f"There is no flight {flight} to go on from.")
    return found


def flight(session: Session, id: int) -> Flight:
    """Read one flight with all that it refers to.

    :raises NotFound: When there is none.
    """
    relations = (Flight.airline, Flight.plane, Flight.departure, Flight.arrival)
    found = session.get(Flight, id, options=[joinedload(relation) for relation in relations])
    if found is None:
        raise NotFound(f"There is no flight {id}.")
    return found


@dataclass(frozen=True)
class Carrier:
    """An airline with its number of flights."""

    code: str
    name: str
    flights: int


@dataclass(frozen=True)
class Airfield:
    """An airport that is served, with its numbers of flights."""

    code: str
    name: str | None
    departures: int
    arrivals: int


def airlines(session: Session) -> list[Carrier]:
    """Every airline's code, name and number of flights, the busiest first."""
    flights = _count_by(session, Flight.carrier)
    found = session.execute(select(Airline.code, Airline.name))
    counted = [Carrier(code, name, flights.get(code, 0)) for code, name in found]
    return sorted(counted, key=lambda each: (-each.flights, each.code))


def airports(session: Session) -> list[Airfield]:
    """Every airport that a flight leaves from or goes to, the busiest first."""
    departures = _count_by(session, Flight.origin)
    arrivals = _count_by(session, Flight.destination)
    served = select(Airport.code, Airport.name).where(Airport.code.in_({*departures, *arrivals}))
    found = [
        Airfield(code, name, departures.get(code, 0), arrivals.get(code, 0))
        for code, name in session.execute(served)
    ]
    return sorted(found, key=lambda each: (-each.departures - each.arrivals, each.code))


def _count_by(session: Session, column: InstrumentedAttribute[str]) -> dict[str, int]:
    """The number of flights for each value of a column, read from its index alone."""
    counted = session.execute(select(column, func.count()).group_by(column))
    return {row[0]: row[1] for row in counted}


def choices(session: Session) -> dict[str, list[tuple[str, str]]]:
    """For each filter by code, the codes that there are and what they stand for."""
    names = session.execute(select(Airline.code, Airline.name).order_by(Airline.name))
    return {
        "carrier": [(code, name) for code, name in names],
        "origin": _served(session, Flight.origin),
        "destination": _served(session, Flight.destination),
    }


def _served(session: Session, end: InstrumentedAttribute[str]) -> list[tuple[str, str]]:
    statement = select(Airport.code, Airport.name).where(exists().where(end == Airport.code))
    found = session.execute(statement.order_by(Airport.code))
    return [(code, f"{code}, {name or 'not described'}") for code, name in found]
