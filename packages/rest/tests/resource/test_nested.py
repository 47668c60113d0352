"""Lists below an item, and what is created there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_nested_list(api: Any) -> None:
    """The list below an item has its rows only, and takes all that the list itself takes."""
    assert [item["title"] for item in api.items("/authors/1/books")] == ["Axes", "Boats"]
    assert [item["title"] for item in api.items("/authors/2/books")] == ["Cats"]
    assert [item["word"] for item in api.items("/books/1/tags")] == ["new", "old"]
    assert [item["key"] for item in api.items("/books/1/copies")] == ["1,1", "1,2"]
    assert api.items("/authors/1/books?title=Cats") == []
    assert api.items("/authors/1/books?author=2") == []
    found = api.get("/authors/1/books?sort=-title&fields=title&limit=1&total=exact&include=author")
    assert found.json["items"][0]["title"] == "Boats"
    assert found.json["total"]["count"] == 2
    assert found.headers["Link"].startswith("</api/authors/1/books?sort=-title&")
    assert api.get("/authors/1/books?nope=1").status_code == 400
    assert "Cats" not in api.get("/authors/1/books?format=csv").text


def test_nested_list_of_nothing(api: Any) -> None:
    """Below what is not there is nothing to list or to create: 404."""
    for key in ("99", "01", "x", "1,1", "%00"):
        assert api.get(f"/authors/{key}/books").status_code == 404
        assert api.post(f"/authors/{key}/books", {"title": "x"}).status_code == 404


def test_nested_create(api: Any) -> None:
    """What is created below an item belongs to it, and has the address of its own resource."""
    made = api.post("/authors/2/books", {"title": "New"})
    assert made.status_code == 201
    assert made.headers["Location"] == "/api/books/4"
    assert api.get("/books/4").json["author"] == 2
    assert api.post("/books/1/copies", {"number": 9}).headers["Location"] == "/api/copies/1,9"


def test_nested_create_with_a_value_of_the_address(api: Any) -> None:
    """T29: what the address says is not sent too, the same or another."""
    for author in (1, 2, None):
        answer = api.post("/authors/1/books", {"title": "New", "author": author})
        assert answer.status_code == 422
        assert [each["pointer"] for each in answer.json["errors"]] == ["/author"]
    assert len(api.items("/books")) == 3


def test_nested_create_with_wrong_values(api: Any) -> None:
    """Everything wrong is named, and the field of the address is not missing."""
    answer = api.post("/authors/1/books", {"pages": "x", "nope": 1})
    assert {each["pointer"] for each in answer.json["errors"]} == {"/title", "/pages", "/nope"}


def test_nested_create_of_many_to_many(api: Any) -> None:
    """Below a relation of many to many the new row is joined to the item."""
    made = api.post("/books/3/tags", {"word": "fresh", "weight": 2})
    assert made.status_code == 201, made.text
    assert [item["word"] for item in api.items("/books/3/tags")] == ["fresh"]
    assert api.post("/books/3/tags", {"word": "x", "books": [1]}).status_code == 422


def test_nested_create_of_an_unwritten_relation(serve: Callable[..., Any], lib: Any) -> None:
    """A relation that nobody writes otherwise is still given by the address."""
    api = serve(
        lambda rest: (
            rest.resource(lib.Team, public=("*",), sub=("authors",)),
            rest.resource(lib.Author, public=("*",), write=("name",)),
        )
    )
    api.add(lib.Team(name="Red"))
    assert api.post("/teams/1/authors", {"name": "Ann"}).json["team"] == 1
    assert api.post("/authors", {"name": "Ann", "team": 1}).status_code == 422


def test_nested_methods(api: Any) -> None:
    """Below an item one lists and creates."""
    for method in ("PUT", "PATCH", "DELETE"):
        assert api.call(method, "/authors/1/books").status_code == 405


def test_statements_of_a_nested_list(api: Any, query_budget: Callable[..., Any]) -> None:
    """A list below an item is one statement for the item and one for the page."""
    api.get("/authors/1/books")
    with query_budget(2, exact=True):
        api.get("/authors/1/books")


def test_nested_list_without_the_way_back(serve: Callable[..., Any], lib: Any) -> None:
    """The list is the item's own, so that the field that leads back need not be shown."""

    def declare(rest: Any) -> None:
        rest.resource(lib.Author, public=("read",), sub=("books",))
        rest.resource(lib.Book, public=("read",), fields=("title", "tags"), sub=("tags",))
        rest.resource(lib.Tag, public=("read",), fields=("word",))

    api = serve(declare)
    new = lib.Tag(word="new")
    api.add(lib.Author(name="Ann"), lib.Author(name="Bob"))
    api.add(lib.Book(title="Axes", author_id=1), lib.Book(title="Cats", author_id=2, tags=[new]))
    assert [item["title"] for item in api.items("/authors/2/books?total=exact")] == ["Cats"]
    assert api.get("/authors/1/books?format=csv").text.split() == ["title,key", "Axes,1"]
    assert api.items("/books/2/tags") == [{"word": "new"}]
    assert api.items("/books/1/tags") == []


def test_nested_list_of_a_hidden_relation(serve: Callable[..., Any], lib: Any) -> None:
    """The list is there for who may see the relation, whether or not they see the way back."""
    api = serve(
        lambda rest: (rest.resource(lib.Author, sub=("books",)), rest.resource(lib.Book)),
        lib.Person(name="ann", hides={"book": frozenset({"author"})}),
        lib.Person(name="bob", hides={"author": frozenset({"books"})}),
    )
    api.add(lib.Author(name="Ann"), lib.Author(name="Bob"))
    api.add(lib.Book(title="Axes", author_id=1), lib.Book(title="Cats", author_id=2))
    (shown,) = api.items("/authors/2/books", person="ann")
    assert (shown["title"], "author" in shown) == ("Cats", False)
    assert api.get("/authors/2/books", person="bob").status_code == 404
    assert len(api.items("/books?author=2", person="bob")) == 1


def test_nested_create_where_the_way_back_is_hidden(serve: Callable[..., Any], lib: Any) -> None:
    """Who may not set the relation cannot by an address, and hears no field's name."""
    api = serve(
        lambda rest: (rest.resource(lib.Author, sub=("books",)), rest.resource(lib.Book)),
        lib.Person(name="ann", hides={"book": frozenset({"author"})}),
        lib.Person(name="bob", may=frozenset({"author.read", "book.read"})),
    )
    api.add(lib.Author(name="Ann"))
    for person in ("ann", "bob"):
        refused = api.post("/authors/1/books", {"title": "Axes"}, person=person)
        assert (refused.status_code, "errors" in refused.json) == (403, False)
    assert api.items("/books", person="ann") == []
