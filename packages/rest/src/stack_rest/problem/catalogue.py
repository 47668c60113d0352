"""The types of problems that an interface answers with, each with its own address."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from stack_core.problem import Problem

BLANK = Problem.kind
"""The word of a problem that is no more than its status."""


class ProblemType(msgspec.Struct, frozen=True, kw_only=True):
    """One type of problem.

    :param kind: its word, which ends its address.
    """

    kind: str
    status: int
    title: str
    detail: str


class Unacceptable(Problem):
    """Nothing that is answered here is of a media type that the client takes."""

    status = 406
    kind = "unacceptable"


class UnknownMedia(Problem):
    """What was sent is of a media type that is not read here."""

    status = 415
    kind = "media-type"


class TooLarge(Problem):
    """What was sent is larger than what is read here."""

    status = 413
    kind = "too-large"


class Unreadable(Problem):
    """What was sent is not what its media type says."""

    status = 400
    kind = "unreadable"


class NotMatched(Problem):
    """The condition of a header does not hold."""

    status = 412
    kind = "precondition"


class MatchRequired(Problem):
    """A change must say which version it is made to."""

    status = 428
    kind = "precondition-required"


class TooMany(Problem):
    """One client called more often than it may."""

    status = 429
    kind = "rate"


class Forged(Problem):
    """A browser's write that does not come from a page of this application."""

    status = 403
    kind = "cross-site"


class BadKey(Problem):
    """What stands in Idempotency-Key is no key."""

    status = 400
    kind = "key"


class InUse(Problem):
    """The same Idempotency-Key is being used at this moment."""

    status = 409
    kind = "key-in-use"


class KeyReused(Problem):
    """The same Idempotency-Key came with another request."""

    status = 422
    kind = "key-reused"


class NotAll(Problem):
    """One of several writes was refused, so none was made."""

    status = 409
    kind = "not-all"


def find_types() -> dict[str, ProblemType]:
    """Return every type that a class of problems declares, by its word."""
    found = {each.kind: _describe(each) for each in _classes(Problem)}
    found.pop(BLANK, None)
    return dict(sorted(found.items()))


def _classes(base: type[Problem]) -> Iterator[type[Problem]]:
    for each in base.__subclasses__():
        # Those made for one status share the word and the text of their base.
        if "kind" in vars(each):
            yield each
        yield from _classes(each)


def _describe(cls: type[Problem]) -> ProblemType:
    text = (cls.__doc__ or "").partition("\n\n")[0].replace("``", "'")
    made = cls.__new__(cls)
    Problem.__init__(made)
    return ProblemType(
        kind=cls.kind, status=cls.status, title=made.title, detail=" ".join(text.split())
    )
