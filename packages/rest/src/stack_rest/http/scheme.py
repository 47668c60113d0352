"""How a client shows who it is, as whoever provides access declares it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec


class Scheme(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One way to show who one is.

    :param definition: the Security Scheme Object of OpenAPI.
    :param used: tells whether the current request was let in by it.
    :param cookie: browsers send it by themselves, so that a write must prove where it comes from.
    :param check_token: raises unless the current request carries the token against forgery;
        None: there is none, and the origin alone decides.
    """

    name: str
    definition: Mapping[str, Any]
    used: Callable[[], bool]
    cookie: bool = False
    check_token: Callable[[], None] | None = None
