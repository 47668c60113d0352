"""Rules of an extension among others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import Flask

from stack_core import Registry, Slot, find_extension

from ..fault import Fault, NotApplicable, preparing
from ..neighbour import HEADER, Neighbour
from ..rule import rule
from ..stand import Stand
from ..views import Answer, add_views, ask_views, compare_answers
from ..wording import say


@rule(
    "P17",
    "advised",
    "The order of independent extensions does not matter",
    mend="Look at what others have registered at the first request, and not in 'init_app'.",
)
def order(stand: Stand) -> Iterator[Fault]:
    """Before and after another extension that it does not know, the routes are the same, views
    answer the same, and the other's hooks run."""
    first = _set_up(stand, lambda app: [stand.make(), Neighbour()])
    second = _set_up(stand, lambda app: [Neighbour(), stand.make()])
    yield from _compare_routes(first, second)
    with preparing():
        found = ask_views(first)
    answers = found, ask_views(second)
    if differing := tuple(compare_answers(*answers)):
        yield Fault(f"After another extension views answer otherwise: {differing[0]}.", differing)
    for app, answer in zip((first, second), answers, strict=True):
        page = app.test_client().get("/kit/neighbour", base_url="https://localhost")
        if HEADER not in _headers(answer["GET"]) or page.text != "begun":
            yield Fault("The hooks of another extension do not run.")
    own = find_extension(stand.make())
    others = stand.source.make_others()
    if own and others and not own.requires:
        yield from _try_late(stand)


@rule(
    "P15",
    "required",
    "A slot is claimed in the extension's own name",
    mend="Write registry.claim(SLOT, value, owner=self.name).",
)
def slots(stand: Stand) -> Iterator[Fault]:
    """Every slot that 'init_app' claims is claimed in the extension's own name."""
    own = stand.own()
    claims: list[tuple[str, str]] = []
    claim = Registry.claim

    def note(self: Registry, slot: Slot[Any], value: Any, *, owner: str) -> None:
        claims.append((slot.name, owner))
        claim(self, slot, value, owner=owner)

    app, extension = stand.make_app(), stand.make()
    Registry.claim = note  # type: ignore[method-assign]
    stand.put(extension, app)
    if not claims:
        raise NotApplicable("It claims no slot.")
    for name, owner in claims:
        if owner != own.name:
            yield Fault(f"The {name} is claimed in the name of {owner!r}.", (name,))


def _set_up(stand: Stand, make: Callable[[Flask], list[Any]]) -> Flask:
    app = stand.make_app()
    for extension in make(app):
        stand.put(extension, app)
    add_views(app)
    return app


def _routes(app: Flask) -> set[str]:
    return {
        f"{rule.rule} [{','.join(sorted(rule.methods or ()))}] of {rule.endpoint}"
        for rule in app.url_map.iter_rules()
    }


def _compare_routes(first: Flask, second: Flask) -> Iterator[Fault]:
    if differing := sorted(_routes(first) ^ _routes(second)):
        said = f"The route {differing[0]} is there in one order and not in the other."
        yield Fault(said, tuple(differing))


def _try_late(stand: Stand) -> Iterator[Fault]:
    """Put on an application first what does not say that it requires the others."""
    first, _ = stand.start()
    second = stand.make_app(others=False)
    try:
        for each in (stand.make(), *stand.source.make_others()):
            stand.put(each, second)
    except Exception as error:
        said = f"Before what it does not require 'init_app' fails with {say(error)}."
        yield Fault(said, stand.blame(error))
    else:
        yield from _compare_routes(first, second)


def _headers(answer: Answer) -> set[str]:
    return {name for name, _ in answer[1]}


RULES = (order, slots)
