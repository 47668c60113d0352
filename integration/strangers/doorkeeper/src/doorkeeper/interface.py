"""What programs are told, where ``rest`` is on the application."""

from __future__ import annotations

from typing import Any

from .access import Door
from .forgery import check_token


def declare(rest: Any, door: Door, cookie: str) -> None:
    """Tell a REST interface how one shows who one is.

    :param cookie: the name of the session's.
    """
    rest.add_scheme(
        "bearer", {"type": "http", "scheme": "bearer"}, used=lambda: door.used("bearer")
    )
    rest.add_scheme(
        "session",
        {"type": "apiKey", "in": "cookie", "name": cookie},
        used=lambda: door.used("session"),
        cookie=True,
        check_token=check_token,
    )
