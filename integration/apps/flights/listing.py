"""What the pages show, each in one or two statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload
from stack_core.desk import Desk, Listing
from stack_core.query import Position, Query
from werkzeug.exceptions import NotFound

from .filters import Filters, Place
from .models import Airline, Airport, Flight

PAGE = 50
PUBLIC = {"flight.read", "airline.read", "airport.read", "plane.read"}
LAST = Position((), backwards=True)


class Row(NamedTuple):
    """One line of the list, in the order of its query's fields."""

    id: int
    departs_at: Any
    day: Any
    carrier: str
    number: int
    origin: str
    destination: str
    departure_delay: int | None
    arrival_delay: int | None
    airline: str
    zone: str | None
    destination_name: str | None


FIELDS = (
    "",
    "departs_at",
    "day",
    "airline",
    "number",
    "departure",
    "arrival",
    "departure_delay",
    "arrival_delay",
    "airline.name",
    "departure.zone",
    "arrival.name",
)


def page(app: Flask, filters: Filters, place: Place) -> Listing:
    """Read one page of flights, in the order of departure.

    It is found by the flight that it follows and not by its number, so that the last one is
    read as quickly as the first.

    :raises BadQuery: When the cursor is not one that this list gave away.
    """
    query = Query(
        fields=FIELDS,
        where=filters.where(),
        search=filters.search,
        order=("departs_at",),
        position=LAST if place.last else None,
        limit=PAGE,
        total="exact",
    )
    return Desk(app, Flight, public=PUBLIC).page(query, place.cursor)


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
