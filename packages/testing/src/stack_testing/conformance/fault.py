"""What a rule says while it judges."""

from __future__ import annotations

from dataclasses import dataclass


class NotApplicable(Exception):
    """A rule has nothing to judge in this extension; the text says why."""


@dataclass(frozen=True)
class Fault:
    """One thing that a rule found.

    :param seen: one sentence: what was seen, naming it.
    :param evidence: where, as ``file:line``, or the names themselves.
    """

    seen: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure:
    """A number that a rule tells and does not judge.

    :param name: with its unit, such as ``import_ms``.
    """

    name: str
    value: float
