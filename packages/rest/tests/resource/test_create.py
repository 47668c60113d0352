"""Creating: what is answered, what is refused and where, and many at the same moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

DEEP: Any = 1
for _ in range(31):
    DEEP = [DEEP]
BOOK: dict[str, Any] = {"title": "New", "author": 1}


def test_create(api: Any) -> None:
    """A create is 201 with the item, its address and its tag, as a read of it has them."""
    made = api.post("/books", {**BOOK, "price": "2.5", "state": "o", "extra": [1, None]})
    assert made.status_code == 201
    assert made.headers["Location"] == "/api/books/4"
    got = api.get(made.headers["Location"])
    assert got.data == made.data
    assert got.headers["ETag"] == made.headers["ETag"]
    assert (made.json["price"], made.json["state"]) == ("2.50", "o")
    assert "password" not in made.text


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"title": None}, "/title", "invalid"),
        ({"title": 1}, "/title", "invalid"),
        ({"title": ["a"]}, "/title", "invalid"),
        ({"title": {}}, "/title", "invalid"),
        ({"title": "x" * 81}, "/title", "invalid"),
        ({"pages": "1"}, "/pages", "invalid"),
        ({"pages": True}, "/pages", "invalid"),
        ({"pages": 1.5}, "/pages", "invalid"),
        ({"pages": -1}, "/pages", "invalid"),
        ({"pages": 2**40}, "/pages", "invalid"),
        ({"price": "1.005"}, "/price", "invalid"),
        ({"price": "12345678"}, "/price", "invalid"),
        ({"price": "NaN"}, "/price", "invalid"),
        ({"price": {}}, "/price", "invalid"),
        ({"state": "x"}, "/state", "invalid"),
        ({"state": "OUT"}, "/state", "invalid"),
        ({"state": None}, "/state", "invalid"),
        ({"state": []}, "/state", "invalid"),
        ({"author": None}, "/author", "invalid"),
        ({"author": "1"}, "/author", "invalid"),
        ({"author": {"name": "new"}}, "/author", "invalid"),
        ({"author": 99}, "/author", "missing"),
        ({"author": 2**62}, "/author", "invalid"),
        ({"extra": DEEP}, "/extra", "invalid"),
        ({"id": 7}, "/id", "unknown"),
        ({"version": 7}, "/version", "unknown"),
        ({"author_id": 2}, "/author_id", "unknown"),
        ({"tags": ["new"]}, "/tags", "unknown"),
        ({"copies": []}, "/copies", "unknown"),
        ({"is_admin": True}, "/is_admin", "unknown"),
        ({"__class__": 1}, "/__class__", "unknown"),
        ({"": 1}, "/", "unknown"),
        ({"a/b~c": 1}, "/a~1b~0c", "unknown"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_wrong_value_is_named(api: Any, more: Any, pointer: str, code: str) -> None:
    """T29: a wrong value, and a name that is not written, is 422 at its place."""
    answer = api.post("/books", {**BOOK, **more})
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json["errors"]] == [(pointer, code)]
    assert len(api.items("/books")) == 3


def test_everything_wrong_is_named_at_once(api: Any) -> None:
    """One answer has all wrong values, unknown names and missing fields."""
    answer = api.post("/books", {"pages": "x", "nope": 1})
    assert {each["pointer"] for each in answer.json["errors"]} == {
        "/pages", "/nope", "/title", "/author",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"title":"a"', 400),
        (b"{'title':1}", 400),
        (b"\xef\xbb\xbf{}", 400),
        (b'{"title":"\xff","author":1}', 400),
        (b'{"title":"\\ud800","author":1}', 400),
        (b'{"\\ud800":1}', 400),
        (b'{"title":"\\u0000","author":1}', 400),
        (b'{"title":"a","title":"b","author":1}', 400),
        (b'{"title":"a","author":1,"extra":{"a":1,"a":2}}', 400),
        (b'{"title":"a","author":1,"pages":NaN}', 400),
        (b'{"title":"a","author":1,"pages":Infinity}', 400),
        (b'{"title":"a","author":1,"pages":01}', 400),
        (b'{"title":"a","author":1,}', 400),
        (b'{"title":"a","author":1}//', 400),
        (b'{"title":"a","author":1}{}', 400),
        (b'{"title":"a","author":1,"pages":' + b"9" * 5000 + b"}", 400),
        (b'{"title":"a","author":1,"pages":1e400}', 400),
        (b'{"title":"a","author":1,"extra":1e400}', 400),
        (b'{"title":"a","author":1,"extra":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
        (b'{"title":"a","author":1,"extra":' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"}", 422),
        (b"[]", 422),
        (b"[{}]", 422),
        (b"null", 422),
        (b"true", 422),
        (b"1", 422),
        (b'"x"', 422),
        (b"{}", 422),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_body_that_is_no_item(api: Any, body: bytes, status: int) -> None:
    """T44: what is no JSON, or leaves anything open, is 400; JSON that is no item is 422."""
    answer = api.call("POST", "/books", data=body, content_type="application/json")
    assert answer.status_code == status
    assert len(api.items("/books")) == 3


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "text/json",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/merge-patch+json",
        "application/jsonx",
        "garbage",
    ],
)
def test_body_of_another_type(api: Any, kind: str) -> None:
    """A body of another media type is 415, whatever is in it."""
    answer = api.call("POST", "/books", data=json.dumps(BOOK), content_type=kind)
    assert answer.status_code == 415


def test_parameters_of_the_media_type(api: Any) -> None:
    """'application/json' is known in any case and with any parameter."""
    for kind in ("APPLICATION/JSON", "application/json; charset=utf-8", "application/json;"):
        answer = api.call("POST", "/books", data=json.dumps(BOOK), content_type=kind)
        assert answer.status_code == 201


def test_body_that_is_too_large(serve: Callable[..., Any], lib: Any) -> None:
    """A body beyond the settings' limit is 413."""
    api = serve(lambda rest: rest.resource(lib.Tag, public=("tag.*",)), REST_BODY_LIMIT=100)
    assert api.post("/tags", {"word": "a" * 200}).status_code == 413
    assert api.post("/tags", {"word": "a" * 50}).status_code == 201


def test_default_value(api: Any) -> None:
    """A create without a field that has a default gets that."""
    assert api.post("/books", BOOK).json["state"] == "d"


def test_conflict_names_its_field(api: Any) -> None:
    """T50: a value that is taken is 409 at its field, without a word of SQL."""
    answer = api.post("/books", {**BOOK, "isbn": "i-1"})
    assert answer.status_code == 409
    assert [each["pointer"] for each in answer.json["errors"]] == ["/isbn"]
    assert "constraint" not in answer.text.lower()
    assert api.post("/tags", {"word": "new"}).status_code == 409
    assert api.post("/copies", {"book": 1, "number": 1}).status_code == 409


def test_check_of_the_database(serve: Callable[..., Any], lib: Any) -> None:
    """T50: what a rule of the table forbids is 422 at its fields, without a word of SQL."""
    api = serve(lambda rest: rest.resource(lib.Stamp, public=("*",)))
    for values in ({"name": "abc"}, {"name": "abcd", "rank": 4}):
        answer = api.post("/stamps", values)
        assert answer.status_code == 422
        assert {each["pointer"] for each in answer.json["errors"]} == {"/name", "/rank"}
        assert "ck_stamp" not in answer.text
    assert api.items("/stamps") == []


def test_write_only_field_is_written(api: Any, lib: Any) -> None:
    """A field that is written only is taken and never shown."""
    made = api.post("/books", {**BOOK, "password": "hush"})
    assert "hush" not in made.text
    with api.app.app_context():
        assert lib.db.session.get(lib.Book, made.json["id"]).password == "hush"


def test_query_string_of_a_create(api: Any) -> None:
    """What stands in the address of a create never becomes a value."""
    made = api.post("/books?pages=5&id=77", BOOK)
    assert (made.json["pages"], made.json["id"]) == (None, 4)


def test_declared_fields_only(serve: Callable[..., Any], lib: Any) -> None:
    """T29: a resource takes the fields that it names in 'write', and shows those in 'fields'."""
    api = serve(
        lambda rest: rest.resource(
            lib.Author, public=("author.*",), fields=("id", "name"), write=("name",)
        )
    )
    made = api.post("/authors", {"name": "Ann"})
    assert made.json == {"id": 1, "name": "Ann"}
    for name in ("email", "team", "id", "books"):
        answer = api.post("/authors", {"name": "Bob", name: None})
        assert [each["pointer"] for each in answer.json["errors"]] == [f"/{name}"]


def test_list_of_keys(serve: Callable[..., Any], lib: Any) -> None:
    """A to-many relation that is named is shown and written as a list of keys."""
    api = serve(
        lambda rest: rest.resource(
            lib.Book,
            public=("book.*", "author.read", "tag.read"),
            fields=("id", "title", "tags"),
            write=("title", "author", "tags"),
        )
    )
    api.add(lib.Author(name="Ann"), lib.Tag(word="a"), lib.Tag(word="b"), lib.Tag(word="c"))
    made = api.post("/books", {"title": "x", "author": 1, "tags": ["b", "a"]})
    assert sorted(made.json["tags"]) == ["a", "b"]
    assert made.headers["ETag"]
    assert api.get("/books/1").data == made.data
    changed = api.patch("/books/1", {"tags": ["c"]}, match="*")
    assert changed.json["tags"] == ["c"]
    assert changed.headers["ETag"] != made.headers["ETag"]
    assert api.put("/books/1", {"title": "y", "author": 1}).json["tags"] == []
    twice = api.patch("/books/1", {"tags": ["b", "a", "b"]})
    assert (twice.status_code, sorted(twice.json["tags"])) == (200, ["a", "b"])
    assert api.get("/books/1").json["tags"] == sorted(twice.json["tags"])
    for wrong in (None, "a", {}, ["zz"], [None], [1], [["a"]]):
        answer = api.patch("/books/1", {"tags": wrong})
        assert answer.status_code == 422, wrong
        assert answer.json["errors"][0]["pointer"].startswith("/tags")


def test_write_with_more_keys_than_are_listed(serve: Callable[..., Any], lib: Any) -> None:
    """What was written is answered as written, also where its list of keys is too long to show."""
    api = serve(
        lambda rest: rest.resource(
            lib.Book, public=("*",), fields=("id", "tags"), write=("title", "author", "tags")
        ),
        REST_PAGE_LIMIT=1,
    )
    words = list("abcdefghijk")
    api.add(lib.Author(name="Ann"), *(lib.Tag(word=word) for word in words))
    made = api.post("/books", {"title": "x", "author": 1, "tags": words})
    assert (made.status_code, made.json) == (201, {"id": 1, "tags": None})
    assert made.headers["Location"] == "/api/books/1"
    assert api.get("/books/1").json == made.json
    assert api.patch("/books/1", {"title": "y"}).json == made.json
    assert api.patch("/books/1", {"tags": ["a"]}).json == {"id": 1, "tags": ["a"]}


def test_lists_of_keys_cost_one_statement(
    serve: Callable[..., Any], lib: Any, query_budget: Callable[..., Any]
) -> None:
    """A page with lists of keys is one statement more, however many rows it has."""
    api = serve(
        lambda rest: rest.resource(
            lib.Book, public=("book.read", "tag.read"), fields=("id", "tags")
        )
    )
    books = [lib.Book(title="x", author_id=1) for _ in range(30)]
    api.add(lib.Author(name="Ann"), *books, lib.Tag(word="a", books=books))
    for limit in (1, 30):
        api.get(f"/books?limit={limit}")
        with query_budget(2, exact=True):
            items = api.items(f"/books?limit={limit}")
        assert all(item["tags"] == ["a"] for item in items)


def test_eight_at_once(serve: Callable[..., Any], lib: Any) -> None:
    """T51: of eight who create one unique value at the same moment one does and seven are told."""
    api = serve(
        lambda rest: rest.resource(lib.Team, public=("team.*",)), uri="sqlite:///together.db"
    )
    barrier = Barrier(8)

    def create(_: int) -> int:
        barrier.wait()
        return int(api.post("/teams", {"name": "Red"}).status_code)

    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(create, range(8)))
    assert found == [201] + [409] * 7
    assert len(api.items("/teams")) == 1


def test_create_without_the_right_to_read(serve: Callable[..., Any], lib: Any) -> None:
    """S29: who may create and not read is told that it was done, and nothing else."""
    api = serve(lambda rest: rest.resource(lib.Author, public=("author.create",)))
    made = api.post("/authors", {"name": "Ann"})
    assert (made.status_code, made.data) == (201, b"")
    assert "Location" not in made.headers
    assert "ETag" not in made.headers
    assert api.get("/authors/1").status_code == 403


def test_statements_of_a_create(api: Any, query_budget: Callable[..., Any]) -> None:
    """A create of plain values is one statement: what was written is not read again."""
    api.post("/teams", {"name": "a"})
    with query_budget(1, exact=True):
        assert api.post("/teams", {"name": "b"}).status_code == 201
