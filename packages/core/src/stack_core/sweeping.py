"""Removing what has expired."""

from __future__ import annotations

import random

from flask import Flask

from .registry import Registry

CHANCE = 0.01
BOUND = 100


def sweep(app: Flask, limit: int) -> dict[str, int]:
    """Let every extension remove at most ``limit`` expired things; return how many it were."""
    return {name: each.extension.sweep(app, limit) for name, each in Registry.of(app).items()}


def sweep_now_and_then(app: Flask) -> None:
    """Sweep a little in one of a hundred calls.

    An extension calls it after a write that added something which expires, so
    that an application which nobody sweeps does not grow for ever.
    """
    if random.random() < CHANCE:
        sweep(app, BOUND)
