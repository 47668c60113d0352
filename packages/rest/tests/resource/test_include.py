"""Rows of relations beside each item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stack_rest.document.document import make_document
from stack_rest.testing.judge import Judge


def test_include_of_one(api: Any) -> None:
    """The row that a relation leads to stands in 'included', as its own resource shows it."""
    item = api.get("/books/1?include=author").json
    assert item["included"] == {"author": api.get("/authors/1").json}
    assert item["author"] == 1
    items = api.items("/books?include=author&sort=-id&fields=id")
    assert [each["included"]["author"]["name"] for each in items] == ["Bob", "Ann", "Ann"]
    assert set(items[0]) == {"id", "included"}


def test_include_of_none(api: Any, lib: Any) -> None:
    """A relation that leads nowhere is null there."""
    api.add(lib.Author(name="Cid"))
    assert api.get("/authors/3?include=team").json["included"] == {"team": None}


def test_include_of_many(api: Any) -> None:
    """A to-many relation is a list, empty where there is none."""
    found = [each["included"]["authors"] for each in api.items("/teams?include=authors&sort=id")]
    assert [[each["name"] for each in team] for team in found] == [["Ann"], ["Bob"]]
    api.post("/teams", {"name": "Empty"})
    assert api.get("/teams/3?include=authors").json["included"] == {"authors": []}


@pytest.mark.parametrize(
    "query",
    ["include=tags", "include=author.team", "include=title", "include=author&include=author"],
)
def test_include_of_what_is_not_declared(api: Any, query: str) -> None:
    """T31: only relations that the resource names are included."""
    answer = api.get(f"/books?{query}")
    assert answer.status_code == 400
    assert answer.json["errors"][0]["name"] == "include"


def test_include_in_a_stream(api: Any) -> None:
    """A whole list includes nothing."""
    answer = api.get("/books?include=author&format=csv")
    assert answer.text == api.get("/books?format=csv").text


def test_include_costs_the_same_for_many(
    api: Any, lib: Any, query_budget: Callable[..., Any]
) -> None:
    """N+1: a page with included rows is two statements more at most, however many it has."""
    authors = [lib.Author(name=f"A{n}", team_id=1) for n in range(40)]
    api.add(*authors)
    api.add(*(lib.Book(title=f"B{n}", author_id=n + 3) for n in range(40)))
    for limit in (2, 40):
        for path in ("/books?include=author", "/teams?include=authors", "/authors?include=team"):
            api.get(f"{path}&limit={limit}")
            with query_budget(3):
                assert api.get(f"{path}&limit={limit}").status_code == 200


def test_include_is_bounded(serve: Callable[..., Any], lib: Any) -> None:
    """What has more rows than a page is null, and leaves the room to the others."""
    api = serve(
        lambda rest: (
            rest.resource(lib.Team, public=("*",), include=("authors",)),
            rest.resource(lib.Author, public=("*",)),
        ),
        REST_PAGE_LIMIT=5,
    )
    api.add(
        lib.Team(name="Two", authors=[lib.Author(name="A"), lib.Author(name="B")]),
        lib.Team(name="Six", authors=[lib.Author(name=f"A{n}") for n in range(6)]),
        lib.Team(name="None"),
        lib.Team(name="Three", authors=[lib.Author(name=f"B{n}") for n in range(3)]),
        lib.Team(name="One", authors=[lib.Author(name="C")]),
    )
    assert api.get("/teams/2?include=authors").json["included"] == {"authors": None}
    found = [each["included"]["authors"] for each in api.items("/teams?include=authors&sort=id")]
    assert [each and len(each) for each in found] == [2, None, [], 3, None]
    api.delete("/authors/3", match=None)
    assert len(api.get("/teams/2?include=authors").json["included"]["authors"]) == 5


def test_include_of_what_has_no_resource(serve: Callable[..., Any], lib: Any) -> None:
    """What leads to a kind without a resource is named with what to declare."""
    api = serve(lambda rest: rest.resource(lib.Book, public=("*",), include=("author",)))
    api.add(lib.Author(name="Ann"), lib.Book(title="Axes", author_id=1))
    with pytest.raises(LookupError, match="'author'"):
        api.get("/books?include=author")


def test_document_tells_what_is_included(api: Any) -> None:
    """Reads may have rows of exactly the relations that the resource names; writes have none."""
    document = api.get("/openapi.json").json
    schemas = document["components"]["schemas"]
    included = schemas["BookIncluded"]
    assert included["properties"] == {
        "author": {"anyOf": [{"$ref": "#/components/schemas/Author"}, {"type": "null"}]}
    }
    assert schemas["TeamIncluded"]["properties"] == {
        "authors": {
            "anyOf": [
                {"type": "array", "items": {"$ref": "#/components/schemas/Author"}},
                {"type": "null"},
            ]
        }
    }
    assert schemas["BookRead"]["properties"].keys() - schemas["Book"]["properties"] == {"included"}
    assert schemas["BookPage"]["properties"]["items"]["items"]["$ref"].endswith("/BookRead")
    assert "CopyRead" not in schemas


def test_included_rows_fit_the_document(api: Any) -> None:
    """What a test's client holds answers against knows what is included, and what is not."""
    judge = Judge(make_document(api.app, api.state))
    for path in ("/books", "/teams", "/teams/{key}", "/books/{key}"):
        query = f"include={'author' if 'books' in path else 'authors'}"
        answer = api.get(f"{path.replace('{key}', '1')}?{query}")
        assert list(judge.judge(f"/api{path}", "GET", answer)) == []
        wrong = answer.text.replace('"name":"Ann"', '"name":1')
        assert wrong != answer.text
        answer.set_data(wrong)
        assert list(judge.judge(f"/api{path}", "GET", answer))
