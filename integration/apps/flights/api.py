"""The interface for programs: the same data, to read, search and count."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from flask import current_app
from msgspec import Meta, Struct
from stack_core.desk import Desk
from stack_core.filter import TRUE, Is
from stack_core.query import Aggregate, Group, Measure

from ..extensions import rest
from .listing import PUBLIC
from .models import Airline, Airport, Flight, Plane

READ: Final = ("list", "get")
GROUPS = {
    "month": Group("day", "month"),
    "airline": Group("airline"),
    "departure": Group("departure"),
    "arrival": Group("arrival"),
}
MEASURES = (
    Measure("count"),
    Measure("count", "departure_delay"),
    Measure("avg", "arrival_delay"),
    Measure("max", "arrival_delay"),
)
Code = Annotated[str, Meta(pattern="^[0-9A-Z]{2}$", examples=["UA"])]

rest.resource(
    Flight,
    methods=READ,
    public=PUBLIC,
    filters=(
        *("airline.name", "plane.manufacturer", "plane.model", "plane.year", "plane.seats"),
        *("departure.name", "departure.zone", "arrival.name", "arrival.zone"),
    ),
    sorts=("airline.name", "arrival.name"),
    order=("departs_at",),
    include=("airline", "plane", "departure", "arrival"),
)
rest.resource(Airline, methods=READ, public=PUBLIC, order=("name",), sub=("flights",))
rest.resource(
    Airport, methods=READ, public=PUBLIC, order=("code",), sub=("departures", "arrivals")
)
rest.resource(Plane, methods=READ, public=PUBLIC, order=("tailnum",), sub=("flights",))


class Delays(Struct):
    """How the flights of one group went; delays in minutes, early ones negative."""

    group: str
    """A month's first day, or a code."""
    flights: int
    cancelled: int
    mean_arrival_delay: float | None
    """Of those that arrived where they should; nothing where none did."""
    worst_arrival_delay: int | None


@rest.get("/reports/delays", public=True, tag="report")
def report_delays(
    by: Literal["month", "airline", "departure", "arrival"] = "month",
    airline: Code | None = None,
) -> list[Delays]:
    """Count how many flights left, and how late they arrived.

    :param by: what the flights are counted by.
    :param airline: count only those of this one.
    """
    where = TRUE if airline is None else Is("airline", "eq", airline)
    counted = Aggregate(measures=MEASURES, groups=(GROUPS[by],), where=where)
    rows = Desk(current_app, Flight, public=PUBLIC).aggregate(counted)
    return [
        Delays(str(group), flights, flights - left, None if mean is None else round(mean, 1), most)
        for group, flights, left, mean, most in rows
    ]
