"""What the kit says of an extension, for a person and for a machine."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import msgspec

from .rule import LEVELS, Level

SCHEMA = 1
"""The number of the report's shape; it grows when a reader must change."""
Outcome = Literal["passed", "failed", "exempt", "not-applicable", "not-run"]
Verdict = Literal["conforms", "does-not-conform", "not-judged"]


class Result(msgspec.Struct, frozen=True, omit_defaults=False):
    """What one rule found.

    :param reason: why it is exempt, not applicable or was not run; else empty.
    :param seen: for what failed, one sentence: what was seen.
    :param mend: for what failed, one sentence: what to do.
    :param evidence: for what failed, ``file:line`` or names.
    :param measures: numbers that the rule tells, by name with unit.
    :param seconds: how long it took.
    """

    rule: str
    number: str
    level: Level
    title: str
    outcome: Outcome
    reason: str = ""
    seen: str = ""
    mend: str = ""
    evidence: tuple[str, ...] = ()
    measures: dict[str, float] = {}
    seconds: float = 0.0


class Identification(msgspec.Struct, frozen=True):
    """Which extension was judged; what is not known is None.

    :param target: as it was named to the kit.
    :param kind: the class, ``module:qualified.name``.
    :param protocol: of core; None for an extension that is not written on it.
    """

    target: str
    kind: str | None = None
    name: str | None = None
    protocol: int | None = None
    distribution: str | None = None
    version: str | None = None


class Report(msgspec.Struct, frozen=True):
    """What all rules found, and what follows.

    :param reason: why it could not be judged; else empty.
    :param judged_by: the versions of kit, core, Flask and Python.
    :param level: what fails at this level or above does not conform.
    """

    extension: Identification
    verdict: Verdict
    reason: str
    level: Level
    abilities: tuple[str, ...]
    judged_by: dict[str, str]
    results: tuple[Result, ...]
    seconds: float
    schema: int = SCHEMA

    def __getitem__(self, rule: str) -> Result:
        """Return what one rule found.

        :raises KeyError: there is no such rule, or it was not asked.
        """
        for result in self.results:
            if result.rule == rule:
                return result
        raise KeyError(rule)

    def failed(self) -> tuple[Result, ...]:
        """Return what failed, whatever its level."""
        return tuple(each for each in self.results if each.outcome == "failed")

    def counts(self) -> dict[str, int]:
        """Return how many rules had each outcome."""
        return dict(Counter(each.outcome for each in self.results))


def weighs(result: Result, level: Level) -> bool:
    """Tell whether what failed counts at a level."""
    return LEVELS.index(result.level) <= LEVELS.index(level)


def judge_results(results: tuple[Result, ...], level: Level) -> Verdict:
    """Return the verdict that follows from what all rules found."""
    if any(each.outcome == "failed" and weighs(each, level) for each in results):
        return "does-not-conform"
    return "conforms"
