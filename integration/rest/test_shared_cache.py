"""A shared cache that obeys the headers, and does no more, gives nobody another's answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, request

from .conftest import bearer, sign_in
from .notebook import ANN, BOB

PATHS = (
    "/api/notes",
    "/api/notes/1",
    "/api/notes/2",
    "/api/me",
    "/api/news",
    "/api/report",
    "/api/ledger/",
    "/api/folders?include=notes",
    "/api/folders/1/notes",
)


class Cache:
    """A proxy that keeps whatever it is not forbidden to keep.

    :param hits: how many answers came from it without a question.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._kept: dict[str, list[tuple[dict[str, str], Any]]] = {}
        self.kept = self.hits = 0

    def get(self, path: str, headers: dict[str, str], client: Any = None) -> Any:
        sent = dict(headers)
        if client is not None and (cookie := client.get_cookie("session")):
            sent["Cookie"] = f"session={cookie.value}"
        for known, answer in self._kept.get(path, []):
            if all(sent.get(name) == value for name, value in known.items()):
                if "no-cache" not in answer.headers.get("Cache-Control", ""):
                    self.hits += 1
                    return answer
                return self._ask_again(path, sent, answer)
        return self._ask(path, sent)

    def _ask_again(self, path: str, sent: dict[str, str], answer: Any) -> Any:
        etag = answer.headers.get("ETag")
        more = {"If-None-Match": etag} if etag else {}
        fresh = self._app.test_client(use_cookies=False).get(path, headers=sent | more)
        return answer if fresh.status_code == 304 else fresh

    def _ask(self, path: str, sent: dict[str, str]) -> Any:
        answer = self._app.test_client(use_cookies=False).get(path, headers=sent)
        control = answer.headers.get("Cache-Control", "")
        if answer.status_code == 200 and not {"no-store", "private"} & set(control.split(", ")):
            vary = [each.strip() for each in answer.headers.get("Vary", "").split(",")]
            known = {
                name: sent.get(each, "")
                for each in vary
                for name in sent
                if name.lower() == each.lower()
            }
            self._kept.setdefault(path, []).append((known, answer))
            self.kept += 1
        return answer


@pytest.mark.parametrize("by", ["bearer", "session"])
def test_nobody_sees_anothers_answer(app: Flask, by: str) -> None:
    """Through the cache everybody sees what they see without it, whoever came before."""
    cache = Cache(app)
    for person in ("ann", "bob", "", "ann"):
        client, headers = app.test_client(), bearer(person)
        if by == "session" and person:
            client, headers = sign_in(app, person)
        for path in PATHS:
            direct = client.get(path, headers=headers)
            through = cache.get(path, headers, client)
            assert (through.status_code, drop_id(through)) == (direct.status_code, drop_id(direct))
    assert cache.kept >= 1


def drop_id(answer: Any) -> Any:
    """Return an answer's body without the id of its request."""
    body = answer.get_json()
    body.pop("request_id", None)
    return body


def test_cache_would_show_a_mistake(app: Flask) -> None:
    """The cache of this test leaks what has no headers, so that the test above tells something."""
    app.add_url_rule("/open", view_func=lambda: {"for": request.headers["Authorization"]})
    cache = Cache(app)
    first = cache.get("/open", bearer("ann")).get_json()
    assert cache.get("/open", bearer("bob")).get_json() == first
    assert cache.hits == 1


def test_known_client_gets_nothing_to_share(app: Flask) -> None:
    """What everybody may read is private too where the client showed a cookie."""
    client, _ = sign_in(app, "ann")
    assert "private" in client.get("/api/news").headers["Cache-Control"]
    assert "private" not in app.test_client().get("/api/news").headers["Cache-Control"]


def test_tag_is_of_what_one_may_see(start: Any) -> None:
    """Who sees other fields of the same row has another tag for it."""
    app = start(ANN, replace(BOB, scoped=False))
    client = app.test_client()
    of_ann = client.get("/api/notes/1", headers=bearer("ann"))
    of_bob = client.get("/api/notes/1", headers=bearer("bob"))
    assert "remark" in of_ann.get_json()
    assert "remark" not in of_bob.get_json()
    assert of_ann.headers["ETag"] != of_bob.headers["ETag"]
    again = bearer("bob") | {"If-None-Match": of_ann.headers["ETag"]}
    assert client.get("/api/notes/1", headers=again).status_code == 200


@pytest.mark.parametrize(("person", "code"), [("", 401), ("bob", 404), ("ann", 304)])
def test_access_is_asked_before_a_tag_counts(app: Flask, person: str, code: int) -> None:
    """Whoever may not read it is not told whether it has changed."""
    client = app.test_client()
    etag = client.get("/api/notes/1", headers=bearer("ann")).headers["ETag"]
    answer = client.get("/api/notes/1", headers=bearer(person) | {"If-None-Match": etag})
    assert answer.status_code == code
    assert answer.headers["Cache-Control"] == ("private, no-cache" if code == 304 else "no-store")
