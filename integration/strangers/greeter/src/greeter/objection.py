"""Whoever objects to a greeting: anybody may offer one to the application."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from stack_core import Registry, Slot
from stack_core.problem import FieldError, Invalid

Objection = Callable[[str], str | None]
"""Takes a text and returns one sentence against it, or None."""
OBJECTIONS: Slot[Objection] = Slot("objections to a greeting")


def refuse_objectionable(app: Flask, text: str) -> None:
    """Ask everybody; they are found at each greeting, so whoever comes late is asked too.

    :raises Invalid: with each sentence against it.
    """
    said = [objection(text) for objection in Registry.of(app).offers(OBJECTIONS)]
    if errors := [FieldError(("text",), sentence) for sentence in said if sentence]:
        raise Invalid(errors=errors)
