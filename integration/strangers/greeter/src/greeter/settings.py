"""What an application sets."""

from __future__ import annotations

from typing import Annotated

from stack_core import Settings, setting

SHORTEST_TOKEN = 32
"""The fewest characters of a token: it must not be guessed."""


class GreeterSettings(Settings, frozen=True, kw_only=True):
    """Keys of ``app.config``, each with ``GREETER_`` before it."""

    prefix: Annotated[str, setting("The path of its pages.")] = "/greeter"
    text: Annotated[str, setting("What its page says.")] = "Hello!"
    days: Annotated[int, setting("Days after which an entry goes; 0 keeps it.", ge=0)] = 0
    per_hour: Annotated[int, setting("Greetings of one address in an hour.", ge=1)] = 20
    token: Annotated[str, setting("Whoever sends it may do everything.", secret=True)] = ""

    def __post_init__(self) -> None:
        if not self.prefix.startswith("/") or self.prefix.endswith("/"):
            raise ValueError(
                "'GREETER_PREFIX' is no path that pages could be under."
                " Begin it with a '/', and end it without one, or leave it out."
            )
        if 0 < len(self.token) < SHORTEST_TOKEN:
            raise ValueError(
                f"'GREETER_TOKEN' has fewer than {SHORTEST_TOKEN} characters."
                " Set it to a long random text."
            )
