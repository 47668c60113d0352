"""The settings of REST."""

from __future__ import annotations

import re
from typing import Annotated

from stack_core import Settings, setting

from .http.rate import read_rate


class RestSettings(Settings, frozen=True, kw_only=True):
    """The settings of REST: ``REST_…``."""

    prefix: Annotated[str, setting("The path under which the interface is.")] = "/api"
    title: Annotated[str, setting("What the document calls the interface.")] = "API"
    version: Annotated[str, setting("The version of the interface, for the document.")] = "1"
    description: Annotated[
        str, setting("What the interface is for, in Markdown, for the document.")
    ] = ""
    docs: Annotated[
        bool, setting("Whether the document and its pages are served under the prefix.")
    ] = True
    page_size: Annotated[
        int, setting("How many items a page has where nobody says.", ge=1, le=1000)
    ] = 50
    page_limit: Annotated[int, setting("The most items of a page.", ge=1, le=1000)] = 1000
    body_limit: Annotated[
        int, setting("The most bytes of a body that is no file.", ge=1, le=2**30)
    ] = 2**20
    require_match: Annotated[
        bool,
        setting("Refuse to change what has a version without If-Match, so that no write is lost."),
    ] = True
    rate: Annotated[
        str, setting("How often one client may call, such as 100/minute; empty: no limit.")
    ] = ""
    idempotency_ttl: Annotated[
        float,
        setting("Seconds for which an answer to an Idempotency-Key is kept.", ge=1, le=31_622_400),
    ] = 86_400
    cors_origins: Annotated[
        list[str], setting("Origins whose pages may call, such as https://example.org, or *.")
    ] = []
    cors_credentials: Annotated[
        bool, setting("Whether pages of those origins may send cookies.")
    ] = False
    cors_max_age: Annotated[
        int, setting("Seconds for which a browser may keep what it was told.", ge=0, le=86_400)
    ] = 600

    def __post_init__(self) -> None:
        if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", self.prefix):
            raise ValueError(
                f"'REST_PREFIX' is {self.prefix!r}. Set it to a path such as '/api', without a"
                " slash at its end."
            )
        try:
            read_rate(self.rate)
        except ValueError as error:
            raise ValueError(f"'REST_RATE' cannot be used. {error}") from None
        for origin in self.cors_origins:
            if origin != "*" and not re.fullmatch(r"https?://[^/\s?#*@]+", origin):
                raise ValueError(
                    f"'REST_CORS_ORIGINS' has {origin!r}. Write an origin such as"
                    " 'https://example.org', without a path."
                )
        if self.cors_credentials and "*" in self.cors_origins:
            raise ValueError(
                "'REST_CORS_CREDENTIALS' lets pages of every site act as whoever is signed in,"
                " for 'REST_CORS_ORIGINS' has '*'. Name the origins."
            )
