"""Where a hidden relation leads is not told to whoever guesses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stack_core.filter import Is

FIELDS = ("id", "title", "author", "tags")


@pytest.fixture(params=["statements", "objects"])
def shop(request: Any, serve: Callable[..., Any], lib: Any) -> Any:
    """Ann sees all books, one author and one word; a hook has the store write real objects."""

    def declare(rest: Any) -> None:
        books = rest.resource(lib.Book, fields=FIELDS)
        rest.resource(lib.Author)
        if request.param == "objects":
            books.before("update")(lambda values, book: None)

    scopes = {"author": Is("name", "eq", "Ann"), "tag": Is("word", "eq", "mine")}
    api = serve(declare, lib.Person(name="ann", scopes=scopes), lib.Person(name="root"))
    api.add(lib.Author(name="Ann"), lib.Author(name="Bob"), lib.Author(name="Cem"))
    mine, his, other = (lib.Tag(word=word) for word in ("mine", "his", "other"))
    api.add(mine, his, other, lib.Book(title="Stray", author_id=2, tags=[mine, his]))
    return api


@pytest.mark.parametrize(
    "values",
    [{"author": 2}, {"author": 3}, {"author": 99}, {"tags": ["mine", "his"]}, {"tags": ["other"]}],
    ids=str,
)
def test_hidden_row_is_refused_whichever_it_is(shop: Any, values: dict[str, Any]) -> None:
    """T30: naming the hidden row that is linked already is answered as naming any other."""
    answer = shop.patch("/books/1", values, person="ann")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "missing")


def test_what_is_hidden_stays(shop: Any) -> None:
    """What was read can be sent back, and the hidden links stay as they are."""
    read = shop.get("/books/1", person="ann").json
    assert (read["author"], read["tags"]) == (None, ["mine"])
    values = {"title": read["title"], "tags": read["tags"]}
    assert shop.patch("/books/1", values, person="ann").status_code == 200
    kept = shop.get("/books/1", person="root").json
    assert (kept["author"], kept["tags"]) == (2, ["his", "mine"])
