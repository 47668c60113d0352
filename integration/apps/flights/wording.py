"""Times and delays, as people read them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def clock(instant: datetime, zone: str | None) -> str:
    """The time of day on the clock of a zone, or in UTC, which is then said."""
    try:
        return f"{instant.astimezone(ZoneInfo(zone or '')):%H:%M}"
    except (ValueError, ZoneInfoNotFoundError):
        return f"{instant:%H:%M} UTC"


def delay(minutes: int | None) -> str:
    """How late something was, in words; nothing when it did not happen."""
    if minutes is None:
        return ""
    if minutes == 0:
        return "on time"
    hours, rest = divmod(abs(minutes), 60)
    parts = [f"{hours} h"] if hours else []
    parts += [f"{rest} min"] if rest else []
    return f"{' '.join(parts)} {'late' if minutes > 0 else 'early'}"


def outcome(departure_delay: int | None, arrival_delay: int | None) -> str:
    """How a flight went, in words."""
    if departure_delay is None:
        return "cancelled"
    if arrival_delay is None:
        return "did not arrive as planned"
    return delay(arrival_delay)
