"""The answer that a problem is: in which media type, and what where nobody can make that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, NamedTuple, Protocol

from flask import Flask, Response, current_app, has_app_context, has_request_context, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Request

from .registry import Registry, Slot

PLAIN = "text/plain"
JSON = ("application/json", "application/problem+json")
LONGEST = 1000
"""Characters of ``Accept`` that are read: werkzeug's time grows with the square of its blanks."""


class Shown(Protocol):
    """What an answer tells of a problem."""

    status: ClassVar[int]

    @property
    def title(self) -> str: ...

    @property
    def detail(self) -> str: ...

    @property
    def errors(self) -> Iterable[Any]: ...

    @property
    def headers(self) -> Mapping[str, str]: ...


class Renderer(Protocol):
    """Makes the body of a problem for one media type."""

    @property
    def media_type(self) -> str: ...

    def render(self, problem: Any) -> str | bytes: ...


class Realm(Protocol):
    """A path under which every problem has one media type."""

    @property
    def prefix(self) -> str: ...

    @property
    def media_type(self) -> str: ...


class Places(NamedTuple):
    """The slots in which an application's renderers and realms are.

    They come from the module of problems, which imports this one.
    """

    html: Slot[Any]
    json: Slot[Any]
    realms: Slot[Any]


def render(problem: Shown, environ: Any, places: Places) -> Response:
    """Return the answer to a problem.

    :param environ: of the request; without it the current one, if there is one.
    """
    asked = _find_request(environ)
    app = current_app if has_app_context() else None
    renderers = _renderers(app, places) if app else {}
    realm = _find_realm(app, places, asked.path) if app and asked else None
    if realm is not None:
        chosen = renderers.get(realm.media_type)
    else:
        chosen = _choose(renderers, asked.headers.get("Accept") if asked else None)
    answer = _make(app, problem, chosen)
    if realm is None:
        answer.vary.add("Accept")
    return answer


def _find_request(environ: Any) -> Request | None:
    if environ is not None:
        return Request(environ, populate_request=False)
    return request if has_request_context() else None


def _renderers(app: Flask, places: Places) -> dict[str, Renderer | None]:
    """Return who makes which media type, the first choice first."""
    registry = Registry.of(app)
    found: dict[str, Renderer | None] = {}
    if html := registry.find(places.html):
        found[html.media_type] = html
    if json := registry.find(places.json):
        found |= dict.fromkeys((json.media_type, *JSON), json)
    return {**found, PLAIN: None}


def _find_realm(app: Flask, places: Places, path: str) -> Realm | None:
    """Return the realm with the longest prefix: ``/api`` has ``/api/books`` and not ``/apis``."""
    at = path.rstrip("/") + "/"
    realms: tuple[Realm, ...] = Registry.of(app).offers(places.realms)
    fits = [realm for realm in realms if at.startswith(realm.prefix.rstrip("/") + "/")]
    return max(fits, key=lambda realm: len(realm.prefix.rstrip("/")), default=None)


def _choose(renderers: dict[str, Renderer | None], header: str | None) -> Renderer | None:
    """Return who makes what the client likes best; among equals the one that it names."""
    if not header or not renderers:
        return next(iter(renderers.values()), None)
    accept = list(parse_accept_header(header[:LONGEST], MIMEAccept))
    wishes = [(max(_wishes(accept, each), default=(0, 0.0)), each) for each in renderers]
    (_, quality), best = max(
        wishes, key=lambda wish: (wish[0][1], wish[0][0], -list(renderers).index(wish[1]))
    )
    return renderers[best] if quality > 0 else None


def _wishes(accept: list[tuple[str, float]], media_type: str) -> Iterator[tuple[int, float]]:
    """Yield what the client says of a media type: how exactly, and how much it likes it."""
    ranges = {"*/*": 0, media_type.partition("/")[0] + "/*": 1, media_type: 2}
    for value, quality in accept:
        level = ranges.get(value.partition(";")[0].strip().lower())
        if level is not None:
            yield level, quality


def _make(app: Flask | None, problem: Shown, renderer: Renderer | None) -> Response:
    body: str | bytes = ""
    if renderer is not None:
        try:
            body = renderer.render(problem)
        except Exception:
            # The answer must not hide the problem behind a failure to show it.
            assert app is not None
            app.logger.exception("A %s could not be rendered.", problem.title)
            renderer = None
    if renderer is None:
        body = _write_plain(problem)
    make = app.response_class if app else Response
    answer = make(body, problem.status, mimetype=renderer.media_type if renderer else PLAIN)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers.update(problem.headers)
    return answer


def _write_plain(problem: Shown) -> str:
    lines = [problem.title, problem.detail]
    lines += [f"{'.'.join(map(str, error.path))}: {error.message}" for error in problem.errors]
    return "\n".join(filter(None, lines)) + "\n"
