"""What is kept: the rules for values, ends and counters that every keep obeys.

Whoever writes a keep checks with these what it is given, so that all of them
refuse alike.
"""

from __future__ import annotations

import logging
import random
import re
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from .sweeping import BOUND, CHANCE

__all__ = [
    "LEAST_NUMBER",
    "MAX_TTL",
    "MAX_VALUE",
    "MOST_NUMBER",
    "Count",
    "KeepUnavailable",
    "check_number",
    "check_ttl",
    "check_value",
    "hash_key",
    "purge_now_and_then",
    "read_number",
    "refuse_overflow",
    "refuse_text",
]

MAX_VALUE = 4 * 2**20
"""The most bytes of a value: twice as many still fit into a packet of MariaDB's."""
MAX_TTL = 100 * 366 * 86_400.0
"""The most seconds of a value: a century. What never ends belongs into a database."""
LEAST_NUMBER, MOST_NUMBER = -(2**63), 2**63 - 1

_NUMBER = re.compile(rb"0|-?[1-9][0-9]{0,18}")
_logger = logging.getLogger(__name__)


class Count(NamedTuple):
    """A counter after an increment, and the seconds until it ends."""

    value: int
    ends_in: float


class KeepUnavailable(ConnectionError):
    """What backs a keep cannot be reached, is busy or refuses; the message says what to do.

    Whether the call has taken effect is not known when the connection broke
    while it waited for the answer; the keep does not repeat such a call.
    """


def hash_key(key: str) -> str:
    """Return a key as 64 hexadecimal digits: exact, of one length, and nobody's data."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def check_value(value: bytes) -> bytes:
    """Return a value.

    :raises TypeError: it is not bytes.
    :raises ValueError: it is larger than :data:`MAX_VALUE`.
    """
    if not isinstance(value, bytes):
        raise TypeError(f"A kept value is bytes, not {type(value).__name__!r}. Encode it.")
    if len(value) > MAX_VALUE:
        raise ValueError(
            f"A value of {len(value)} bytes is too large for a keep, which takes {MAX_VALUE}."
            " Store it elsewhere and keep where it is."
        )
    return value


def check_ttl(ttl: float) -> float:
    """Return the seconds until a value ends.

    What ends at once or in the past is refused: a lock that never locks and a
    throttle that never throttles would go unnoticed.

    :raises ValueError: it is not more than none, or more than :data:`MAX_TTL`.
    """
    if not 0 < ttl <= MAX_TTL:
        raise ValueError(
            f"A ttl of {ttl!r} seconds cannot be kept."
            f" Give more than none and at most {MAX_TTL:.0f}."
        )
    return float(ttl)


def check_number(by: int) -> int:
    """Return what to add to a counter.

    :raises OverflowError: it has more than 64 bits.
    """
    if not LEAST_NUMBER <= by <= MOST_NUMBER:
        raise refuse_overflow(by)
    return by


def read_number(value: bytes) -> int | None:
    """Return the counter that a value is the decimal text of, or None."""
    if not _NUMBER.fullmatch(value):
        return None
    number = int(value)
    return number if LEAST_NUMBER <= number <= MOST_NUMBER else None


def refuse_overflow(by: int) -> OverflowError:
    """Return the error of a counter that would leave the numbers of 64 bits."""
    return OverflowError(
        f"A counter increased by {by} would have more than 64 bits. Delete it to count anew."
    )


def refuse_text() -> ValueError:
    """Return the error of an increment where something else than a counter is kept."""
    return ValueError("What is kept there is no counter. Use another key to count.")


def purge_now_and_then(purge: Callable[[int], int]) -> None:
    """Purge a little in one of a hundred calls; a keep calls it after a write.

    That write is done: a failure is logged, never raised.
    """
    if random.random() < CHANCE:
        try:
            purge(BOUND)
        except Exception as error:
            _logger.warning("The keep is not purged: %s", type(error).__name__)
