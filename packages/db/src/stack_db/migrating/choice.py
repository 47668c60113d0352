"""What a command was told beyond the options that Flask-Migrate hands on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """The options of our own.

    :param extension: write the next revision for this extension, not for the application.
    :param resumes: go on with a revision that stopped half-way.
    :param quiet: the person has said what is to be dropped.
    """

    extension: str = ""
    resumes: bool = False
    quiet: bool = False


_choice: ContextVar[Choice] = ContextVar("stack_db_choice")


def chosen() -> Choice:
    """Return what the running command was told."""
    return _choice.get(None) or Choice()


@contextmanager
def choosing(choice: Choice) -> Iterator[None]:
    """Make the Flask-Migrate function that is called inside follow a choice."""
    token = _choice.set(choice)
    try:
        yield
    finally:
        _choice.reset(token)
