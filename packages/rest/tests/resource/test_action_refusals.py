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
