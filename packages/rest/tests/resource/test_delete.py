"""Deleting: what goes, what must stay, and what is only marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_delete(api: Any) -> None:
    """A delete is 204 without a body; a second one finds nothing."""
    answer = api.delete("/books/3")
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert api.get("/books/3").status_code == 404
    assert api.delete("/books/3").status_code == 404


def test_delete_with_a_body(api: Any) -> None:
    """A body of a delete says nothing, whatever it is."""
    assert api.delete("/books/3", data=b"{", content_type="text/plain").status_code == 204


def test_delete_of_what_is_needed(api: Any) -> None:
    """What other rows need stays: 409 without a word of SQL."""
    answer = api.delete("/authors/1", match=None)
    assert answer.status_code == 409
    assert "'book'" in answer.json["detail"]
    assert api.get("/authors/1").status_code == 200


def test_delete_of_a_row_with_its_parts(api: Any) -> None:
    """What belongs to a row goes with it, as its model says."""
    api.delete("/loans/1", match=None)
    assert api.delete("/books/1").status_code == 204
    assert api.items("/copies") == []
    assert len(api.items("/tags")) == 2


def test_marked_rows_are_gone(api: Any, lib: Any) -> None:
    """A row that is marked as deleted is found nowhere, and its unique value is free."""
    first = api.post("/notes", {"slug": "a"}).json
    assert api.delete("/notes/1", match=None).status_code == 204
    for call in (
        lambda: api.get("/notes/1"),
        lambda: api.patch("/notes/1", {"slug": "b"}, match=None),
        lambda: api.put("/notes/1", {"slug": "b"}, match=None),
        lambda: api.delete("/notes/1", match=None),
    ):
        assert call().status_code == 404
    assert api.items("/notes") == []
    assert api.items("/notes?slug=a") == []
    assert api.items("/notes?id=1") == []
    assert api.get("/notes?total=exact").json["total"]["count"] == 0
    assert api.get("/notes?format=jsonl").data == b""
    bulk = {"writes": [{"act": "update", "key": "1", "values": {"slug": "b"}}]}
    assert api.post("/notes/bulk", bulk).json["results"][0]["status"] == 404
    again = api.post("/notes", {"slug": "a"})
    assert again.status_code == 201
    assert again.json["id"] != first["id"]
    assert api.post("/notes", {"slug": "a"}).status_code == 409


def test_deleted_at_is_not_written(api: Any) -> None:
    """T29: nobody deletes, or undeletes, by a value."""
    api.post("/notes", {"slug": "a"})
    for value in (None, "2026-01-01T00:00:00Z"):
        answer = api.patch("/notes/1", {"deleted_at": value}, match=None)
        assert answer.status_code == 422
    assert api.post("/notes", {"slug": "b", "deleted_at": None}).status_code == 422


def test_delete_by_whoever_may_only_read(serve: Callable[..., Any], lib: Any) -> None:
    """S56: who may read a row and not delete it is refused as such."""
    api = serve(
        lambda rest: rest.resource(lib.Team),
        lib.Person(name="reader", may=frozenset({"team.read"})),
    )
    api.add(lib.Team(name="Red"))
    assert api.delete("/teams/1", person="reader").status_code == 403
    assert api.delete("/teams/9", person="reader").status_code == 403
    assert api.delete("/teams/1").status_code == 401
