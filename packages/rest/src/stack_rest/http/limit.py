"""What a client is told of a limit, in its headers."""

from __future__ import annotations

from math import ceil

import msgspec

from stack_core.keep import Count

from .rate import Rate

DRAFT = "draft-ietf-httpapi-ratelimit-headers-10"
"""What the two headers are written after."""
POLICY, STATE = "RateLimit-Policy", "RateLimit"


class Limit(msgspec.Struct, frozen=True):
    """A rate and its name, which is told to the client and tells one count from another."""

    name: str
    rate: Rate

    @property
    def key(self) -> str:
        """What its counts are kept under; another rate counts anew."""
        return f"{self.name}|{self.rate.calls}/{self.rate.seconds}"

    def describe(self, count: Count) -> dict[str, str]:
        """Return the headers of an answer."""
        name = _quote(self.name)
        left = max(0, self.rate.calls - count.value)
        return {
            POLICY: f"{name};q={self.rate.calls};w={self.rate.seconds}",
            STATE: f"{name};r={left};t={wait(count)}",
        }


def wait(count: Count) -> int:
    """Return the whole seconds after which counting begins anew."""
    return max(1, ceil(count.ends_in))


def _quote(text: str) -> str:
    """Return a text as a string of Structured Fields, which has ASCII only."""
    plain = "".join(each if " " <= each <= "~" else "?" for each in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
