"""Resources over stores that are no database."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from stack_rest import Rest
from stack_testing.client import make_client
from stack_testing.memory import MemoryStore, MemoryStores
from stack_testing.store.library import FIELDS, SCHEMAS, describe

WORDS = {"public": ("*",)}


@pytest.fixture
def stores() -> MemoryStores:
    """A library in memory: a team, two authors and two books."""
    stores = MemoryStores()
    for kind in FIELDS:
        MemoryStore(describe(kind, stores.describe), related=stores, schema=SCHEMAS[kind])
    return stores


@pytest.fixture(params=["word", "store"])
def client(request: pytest.FixtureRequest, stores: MemoryStores) -> Any:
    """A client of resources of kinds' words, or of the stores themselves."""
    app = Flask("memory")
    app.config.update(TESTING=True, SECRET_KEY="rest-tests")
    stores.init_app(app)
    rest = Rest()
    named = {kind: kind if request.param == "word" else stores[kind] for kind in stores}
    rest.resource(named["author"], sub=("books",), include=("books",), **WORDS)
    rest.resource(named["book"], include=("author",), filters=("author.name",), **WORDS)
    rest.resource(named["tag"], **WORDS)
    rest.resource(named["copy"], **WORDS)
    rest.resource(named["sample"], **WORDS)
    rest.init_app(app)
    return make_client(app)


def test_memory(client: Any) -> None:
    """Every rule holds: items, tags, lists, what is below and beside, and many writes."""
    assert client.post("/api/authors", json={"name": "Ann"}).status_code == 201
    made = client.post("/api/authors/1/books", json={"title": "Axes", "price": "1.50"})
    assert made.status_code == 201, made.text
    address = made.headers["Location"]
    got = client.get(f"{address}?include=author")
    assert got.json["included"]["author"]["name"] == "Ann"
    assert client.get(address).data == made.data
    etag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    assert client.patch(address, json={"pages": 5}).status_code == 428
    match = {"If-Match": etag}
    assert client.patch(address, json={"pages": 5}, headers=match).json["pages"] == 5
    assert client.patch(address, json={"pages": 6}, headers=match).status_code == 412
    assert len(client.get("/api/books?author.name=Ann&search=axe").json["items"]) == 1
    assert client.get("/api/books?pages=x").status_code == 400
    found = client.get("/api/authors/1?include=books").json["included"]["books"]
    assert [each["title"] for each in found] == ["Axes"]
    assert client.get("/api/books?format=jsonl&fields=title").text == '{"title":"Axes"}\n'
    bulk = {"writes": [{"act": "delete", "key": "1", "match": "*"}]}
    assert client.post("/api/books/bulk", json=bulk).json == {"results": [{"status": 204}]}
    assert client.get(address).status_code == 404


def test_memory_refuses(client: Any) -> None:
    """What the store refuses is a problem with its field."""
    client.post("/api/tags", json={"word": "a"})
    answer = client.post("/api/tags", json={"word": "a"})
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    answer = client.post("/api/books", json={"title": "x", "author": 9})
    assert answer.json["errors"][0]["pointer"] == "/author"
    client.post("/api/authors", json={"name": "Ann"})
    address = client.post("/api/books", json={"title": "x", "author": 1}).headers["Location"]
    assert client.delete("/api/authors/1").status_code in (409, 422)
    assert client.delete(address, headers={"If-Match": "*"}).status_code == 204
    assert client.delete("/api/authors/1").status_code == 204


def test_keys_in_memory(client: Any) -> None:
    """Keys of several columns and of any text have their addresses here too."""
    client.post("/api/authors", json={"name": "Ann"})
    client.post("/api/books", json={"title": "x", "author": 1})
    made = client.post("/api/copies", json={"book": 1, "number": 2})
    assert (made.status_code, made.headers["Location"]) == (201, "/api/copies/1,2")
    made = client.post("/api/tags", json={"word": "a/b ü"})
    assert client.get(made.headers["Location"]).json["word"] == "a/b ü"
