"""Dates, times and durations from outside, written as RFC 3339 and ISO 8601 write them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
from msgspec import ValidationError

LONGEST = timedelta(days=700_000)
"""A database without durations keeps them as moments around 1970, which end with the year 9999."""

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
_ZONE = r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
_DATE_TEXT = re.compile(_DATE)
_TIME_TEXT = re.compile(f"{_TIME}{_ZONE}?")
_DATETIME_TEXT = re.compile(f"{_DATE}[Tt ]{_TIME}{_ZONE}?")


def to_date(value: Any) -> date:
    """Return a date; its text is ``2026-11-23``."""
    if isinstance(value, str) and _DATE_TEXT.fullmatch(value):
        value = _read(date, value)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValidationError("This is not a date, which is written as 2026-11-23.")
    return value


def to_time(value: Any) -> time:
    """Return a time of day without a zone; its text is ``17:30`` or ``17:30:00.5``."""
    if isinstance(value, str) and _TIME_TEXT.fullmatch(value):
        value = _read(time, value)
    if not isinstance(value, time):
        raise ValidationError("This is not a time of day, which is written as 17:30 or 17:30:05.")
    if value.tzinfo is not None:
        raise ValidationError("A time of day is kept without a zone, so leave the zone out.")
    return value.replace(fold=0)


def to_datetime(value: Any, naive: bool) -> datetime:
    """Return a moment, in UTC; its text is ``2026-11-23T17:30:00+01:00``.

    :param naive: the column keeps date and time without a zone, and takes no other.
    """
    if isinstance(value, str) and _DATETIME_TEXT.fullmatch(value):
        value = _read(datetime, value.upper())
    if not isinstance(value, datetime):
        raise ValidationError(
            "This is not a date with a time, which is written as 2026-11-23T17:30:00"
            + ("." if naive else "+01:00.")
        )
    if (value.utcoffset() is None) is not naive:
        raise ValidationError(_WITHOUT if naive else _WITH)
    if naive:
        return value.replace(fold=0)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValidationError("This date is too far away.") from None


def to_interval(value: Any) -> timedelta:
    """Return a duration; its text is ``P1DT2H``."""
    if isinstance(value, str):
        with suppress(ValidationError, OverflowError):
            value = msgspec.convert(value, timedelta)
    if not isinstance(value, timedelta):
        raise ValidationError("This is not a duration, which is written as P1DT2H30M.")
    if abs(value) > LONGEST:
        raise ValidationError(f"A duration has at most {LONGEST.days:,} days.")
    return value


def _read(kind: Any, text: str) -> Any:
    try:
        return kind.fromisoformat(text)
    except ValueError:
        raise ValidationError("There is no such date or time.") from None


_WITH = "This has no zone, so add one, such as Z for UTC or +01:00."
_WITHOUT = "Date and time are kept without a zone here, so leave the zone out."
