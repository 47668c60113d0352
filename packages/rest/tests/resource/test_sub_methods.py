"""Which lists below an item take new rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stack_rest import Rest


@pytest.mark.parametrize(("methods", "status"), [(("list", "get"), 405), (("create",), 404)])
def test_list_below_an_item_takes_rows_as_its_resource_does(
    serve: Callable[..., Any], methods: tuple[Any, ...], status: int
) -> None:
    """Where nothing is created through a resource, nothing is through its lists either."""

    def declare(rest: Rest) -> None:
        everything = ("author.*", "book.*")
        rest.resource("author", methods=methods, public=everything, sub=("books",))
        rest.resource("book", public=everything)

    api = serve(declare)
    assert api.post("/authors/1/books", json={"title": "Axes"}).status_code == status
    names = {operation.name for operation in Rest.of(api.app)}
    assert ("author.books.create" in names) == (status == 404)
    assert "author.books.list" in names
