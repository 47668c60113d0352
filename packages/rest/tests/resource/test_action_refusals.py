"""Who may not do an action learns nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest


class Sale(msgspec.Struct):
    pieces: int


def sell(book: Any, sale: Sale, price: int = 1) -> None:
    """Sell a book."""


def close(sale: Sale, price: int = 1) -> None:
    """Sell what is left."""


@pytest.mark.parametrize("path", ["/books/1/sell", "/books/99/sell", "/books/close"])
@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"pieces": "x"}},
        {"json": {"pieces": 1}},
        {"query_string": "price=x"},
        {"data": b"{", "content_type": "application/json"},
    ],
    ids=str,
)
def test_refusal_comes_before_what_is_wrong(
    serve: Callable[..., Any], lib: Any, path: str, sent: dict[str, Any]
) -> None:
    """T28: nothing that was sent is read for whoever may not, so that no error tells of it."""

    def declare(rest: Any) -> None:
        books = rest.resource(lib.Book)
        books.action("sell")(sell)
        books.action("close", each=False)(close)

    api = serve(declare, lib.Person(name="reader", may=frozenset({"book.read"})))
    assert api.call("POST", path, **sent).status_code == 401
    assert api.call("POST", path, person="reader", **sent).status_code == 403


def test_action_without_a_body_refuses_one(serve: Callable[..., Any], lib: Any) -> None:
    """What is sent to an action that reads no body is told, and nothing is done."""

    def declare(rest: Any) -> None:
        books = rest.resource(lib.Book, public=("*",))

        @books.action()
        def thicken(book: Any, pages: int = 1) -> None:
            book.pages += pages

    api = serve(declare)
    api.add(lib.Author(name="Ann"), lib.Book(title="Axes", author_id=1, pages=10))
    assert api.post("/books/1/thicken", {"pages": 5}).status_code == 422
    assert api.get("/books/1").json["pages"] == 10
    assert api.post("/books/1/thicken?pages=5", {}).status_code == 204
    assert api.get("/books/1").json["pages"] == 15
