"""Fields that are made of others when they are read."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest


@pytest.fixture
def shop(serve: Callable[..., Any], lib: Any) -> Any:
    """Books with two fields that are computed, one through a relation."""

    def declare(rest: Any) -> None:
        books = rest.resource(lib.Book, fields=("id", "price", "double", "by"), name="book")

        @books.computed("price")
        def double(price: Decimal | None) -> Decimal | None:
            return price and price * 2

        @books.computed("author.name", "title")
        def by(name: str | None, title: str) -> str:
            return f"{title} by {name}"

    api = serve(
        declare,
        lib.Person(name="all"),
        lib.Person(name="nameless", hides={"author": frozenset({"name"})}),
        lib.Person(name="priceless", hides={"book": frozenset({"price"})}),
        lib.Person(name="books", may=frozenset({"book.*"})),
    )
    api.add(lib.Author(name="Ann"), lib.Book(title="Axes", author_id=1, price=Decimal("1.25")))
    return api


def test_computed(shop: Any) -> None:
    """A computed field stands in lists, items, streams and answers of writes, alike."""
    whole = {"id": 1, "price": "1.25", "double": "2.50", "by": "Axes by Ann"}
    assert shop.get("/books/1", person="all").json == whole
    assert shop.items("/books", person="all") == [whole]
    assert shop.get("/books?format=csv", person="all").text == (
        "id,price,double,by\r\n1,1.25,2.50,Axes by Ann\r\n"
    )
    answer = shop.patch("/books/1", {"price": "2.00"}, person="all")
    assert answer.json["double"] == "4.00"
    assert shop.get("/books/1", person="all").headers["ETag"] == answer.headers["ETag"]


def test_computed_alone(shop: Any) -> None:
    """A computed field can be asked for without those that it is made of."""
    assert shop.items("/books?fields=by", person="all") == [{"by": "Axes by Ann"}]
    assert shop.get("/books/1?fields=double", person="all").json == {"double": "2.50"}


def test_computed_of_what_is_hidden(shop: Any) -> None:
    """T31: who may not read all that it is made of does not see it, and reads the rest."""
    assert shop.get("/books/1", person="nameless").json == {
        "id": 1, "price": "1.25", "double": "2.50",
    }  # fmt: skip
    assert shop.items("/books", person="nameless")[0].keys() == {"id", "price", "double"}
    assert shop.get("/books/1", person="priceless").json == {"id": 1, "by": "Axes by Ann"}
    assert shop.get("/books/1", person="books").json.keys() == {"id", "price", "double"}
    assert shop.get("/books/1?fields=by", person="nameless").status_code == 400
    assert shop.get("/books?fields=double", person="priceless").status_code == 400


def test_computed_is_not_written_or_compared(shop: Any) -> None:
    """A computed field is no value of the row: nobody writes, filters or sorts by it."""
    assert shop.patch("/books/1", {"double": "1"}, person="all").status_code == 422
    for query in ("double=2", "sort=double", "double[gt]=1", "sort=by"):
        assert shop.get(f"/books?{query}", person="all").status_code == 400


def test_computed_changes_the_tag(shop: Any, lib: Any) -> None:
    """What it is made of changes the tag, also where that is in another row."""
    first = shop.get("/books/1", person="all").headers["ETag"]
    with shop.app.app_context():
        lib.db.session.get(lib.Author, 1).name = "Anna"
        lib.db.session.commit()
    answer = shop.get("/books/1", person="all", headers={"If-None-Match": first})
    assert answer.json["by"] == "Axes by Anna"
