"""What a rule says while it judges."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class NotApplicable(Exception):
    """A rule has nothing to judge in this extension; the text says why."""


class Hindered(Exception):
    """Something failed before a rule came to what it looks at, so its advice is not for that.

    :param cause: what failed.
    """

    def __init__(self, cause: Exception) -> None:
        super().__init__(cause)
        self.cause = cause


@contextmanager
def preparing() -> Iterator[None]:
    """Do what must succeed before a rule can look.

    :raises Hindered: it fails.
    """
    try:
        yield
    except Exception as error:
        raise Hindered(error) from error


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
