"""One item: its address, its fields, and what is no key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def test_item(api: Any) -> None:
    """An item has the same fields as in a list, and a tag where it has a version."""
    answer = api.get("/books/1")
    assert answer.json == api.items("/books?id=1")[0]
    assert answer.headers["ETag"].startswith('"1-')
    assert "ETag" not in api.get("/authors/1").headers


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "99",
        "-1",
        "01",
        "+1",
        "1.0",
        "1e0",
        "%D9%A1",
        "1%00",
        "%00",
        "1%20",
        "%201",
        "~31",
        "1,",
        "1,1",
        "..",
        "..%2f",
        "..%5c",
        "%2e%2e%2f1",
        "%FF",
        "abc",
        "1;x",
        "1'",
        "1%27--",
        "999999999999999999999999999999",
        "-999999999999999999999999999999",
        pytest.param("x" * 10_000, id="long"),
        pytest.param("9" * 10_000, id="digits"),
    ],
)
def test_what_is_no_key(api: Any, text: str) -> None:
    """A row has one address: every other writing of its key is 404, for every method."""
    answers = [
        api.get(f"/books/{text}"),
        api.put(f"/books/{text}", {"title": "x", "author": 1}),
        api.patch(f"/books/{text}", {"title": "x"}),
        api.delete(f"/books/{text}"),
        *([] if "%2f" in text else [api.get(f"/books/{text}/tags")]),  # two slashes are merged
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len(api.items("/books")) == 3


@pytest.mark.parametrize("query", ["fields=token", "x=1", "limit=1", "title=x", "sort=id"])
def test_parameters_of_an_item(api: Any, query: str) -> None:
    """An item takes 'fields' and 'include' and nothing else."""
    answer = api.get(f"/books/1?{query}")
    assert answer.status_code == 400
    assert answer.json["errors"][0]["name"] == query.partition("=")[0]


def test_fields_of_an_item(api: Any) -> None:
    """Only the fields that were asked for are shown, in that order."""
    assert api.get("/books/1?fields=title,id").text == '{"title":"Axes","id":1}'


@pytest.mark.parametrize(
    "word",
    [
        "plain",
        "bulk",
        "",
        ".",
        "..",
        "a/b",
        "a,b",
        "a b",
        "a+b",
        "a%2Fb",
        "a?b#c",
        "~",
        "~7E",
        "'",
        "ü",
        "日本",
        "😀",
        "\u202egnp.exe",
        "a\nb",
        "a\\b",
        "__class__",
        "-1",
        "*",
        ";x=1",
    ],
)
def test_odd_text_keys(api: Any, word: str) -> None:
    """A key of any text has an address that finds, changes and deletes its row."""
    made = api.post("/tags", {"word": word, "weight": 1})
    assert made.status_code == 201, made.text
    address = made.headers["Location"]
    assert api.get(address).json == {"word": word, "weight": 1}
    assert api.patch(address, {"weight": 2}, match=None).json["weight"] == 2
    assert api.get(f"{address}?fields=weight").json == {"weight": 2}
    assert api.get(f"{address}/nothing").status_code == 404
    assert api.delete(address, match=None).status_code == 204
    assert api.get(address).status_code == 404


def test_key_of_two_columns(api: Any) -> None:
    """A key of several columns is one text: 'key', where its fields do not show it."""
    assert api.get("/copies/1,1").json == {"book": 1, "number": 1, "place": "Hall", "key": "1,1"}
    for text in ("1", "1,", ",1", "1,1,1", "1,01", "1, 1", "1;1"):
        assert api.get(f"/copies/{text}").status_code == 404
    made = api.post("/copies", {"book": 2, "number": 5})
    assert made.headers["Location"] == "/api/copies/2,5"
    assert [item["key"] for item in api.items("/copies?sort=-number")] == ["2,5", "1,2", "1,1"]
    assert [item["key"] for item in api.items("/copies?fields=place")] == ["1,1", "1,2", "2,5"]
    assert api.patch("/copies/2,5", {"place": "Attic"}, match=None).json["key"] == "2,5"
    assert api.delete("/copies/2,5", match=None).status_code == 204


def test_relation_to_a_key_of_two_columns(api: Any) -> None:
    """A relation to such a key reads and is written as a list, and filters by the key's text."""
    assert api.get("/loans/1").json == {"id": 1, "reader": "Eve", "copy": [1, 2]}
    assert api.patch("/loans/1", {"copy": [1, 1]}, match=None).json["copy"] == [1, 1]
    assert len(api.items("/loans?copy=1,1")) == 1
    assert len(api.items("/loans?copy[in]=1,2&copy[in]=1,1")) == 1
    for wrong in ([1], [1, 1, 1], "1,1", [1, "1"], [9, 9], {}):
        answer = api.patch("/loans/1", {"copy": wrong}, match=None)
        assert answer.status_code == 422, wrong
        assert answer.json["errors"][0]["pointer"] == "/copy"
    for wrong in ("1", "1,", "x,1", "01,1"):
        assert api.get(f"/loans?copy={wrong}").status_code == 400
    assert api.patch("/loans/1", {"copy": None}, match=None).json["copy"] is None


def test_head_of_an_item(api: Any) -> None:
    """HEAD of an item has its tag and no body, and 404 where GET has."""
    head = api.call("HEAD", "/books/1")
    assert head.headers["ETag"] == api.get("/books/1").headers["ETag"]
    assert head.data == b""
    assert api.call("HEAD", "/books/99").status_code == 404


def test_methods_of_an_item(api: Any) -> None:
    """What cannot be done to an item is 405 with what can."""
    for method in ("POST", "TRACE"):
        answer = api.call(method, "/books/1")
        assert answer.status_code == 405
        assert "DELETE" in answer.headers["Allow"]


def test_declared_methods_only(serve: Callable[..., Any], lib: Any) -> None:
    """A resource has the methods that it declares, and 405 for the others."""
    api = serve(lambda rest: rest.resource(lib.Tag, public=("tag.*",), methods=("list", "get")))
    api.add(lib.Tag(word="a"))
    assert api.get("/tags/a").status_code == 200
    assert api.post("/tags", {"word": "b"}).status_code == 405
    assert api.post("/tags/bulk", {"writes": []}).status_code == 405
    for call in (api.put, api.patch, api.delete):
        assert call("/tags/a").status_code == 405


def test_statements_of_an_item(api: Any, query_budget: Callable[..., Any]) -> None:
    """An item is one statement."""
    api.get("/books/1")
    with query_budget(1, exact=True):
        api.get("/books/1")
