"""From a row of the source to a row of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

Row = dict[str, object]

MISSING = "NA"
_MINUTES = [timedelta(minutes=minute) for minute in range(60)]


def airline(cells: list[str]) -> Row:
    """A row of ``airlines.csv``."""
    return {"code": cells[0], "name": cells[1]}


def airport(cells: list[str]) -> Row:
    """A row of ``airports.csv``."""
    return {
        "code": cells[0],
        "name": cells[1],
        "latitude": float(cells[2]),
        "longitude": float(cells[3]),
        "altitude": int(cells[4]),
        "zone": _text(cells[7]),
    }


def plane(cells: list[str]) -> Row:
    """A row of ``planes.csv``."""
    return {
        "tailnum": cells[0],
        "year": _number(cells[1]),
        "kind": _text(cells[2]),
        "manufacturer": _text(cells[3]),
        "model": _text(cells[4]),
        "engines": _number(cells[5]),
        "seats": _number(cells[6]),
    }


def flight_reader() -> Callable[[list[str]], Row]:
    """Make what reads the rows of ``flights.csv``; it remembers the hours and days it has met."""
    hours: dict[str, datetime] = {}
    days: dict[tuple[str, ...], date] = {}

    def flight(cells: list[str]) -> Row:
        # time_hour is the scheduled departure's hour in UTC; only the minute is missing.
        hour = hours.get(cells[18])
        if hour is None:
            hour = hours.setdefault(cells[18], datetime.fromisoformat(cells[18]))
        ymd = (cells[0], cells[1], cells[2])
        day = days.get(ymd)
        if day is None:
            day = days.setdefault(ymd, date(int(cells[0]), int(cells[1]), int(cells[2])))
        plane = _text(cells[11])
        return {
            "departs_at": hour + _MINUTES[int(cells[17])],
            "day": day,
            "carrier": cells[9],
            "number": int(cells[10]),
            "origin": cells[12],
            "destination": cells[13],
            "tailnum": plane,
            "title": f"{cells[9]} {cells[10]} {cells[12]} {cells[13]} {plane or ''}".rstrip(),
            "departure_delay": _number(cells[5]),
            "arrival_delay": _number(cells[8]),
            "air_time": _number(cells[14]),
            "distance": int(cells[15]),
        }

    return flight


def evenly(rows: Iterator[list[str]], count: int, total: int) -> Iterator[list[str]]:
    """Pick so many of all the rows that come, spread over the whole of them."""
    for index, cells in enumerate(rows):
        if (index + 1) * count // total > index * count // total:
            yield cells


def _text(cell: str) -> str | None:
    return None if cell == MISSING else cell


def _number(cell: str) -> int | None:
    return None if cell == MISSING else int(cell)
