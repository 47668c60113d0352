"""How many greetings one address may leave."""

from __future__ import annotations

from flask import Flask
from stack_core.keep import get_keep
from stack_core.problem import Problem

HOUR = 3600.0


class TooMany(Problem):
    """Somebody has left as many greetings as one may."""

    status = 429
    kind = "too-many-greetings"


def count_greeting(app: Flask, address: str, most: int) -> None:
    """Count one more greeting of an address, in all processes of the application.

    :raises TooMany: there were as many as there may be in an hour.
    """
    tries = get_keep(app).increment(f"greeter:from:{address}", ttl=HOUR)
    if tries.value > most:
        raise TooMany(
            f"There were {most} greetings from here. Come again later.",
            headers={"Retry-After": str(int(tries.ends_in) + 1)},
        )
