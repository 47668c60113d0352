"""How often one client may call."""

from __future__ import annotations

import re

import msgspec

_PERIODS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_RATE = re.compile(r"([1-9][0-9]{0,8}) ?(?:/|per) ?(second|minute|hour|day)")


class Rate(msgspec.Struct, frozen=True):
    """So many calls in so many seconds."""

    calls: int
    seconds: int

    def __str__(self) -> str:
        period = next((name for name, each in _PERIODS.items() if each == self.seconds), "")
        return f"{self.calls}/{period or f'{self.seconds} seconds'}"


def read_rate(text: str) -> Rate | None:
    """Return the rate that a text such as ``100/minute`` says; none for the empty text.

    :raises ValueError: it is no rate.
    """
    if not text:
        return None
    found = _RATE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no rate. Write it like '100/minute'.")
    return Rate(int(found[1]), _PERIODS[found[2]])
