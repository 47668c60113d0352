"""Airlines, airports, planes and their flights."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Double, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from stack_db import Instant
from stack_db.declaration import about, kind

from ..extensions import Model


class Airline(Model):
    """A company that flies, by its IATA code."""

    __tablename__ = "airline"

    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))

    flights: Mapped[list[Flight]] = relationship(back_populates="airline")


class Airport(Model):
    """A place to leave from or land at, by its FAA code."""

    __tablename__ = "airport"

    code: Mapped[str] = mapped_column(String(3), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(80))
    """Nothing for a stub: flights go there, and the source does not describe it."""
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    altitude: Mapped[int | None]
    """Feet above the sea."""
    zone: Mapped[str | None] = mapped_column(String(40))
    """Name of the time zone, as in the IANA database."""

    departures: Mapped[list[Flight]] = relationship(
        back_populates="departure", foreign_keys="Flight.origin"
    )
    arrivals: Mapped[list[Flight]] = relationship(
        back_populates="arrival", foreign_keys="Flight.destination"
    )


class Plane(Model):
    """One aircraft, by the number on its tail."""

    __tablename__ = "plane"

    tailnum: Mapped[str] = mapped_column(String(6), primary_key=True)
    year: Mapped[int | None]
    manufacturer: Mapped[str | None] = mapped_column(String(40))
    """Nothing for a stub: it flew, and the source does not describe it."""
    model: Mapped[str | None] = mapped_column(String(40))
    kind: Mapped[str | None] = mapped_column(String(40))
    engines: Mapped[int | None]
    seats: Mapped[int | None]

    flights: Mapped[list[Flight]] = relationship(back_populates="plane")


class Flight(Model):
    """One scheduled departure; delays in minutes, early ones negative."""

    __tablename__ = "flight"
    __kind__ = kind(title="title")
    __table_args__ = (
        UniqueConstraint("carrier", "number", "origin", "departs_at"),
        # Each serves its foreign key, a filter, and the order of the list under that filter.
        Index("ix_flight_departs_at", "departs_at", "id"),
        Index("ix_flight_carrier", "carrier", "departs_at", "id"),
        Index("ix_flight_origin", "origin", "departs_at", "id"),
        Index("ix_flight_destination", "destination", "departs_at", "id"),
        Index("ix_flight_tailnum", "tailnum"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    departs_at: Mapped[datetime] = mapped_column(Instant)
    """When it should leave."""
    day: Mapped[date]
    """The date of that on the clock of the origin."""
    carrier: Mapped[str] = mapped_column(ForeignKey(Airline.code))
    number: Mapped[int]
    origin: Mapped[str] = mapped_column(ForeignKey(Airport.code))
    destination: Mapped[str] = mapped_column(ForeignKey(Airport.code))
    tailnum: Mapped[str | None] = mapped_column(ForeignKey(Plane.tailnum))
    departure_delay: Mapped[int | None]
    """Nothing when it never left."""
    arrival_delay: Mapped[int | None]
    """Nothing when it never arrived where it should."""
    air_time: Mapped[int | None]
    """Minutes."""
    distance: Mapped[int]
    """Miles."""
    title: Mapped[str] = mapped_column(String(32), info=about(searchable=True))
    """What people look for: ``UA 1545 EWR IAH N14228``."""

    airline: Mapped[Airline] = relationship(back_populates="flights")
    plane: Mapped[Plane | None] = relationship(back_populates="flights")
    departure: Mapped[Airport] = relationship(back_populates="departures", foreign_keys=[origin])
    arrival: Mapped[Airport] = relationship(back_populates="arrivals", foreign_keys=[destination])

    @property
    def departed_at(self) -> datetime | None:
        """When it left, or nothing when it was cancelled."""
        if self.departure_delay is None:
            return None
        return self.departs_at + timedelta(minutes=self.departure_delay)
