"""What a client is told of a limit, in its headers.

They are written as draft-ietf-httpapi-ratelimit-headers-11 has them.
"""

from __future__ import annotations

from math import ceil

from stack_core.keep import Count

from .rate import Rate

POLICY, STATE = "RateLimit-Policy", "RateLimit"


class Limit:
    """A rate and its name, which is told to the client and tells one count from another."""

    def __init__(self, name: str, rate: Rate) -> None:
        self.rate = rate
        # Another rate counts anew.
        self.key = f"{name}|{rate.calls}/{rate.seconds}"
        self._name = _quote(name)
        self._policy = f"{self._name};q={rate.calls};w={rate.seconds}"

    def describe(self, count: Count) -> tuple[tuple[str, str], ...]:
        """Return the headers of an answer."""
        left = max(0, self.rate.calls - count.value)
        return (POLICY, self._policy), (STATE, f"{self._name};r={left};t={wait(count)}")


def wait(count: Count) -> int:
    """Return the whole seconds after which counting begins anew."""
    return max(1, ceil(count.ends_in))


def _quote(text: str) -> str:
    """Return a text as a string of Structured Fields, which has ASCII only."""
    plain = "".join(each if " " <= each <= "~" else "?" for each in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
