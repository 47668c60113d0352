"""Removing what has expired."""

from __future__ import annotations

import random

from flask import Flask

from .registry import Registry

CHANCE = 0.01
BOUND = 100


def sweep(app: Flask, limit: int) -> dict[str, int | Exception]:
    """Let every extension remove at most ``limit`` expired things; return how many it were.

    Core's own are those of the keep. One that fails does not keep the others
    from it: its error stands in place of the number.
    """
    return {name: _sweep(app, name, limit) for name in Registry.of(app)}


def _sweep(app: Flask, name: str, limit: int) -> int | Exception:
    try:
        return Registry.of(app)[name].extension.sweep(app, limit)
    except Exception as error:
        return error


def sweep_now_and_then(app: Flask) -> None:
    """Sweep a little in one of a hundred calls.

    An extension calls it after a write that added something which expires, so
    that an application which nobody sweeps does not grow for ever. That write
    is done: a failure is logged, never raised.
    """
    if random.random() >= CHANCE:
        return
    for name, result in sweep(app, BOUND).items():
        if isinstance(result, Exception):
            trace = result if app.debug else None
            app.logger.warning("%s is not swept: %s", name, type(result).__name__, exc_info=trace)
