"""Changing a part of an item, as RFC 7396 has it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest


def test_patch(api: Any) -> None:
    """What is sent is changed, None is None, and all else stays."""
    answer = api.patch("/books/1", {"title": "New", "price": None})
    assert answer.status_code == 200
    assert answer.json == {
        "id": 1, "title": "New", "blurb": None, "pages": 100, "price": None, "cost": 7,
        "isbn": "i-1", "state": "d", "extra": {"a": 1, "b": {"c": 2}}, "author": 1, "version": 2,
    }  # fmt: skip
    assert api.get("/books/1").data == answer.data
    assert api.get("/books/1").headers["ETag"] == answer.headers["ETag"]


@pytest.mark.parametrize("kind", ["application/json", "application/merge-patch+json"])
def test_patch_of_both_types(api: Any, kind: str) -> None:
    """A merge patch may be called so, or JSON."""
    answer = api.call(
        "PATCH",
        "/books/1",
        data=b'{"pages": 5}',
        content_type=kind,
        headers={"If-Match": "*"},
    )
    assert answer.json["pages"] == 5


def test_patch_of_a_json_patch(api: Any) -> None:
    """A JSON Patch is another language: 415."""
    answer = api.call(
        "PATCH",
        "/books/1",
        data=b"[]",
        content_type="application/json-patch+json",
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 415


def test_patch_of_nothing(api: Any) -> None:
    """Without a difference no version moves."""
    before = api.get("/books/1").headers["ETag"]
    assert api.patch("/books/1", {}).headers["ETag"] == before
    assert api.patch("/books/1", {"title": "Axes", "price": "1.5"}).headers["ETag"] == before
    assert api.patch("/books/1", {"extra": {}}).headers["ETag"] == before


@pytest.mark.parametrize(
    ("change", "after"),
    [
        ({"a": 2}, {"a": 2, "b": {"c": 2}}),
        ({"a": None}, {"b": {"c": 2}}),
        ({"b": {"c": None}}, {"a": 1, "b": {}}),
        ({"b": {"d": 3}}, {"a": 1, "b": {"c": 2, "d": 3}}),
        ({"b": [1, None]}, {"a": 1, "b": [1, None]}),
        ({"b": 5}, {"a": 1, "b": 5}),
        ({"a": {"x": None, "y": {"z": None, "q": 1}}}, {"a": {"y": {"q": 1}}, "b": {"c": 2}}),
        ({"nope": None}, {"a": 1, "b": {"c": 2}}),
        ([], []),
        ([None, {"a": None}], [None, {"a": None}]),
        ("text", "text"),
        (None, None),
        (0, 0),
    ],
)
def test_patch_of_a_document(api: Any, change: Any, after: Any) -> None:
    """Objects are merged as deep as they go, None removes, and all else replaces."""
    answer = api.patch("/books/1", {"extra": change})
    assert answer.status_code == 200
    assert answer.json["extra"] == after
    assert api.get("/books/1").json["extra"] == after


def test_patch_of_a_document_that_is_none(api: Any) -> None:
    """An object is merged into nothing where there is no object, so that no None of it is left."""
    assert api.patch("/books/2", {"extra": {"a": None, "b": {"c": None}}}).json["extra"] == {
        "b": {}
    }


@pytest.mark.parametrize(
    "change",
    [
        b'{"q": 1e400}',
        b'{"q": 123456789012345678901234567890}',
        b'{"q": "\\u0000"}',
        b'{"q": "\\ud800"}',
        b'{"q": 1, "q": 2}',
        b'{"q": ' + b"[" * 31 + b"]" * 31 + b"}",
        b'{"q": ' * 31 + b"1" + b"}" * 31,
        b'{"q": ' * 900 + b"1" + b"}" * 900,
        b'{"q": ' * 50_000 + b"1" + b"}" * 50_000,
        b'{"q": NaN}',
        b'{"q": }',
    ],
    ids=lambda change: repr(change)[:30],
)
def test_patch_of_a_document_that_cannot_be_kept(api: Any, change: bytes) -> None:
    """T44: what cannot be merged or kept is refused, and the document stays as it was."""
    before = api.get("/books/1").data
    answer = api.call(
        "PATCH",
        "/books/1",
        data=b'{"extra": ' + change + b"}",
        content_type="application/json",
        headers={"If-Match": "*"},
    )
    assert answer.status_code in (400, 422)
    assert api.get("/books/1").data == before


def test_patch_deepens_no_document_beyond_its_bound(api: Any) -> None:
    """A document that becomes too deep by merging is refused like one that is sent so."""
    deep: Any = 1
    for _ in range(30):
        deep = {"a": deep}
    assert api.patch("/books/1", {"extra": deep}).status_code == 200
    into: Any = {"b": 1}
    for _ in range(30):
        into = {"a": into}
    assert api.patch("/books/1", {"extra": into}).status_code == 422


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"title": None}, "/title"),
        ({"title": 5}, "/title"),
        ({"isbn": "other"}, "/isbn"),
        ({"id": 1}, "/id"),
        ({"version": 1}, "/version"),
        ({"tags": []}, "/tags"),
        ({"nope": None}, "/nope"),
        ({"author": 99}, "/author"),
        ({"pages": 100_000}, "/pages"),
    ],
)
def test_patch_that_is_refused(api: Any, values: Any, pointer: str) -> None:
    """T29: what is not written, or not again, or wrong, is 422 at its place."""
    answer = api.patch("/books/1", values)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json["errors"]] == [pointer]
    assert api.get("/books/1").json["version"] == 1


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"x"'])
def test_patch_that_is_no_object(api: Any, body: bytes) -> None:
    """RFC 7396 would replace the whole item by such a value, which no item can be."""
    answer = api.call("PATCH", "/books/1", data=body, content_type="application/json", match="*")
    assert answer.status_code == 422


def test_patch_of_a_unique_value(api: Any) -> None:
    """A value that is taken is 409 at its field; one's own is no conflict."""
    api.post("/teams", {"name": "Green"})
    assert api.patch("/teams/1", {"name": "Blue"}, match=None).status_code == 409
    assert api.patch("/teams/1", {"name": "Red"}, match=None).status_code == 200


def test_patch_of_a_document_that_is_hidden(serve: Callable[..., Any], lib: Any) -> None:
    """A document that the writer does not see is refused like a field that is not there."""
    api = serve(
        lambda rest: rest.resource(lib.Book),
        lib.Person(name="some", hides={"book": frozenset({"extra"})}),
    )
    api.add(lib.Author(name="Ann"), lib.Book(title="Axes", author_id=1, extra={"a": 1}))
    told = []
    for name in ("extra", "nope"):
        answer = api.patch("/books/1", {name: {"a": None}}, person="some")
        assert answer.status_code == 422
        told.append(str(answer.json["errors"]).replace(name, "…"))
    assert told[0] == told[1]


def test_patch_of_another_document_than_was_read(api: Any) -> None:
    """T53: two who merge into one document of the same version: the second is refused."""
    etag = api.get("/books/1").headers["ETag"]
    assert api.patch("/books/1", {"extra": {"x": 1}}, match=etag).status_code == 200
    assert api.patch("/books/1", {"extra": {"y": 1}}, match=etag).status_code == 412
    assert api.get("/books/1").json["extra"] == {"a": 1, "b": {"c": 2}, "x": 1}


def test_eight_editors_at_once(serve: Callable[..., Any], lib: Any) -> None:
    """T53: of eight who change one version one does; eight who merge into one document all do."""
    api = serve(lambda rest: rest.resource(lib.Reply, public=("*",)), uri="sqlite:///eight.db")
    api.add(lib.Reply(text="x", notes={}))
    etag = api.get("/replies/1").headers["ETag"]
    barrier = Barrier(8)

    def change(number: int) -> int:
        barrier.wait()
        return int(api.patch("/replies/1", {"text": f"{number}"}, match=etag).status_code)

    def merge(number: int) -> int:
        barrier.wait()
        return int(api.patch("/replies/1", {"notes": {f"{number}": 1}}).status_code)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(change, range(8))) == [200] + [412] * 7
        assert set(pool.map(merge, range(8))) == {200}
    assert len(api.get("/replies/1").json["notes"]) == 8


def test_statements_of_a_change(api: Any, query_budget: Callable[..., Any]) -> None:
    """A change has a bounded number of statements."""
    api.patch("/books/1", {"pages": 1})
    with query_budget(3):
        assert api.patch("/books/1", {"pages": 2}).status_code == 200
