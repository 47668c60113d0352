"""Conditions: the tags of items, and what a change may be made to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stack_core.filter import Is


def test_known_item_is_not_sent_again(api: Any) -> None:
    """'If-None-Match' with the tag, among others or weak, or with '*', is 304 with the tag."""
    etag = api.get("/books/1").headers["ETag"]
    for header in (etag, f"W/{etag}", f'"x", {etag}', f'"", {etag}', "*"):
        answer = api.get("/books/1", headers={"If-None-Match": header})
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == etag
        assert "Content-Type" not in answer.headers


@pytest.mark.parametrize(
    "header", ["", '""', '"', '"x"', "garbage", ",,,", '"1"', '"1-"', "W/", '"\xff"', "a" * 9999]
)
def test_other_tags_are_not_known(api: Any, header: str) -> None:
    """Whatever else stands in 'If-None-Match', the item is sent."""
    assert api.get("/books/1", headers={"If-None-Match": header}).status_code == 200


def test_tags_beyond_a_bound_are_not_read(api: Any) -> None:
    """T46: the right tag in a header that is too long is none."""
    tags = '"x", ' * 1000 + api.get("/books/1").headers["ETag"]
    assert api.get("/books/1", headers={"If-None-Match": tags}).status_code == 200
    assert api.patch("/books/1", {"pages": 1}, match=tags).status_code == 412


def test_tag_is_of_what_is_shown(api: Any) -> None:
    """T40: other fields of the same version have another tag, and so has every change."""
    tags = {
        api.get(f"/books/1{query}").headers["ETag"]
        for query in ("", "?fields=id", "?fields=title", "?fields=id,title", "?include=author")
    }
    assert len(tags) == 5
    before = api.get("/books/1").headers["ETag"]
    changed = api.patch("/books/1", {"pages": 1}).headers["ETag"]
    assert changed != before
    assert api.get("/books/1").headers["ETag"] == changed


def test_tag_changes_with_what_is_included(api: Any) -> None:
    """A row that is shown beside an item changes the tag of the same version."""
    first = api.get("/books/1?include=author").headers["ETag"]
    api.patch("/authors/1", {"name": "Anna"}, match=None)
    answer = api.get("/books/1?include=author", headers={"If-None-Match": first})
    assert answer.status_code == 200
    assert answer.json["included"]["author"]["name"] == "Anna"


def test_tag_changes_with_what_is_hidden(serve: Callable[..., Any], lib: Any) -> None:
    """T40: two people who see a relation differently have two tags of the same version."""
    api = serve(
        lambda rest: rest.resource(lib.Book),
        lib.Person(name="all"),
        lib.Person(name="some", scopes={"author": Is("name", "eq", "Zoe")}),
    )
    api.add(lib.Author(name="Ann"), lib.Book(title="Axes", author_id=1))
    whole, part = (api.get("/books/1", person=name) for name in ("all", "some"))
    assert (whole.json["author"], part.json["author"]) == (1, None)
    assert whole.headers["ETag"] != part.headers["ETag"]
    again = api.get("/books/1", person="some", headers={"If-None-Match": whole.headers["ETag"]})
    assert again.status_code == 200


def test_condition_of_what_may_not_be_read(serve: Callable[..., Any], lib: Any) -> None:
    """T40: whoever may not read is refused before tags are compared."""
    api = serve(
        lambda rest: rest.resource(lib.Book, include=("author",)),
        lib.Person(name="all"),
        lib.Person(name="none", may=frozenset()),
        lib.Person(name="other", scopes={"book": Is("title", "eq", "Other")}),
    )
    api.add(lib.Author(name="Ann"), lib.Book(title="Axes", author_id=1))
    etag = api.get("/books/1", person="all").headers["ETag"]
    for header in (etag, "*", '"x"'):
        answers = [
            api.get("/books/1", person=name, headers={"If-None-Match": header}).status_code
            for name in ("none", "other", "")
        ]
        assert answers == [403, 404, 401]


def test_change_needs_a_version(api: Any) -> None:
    """What has a version is changed with 'If-Match' only: 428 says so, and nothing is changed."""
    for call in (api.patch, api.put):
        assert call("/books/1", {"title": "x", "author": 1}, match=None).status_code == 428
    assert api.delete("/books/1", match=None).status_code == 428
    assert api.get("/books/1").json["title"] == "Axes"


def test_version_need_not_be_asked_for(serve: Callable[..., Any], lib: Any) -> None:
    """Settings may do without 'If-Match'; one that is sent still counts."""
    api = serve(
        lambda rest: rest.resource(lib.Book, public=("book.*", "author.read")),
        REST_REQUIRE_MATCH=False,
    )
    api.add(lib.Author(name="Ann"), lib.Book(title="Axes", author_id=1))
    assert api.patch("/books/1", {"title": "B"}, match=None).status_code == 200
    assert api.patch("/books/1", {"title": "C"}, match='"1"').status_code == 412
    assert api.delete("/books/1", match=None).status_code == 204


def test_two_editors(api: Any) -> None:
    """T53: of two who read the same version the second is refused, and reads again."""
    etag = api.get("/books/1").headers["ETag"]
    assert api.patch("/books/1", {"title": "Mine"}, match=etag).status_code == 200
    for call in (
        lambda: api.patch("/books/1", {"title": "Theirs"}, match=etag),
        lambda: api.put("/books/1", {"title": "Theirs", "author": 1}, match=etag),
        lambda: api.delete("/books/1", match=etag),
    ):
        assert call().status_code == 412
    assert api.get("/books/1").json["title"] == "Mine"


@pytest.mark.parametrize(
    "form",
    ["*", "{}", '"x", {}', '{}, "x"', '"", {}', '"7-abc", {}, W/"1-x"', '"1"', '"1-other"'],
)
def test_match_that_holds(api: Any, form: str) -> None:
    """'*', the tag, the tag of another view of the same version, and one of several will do."""
    etag = api.get("/books/1").headers["ETag"]
    assert api.patch("/books/1", {"pages": 1}, match=form.format(etag)).status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        "",
        '"',
        '""',
        '"",""',
        "garbage",
        ",,,",
        "W/{}",
        '"2"',
        '"2-x", "3-x"',
        '"01-x"',
        '"-1"',
        '"1.0"',
        '"1\x00"',
        '"\xff"',
        pytest.param('"' + "9" * 30 + '-x"', id="large"),
        pytest.param("," * 10_000, id="commas"),
        pytest.param('"x",' * 10_000, id="many"),
    ],
)
def test_match_that_does_not_hold(api: Any, form: str) -> None:
    """Another version, a weak tag, and what is no tag at all are 412 and change nothing."""
    etag = api.get("/books/1").headers["ETag"]
    for call in (
        lambda match: api.patch("/books/1", {"pages": 1}, match=match),
        lambda match: api.put("/books/1", {"title": "x", "author": 1}, match=match),
        lambda match: api.delete("/books/1", match=match),
    ):
        assert call(form.format(etag)).status_code == 412
    assert api.get("/books/1").headers["ETag"] == etag


def test_if_none_match_of_a_change(api: Any) -> None:
    """A condition that is not for changes is never ignored: 412, and nothing is changed."""
    headers = {"If-None-Match": "*"}
    assert api.put("/books/1", {"title": "x", "author": 1}, headers=headers).status_code == 412
    assert api.patch("/books/1", {"title": "x"}, headers=headers).status_code == 412
    assert api.delete("/books/1", headers=headers).status_code == 412
    assert api.get("/books/1").json["title"] == "Axes"


def test_match_of_what_has_no_version(api: Any) -> None:
    """Without versions '*' holds where there is an item, and a tag never does."""
    assert api.patch("/authors/1", {"name": "B"}, match="*").status_code == 200
    assert api.patch("/authors/1", {"name": "C"}, match=None).status_code == 200
    assert api.patch("/authors/1", {"name": "D"}, match='"1"').status_code == 412
    assert api.delete("/authors/2", match='"1-x"').status_code == 412
    assert api.patch("/authors/99", {"name": "D"}, match="*").status_code == 404


def test_refusal_goes_before_the_condition(serve: Callable[..., Any], lib: Any) -> None:
    """T28: whoever may not change is told that, whatever the condition and the body are."""
    api = serve(
        lambda rest: rest.resource(lib.Book),
        lib.Person(name="reader", may=frozenset({"book.read", "author.read"})),
    )
    api.add(lib.Author(name="Ann"), lib.Book(title="Axes", author_id=1))
    for person, status in (("reader", 403), ("", 401)):
        for match in (None, "garbage", '"9-x"', '"x", "1-x"', "*"):
            for body in ({"json": {"title": "x"}}, {"data": b"{"}, {"data": b""}, {"json": []}):
                told = {"person": person, "match": match, **body}
                assert api.call("PATCH", "/books/1", **told).status_code == status
                assert api.call("PUT", "/books/1", **told).status_code == status
                assert api.call("DELETE", "/books/1", **told).status_code == status
                assert api.call("POST", "/books", **told).status_code == status
                assert api.call("POST", "/books/bulk", **told).status_code == status


def test_missing_row_goes_before_the_condition(api: Any) -> None:
    """A row that is not there is 404, also for whoever sends no 'If-Match'."""
    for match in (None, "*", '"1-x"'):
        assert api.patch("/books/99", {"title": "x"}, match=match).status_code == 404
        assert api.delete("/books/99", match=match).status_code == 404
