"""Lists of keys: each is whole, or null where an answer has no room for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def small(serve: Callable[..., Any], lib: Any) -> Any:
    """Books show their tags; an answer has room for twenty keys, and two books have too many."""
    api = serve(
        lambda rest: (
            rest.resource(lib.Book, public=("*",), fields=("id", "title", "tags", "author")),
            rest.resource(lib.Tag, public=("*",), sub=("books",)),
        ),
        REST_PAGE_LIMIT=2,
        REST_REQUIRE_MATCH=False,
    )
    tags = [lib.Tag(word=f"w{number:02}") for number in range(30)]
    api.add(
        lib.Author(name="Ann"),
        *tags,
        lib.Book(title="Few", author_id=1, tags=tags[:3]),
        lib.Book(title="Many", author_id=1, tags=tags[:21]),
        lib.Book(title="None", author_id=1),
        lib.Book(title="Fits", author_id=1, tags=tags[:20]),
    )
    return api


def test_list_is_whole_or_null(small: Any) -> None:
    """What does not fit into an answer is null there, and the answer has all else."""
    page = small.get("/books?sort=id").json
    assert [(each["title"], each["tags"]) for each in page["items"]] == [
        ("Few", ["w00", "w01", "w02"]),
        ("Many", None),
    ]
    rest = small.items(f"/books?sort=id&cursor={page['next']}")
    assert {each["title"]: len(each["tags"]) for each in rest} == {"None": 0, "Fits": 20}
    assert small.get("/books/2").json["tags"] is None


def test_null_does_not_come_back_as_nothing(small: Any) -> None:
    """Whoever sends back what was read loses no links: null is no list."""
    read = small.get("/books/2").json
    values = {name: read[name] for name in ("title", "tags", "author")}
    answer = small.put("/books/2", values)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/tags")
    assert small.patch("/books/2", {"title": "More"}).json["title"] == "More"
    assert len(small.items("/tags/w20/books")) == 1


def test_document_tells_of_null(small: Any) -> None:
    """The schema of an item has null for a list of keys, that of what is sent has not."""
    schemas = small.get("/openapi.json").json["components"]["schemas"]
    assert {"type": "null"} in schemas["Book"]["properties"]["tags"]["anyOf"]
    assert schemas["BookCreate"]["properties"]["tags"]["type"] == "array"


def test_many_rows_with_too_many_keys(serve: Callable[..., Any], lib: Any) -> None:
    """Rows with too many keys cost a bounded number of statements, and are null all of them."""
    api = serve(
        lambda rest: (
            rest.resource(lib.Team, public=("*",), fields=("id", "authors")),
            rest.resource(lib.Author, public=("*",)),
        ),
        REST_PAGE_LIMIT=20,
    )
    for team in range(15):
        authors = [lib.Author(name=f"A{number}") for number in range(201)]
        api.add(lib.Team(name=f"T{team}", authors=authors))
    api.add(lib.Team(name="Last", authors=[lib.Author(name="Z")]))
    found = [each["authors"] for each in api.items("/teams?sort=id&limit=20")]
    assert found == [None] * 16
    assert api.items("/teams?sort=-id&limit=2") == [
        {"id": 16, "authors": [3016]},
        {"id": 15, "authors": None},
    ]
