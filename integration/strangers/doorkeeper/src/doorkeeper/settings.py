"""What an application sets."""

from __future__ import annotations

from typing import Annotated

from stack_core import Settings, setting


class DoorkeeperSettings(Settings, frozen=True, kw_only=True):
    """Keys of ``app.config``, each with ``DOORKEEPER_`` before it."""

    prefix: Annotated[str, setting("The path under which one signs in.")] = "/door"

    def __post_init__(self) -> None:
        if not self.prefix.startswith("/") or self.prefix.endswith("/"):
            raise ValueError(
                "'DOORKEEPER_PREFIX' is no path that pages could be under."
                " Begin it with a '/', and end it without one, or leave it out."
            )
