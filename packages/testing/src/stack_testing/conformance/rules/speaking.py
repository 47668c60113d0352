"""Rules of what an extension on core's protocol says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from stack_core import Extension, Finding, find_extension

from ..application import JudgedApp
from ..fault import Fault, NotApplicable
from ..rule import rule
from ..stand import Stand
from ..wording import say

ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9-]+")


@rule(
    "P19",
    "required",
    "The probe passes where the set-up is right",
    mend="Let 'probe' ask only for what requests need, and bound its waiting.",
)
def probe(stand: Stand) -> Iterator[Fault]:
    """'probe' returns, within its time, on an application that is set up as it should be."""
    app, own = _find(stand, "probe")
    try:
        with app.app_context():
            own.probe(app)
    except Exception as error:
        yield Fault(f"'probe' fails with {say(error)}.", stand.blame(error))


@rule(
    "P20",
    "required",
    "Checks yield findings with stable ids",
    mend="Yield Finding(…) with an id of the extension's name, a dot and words with hyphens.",
)
def checks(stand: Stand) -> Iterator[Fault]:
    """'checks' yields findings only, whose ids begin with the extension's name, and the same
    ones when it is asked again."""
    app, own = _find(stand, "checks")
    with app.app_context():
        first, second = list(own.checks(app)), list(own.checks(app))
    for finding in first:
        if not isinstance(finding, Finding):
            yield Fault(f"'checks' yields a {type(finding).__name__}, which is no Finding.")
        elif not (ID.fullmatch(finding.id) and finding.id.startswith(f"{own.name}.")):
            yield Fault(f"{finding.id!r} is no id of a finding of {own.name!r}.", (finding.id,))
    ids = [sorted(str(getattr(each, "id", each)) for each in some) for some in (first, second)]
    if ids[0] != ids[1]:
        yield Fault("Asked again, 'checks' yields others.", tuple(sorted({*ids[0]} ^ {*ids[1]})))


@rule(
    "P21",
    "required",
    "A sweep is bounded",
    mend="Remove at most 'limit' things, and return how many it were.",
)
def sweep(stand: Stand) -> Iterator[Fault]:
    """'sweep' returns a whole number from nothing to its limit."""
    app, own = _find(stand, "sweep")
    for limit in (1, 100):
        with app.app_context():
            count: Any = own.sweep(app, limit)
        if type(count) is not int or not 0 <= count <= limit:
            yield Fault(f"'sweep' with a limit of {limit} returns {count!r}.")


def _find(stand: Stand, method: str) -> tuple[JudgedApp, Extension[Any, Any]]:
    """Return an application and the extension on it, if that defines a method."""
    own = stand.own()
    if getattr(type(own), method) is getattr(Extension, method):
        raise NotApplicable(f"It has no {method!r}.")
    app, extension = stand.start()
    return app, find_extension(extension) or own


RULES = (probe, checks, sweep)
