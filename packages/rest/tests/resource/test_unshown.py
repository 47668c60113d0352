"""What a resource does not show is not found out by asking, either."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any

import pytest

EVERYTHING = ("book.*", "author.*")


@pytest.fixture
def shop(serve: Callable[..., Any], lib: Any) -> Any:
    """Three books, of which little is shown; the dearest comes first."""

    def declare(rest: Any) -> None:
        rest.resource(
            lib.Book,
            public=EVERYTHING,
            fields=("id", "title"),
            order=("-cost",),
            methods=("list",),
        )

    api = serve(declare)
    api.add(lib.Author(name="Ann"))
    for number in range(3):
        api.add(
            lib.Book(title=f"T{number}", author_id=1, blurb=f"secret{number}", cost=4711 + number)
        )
    return api


def test_search_looks_into_what_is_shown(shop: Any) -> None:
    """T31: no search finds an item by a field that the resource does not show."""
    assert shop.items("/books?search=secret1") == []
    assert shop.items("/books?search=T1") == [{"id": 2, "title": "T1"}]
    assert shop.get("/books?search=secret1&format=jsonl").text == ""


def test_search_where_nothing_is_shown_of_it(serve: Callable[..., Any], lib: Any) -> None:
    """T31: a resource that shows no searchable field has no search."""
    api = serve(lambda rest: rest.resource(lib.Book, public=EVERYTHING, fields=("id",)))
    assert api.get("/books?search=x").status_code == 400


def test_search_skips_what_a_person_does_not_see(serve: Callable[..., Any], lib: Any) -> None:
    """Of the fields that are shown only those are looked into that this person may read."""
    ann = lib.Person(name="ann", hides={"book": frozenset({"title"})})
    api = serve(lambda rest: rest.resource(lib.Book, fields=("id", "title")), ann)
    assert api.get("/books?search=x", person="ann").status_code == 400


def test_cursor_does_not_tell_the_order(shop: Any) -> None:
    """T31: a cursor has no value of a field that clients may not sort by, and leads on."""
    titles, cursor = [], ""
    while cursor is not None:
        page = shop.get(f"/books?limit=1&cursor={cursor}").json
        titles += [each["title"] for each in page["items"]]
        cursor = page["next"]
        if cursor:
            told = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            assert (4711).to_bytes(2) not in told
            assert (4712).to_bytes(2) not in told
            assert (4713).to_bytes(2) not in told
    assert titles == ["T2", "T1", "T0"]
