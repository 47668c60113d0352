"""Replacing: what is not sent becomes what it would be in a new item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import fields

from stack_core.filter import Is


def test_replace(api: Any) -> None:
    """What is not sent is None or its default; what is written once or only stays."""
    answer = api.put("/books/1", {"title": "New", "author": 2})
    assert answer.status_code == 200
    assert answer.json == {
        "id": 1, "title": "New", "blurb": None, "pages": None, "price": None, "cost": None,
        "isbn": "i-1", "state": "d", "extra": None, "author": 2, "version": 2,
    }  # fmt: skip
    assert api.get("/books/1").data == answer.data
    assert api.get("/books/1").headers["ETag"] == answer.headers["ETag"]


def test_replace_keeps_what_nobody_can_send(api: Any, lib: Any) -> None:
    """A field that is written only stays: who sends back what was read does not know it."""
    api.put("/books/1", {"title": "New", "author": 1})
    with api.app.app_context():
        assert lib.db.session.get(lib.Book, 1).password == "secret1"


def test_replace_needs_all_that_is_required(api: Any) -> None:
    """A replacement without what an item must have is 422 with each of it, and changes nothing."""
    answer = api.put("/books/1", {"pages": "x", "nope": 1})
    assert answer.status_code == 422
    told = {(each["pointer"], each["code"]) for each in answer.json["errors"]}
    assert told == {
        ("/title", "required"), ("/author", "required"),
        ("/pages", "invalid"), ("/nope", "unknown"),
    }  # fmt: skip
    assert api.get("/books/1").json["version"] == 1


def test_replace_replaces_documents(api: Any) -> None:
    """A document is replaced as a whole, and None in it stays."""
    answer = api.put("/books/1", {"title": "x", "author": 1, "extra": {"z": None}})
    assert answer.json["extra"] == {"z": None}


def test_replace_twice_is_replace_once(api: Any) -> None:
    """The same replacement a second time changes nothing, not even the version."""
    body = {"title": "x", "author": 1, "pages": 3}
    first = api.put("/books/1", body)
    assert api.put("/books/1", body).headers["ETag"] == first.headers["ETag"]


def test_replace_makes_nothing(api: Any) -> None:
    """A replacement of what is not there is 404."""
    assert api.put("/books/99", {"title": "x", "author": 1}).status_code == 404
    assert api.put("/tags/brand-new", {"weight": 1}, match=None).status_code == 404


def test_replace_of_a_merge_patch(api: Any) -> None:
    """A merge patch is no whole item: 415."""
    answer = api.call(
        "PUT",
        "/books/1",
        data=b"{}",
        content_type="application/merge-patch+json",
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 415


def test_replace_leaves_out_what_its_writer_may_not_write(
    serve: Callable[..., Any], lib: Any
) -> None:
    """Who does not see a field can replace the rest, and it stays as it is."""
    api = serve(
        lambda rest: rest.resource(lib.Book),
        lib.Person(name="some", hides={"book": frozenset({"cost", "extra"})}),
    )
    api.add(lib.Author(name="Ann"), lib.Book(title="Axes", author_id=1, cost=7, extra={"a": 1}))
    answer = api.put("/books/1", {"title": "x", "author": 1}, person="some")
    assert answer.status_code == 200, answer.text
    assert {"cost", "extra"}.isdisjoint(answer.json)
    for name in ("cost", "extra"):
        refused = api.put("/books/1", {"title": "x", "author": 1, name: None}, person="some")
        assert refused.json["errors"][0]["pointer"] == f"/{name}"
    with api.app.app_context():
        book = lib.db.session.get(lib.Book, 1)
        assert (book.title, book.cost, book.extra) == ("x", 7, {"a": 1})


def test_replace_of_a_hidden_relation(serve: Callable[..., Any], lib: Any) -> None:
    """S43: None where a relation reads as None because its row is hidden is no change."""
    api = serve(
        lambda rest: rest.resource(lib.Author, write=("name", "team")),
        lib.Person(name="some", scopes={"team": Is("name", "eq", "Blue")}),
    )
    api.add(lib.Team(name="Red"), lib.Author(name="Ann", team_id=1))
    shown = api.get("/authors/1", person="some").json
    assert shown["team"] is None
    answer = api.put("/authors/1", {"name": "Anna", "team": None}, person="some", match=None)
    assert answer.status_code == 200
    with api.app.app_context():
        assert lib.db.session.get(lib.Author, 1).team_id == 1


def test_replace_needs_what_nobody_knows(serve: Callable[..., Any], lib: Any) -> None:
    """What may not be None and has no known default must be sent; the document says so."""
    api = serve(lambda rest: rest.resource(lib.Stamp, public=("stamp.*",)))
    made = api.post("/stamps", {"name": "a"})
    assert made.status_code == 201
    assert made.json["rank"] == 3
    answer = api.put("/stamps/1", {"name": "b"}, match=None)
    assert [(each["pointer"], each["code"]) for each in answer.json["errors"]] == [
        ("/rank", "required")
    ]
    assert api.put("/stamps/1", {"name": "b", "rank": 2}, match=None).status_code == 200
    schemas = api.state.resources[0].schemas
    needed = {
        name: {each.name for each in fields(getattr(schemas, name)) if each.required}
        for name in ("create", "replace", "patch")
    }
    assert needed == {"create": {"name"}, "replace": {"name", "rank"}, "patch": set()}
