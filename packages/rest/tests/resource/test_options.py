"""What a resource is told: what is wrong with it is named in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stack_core import SetupError
from stack_rest import Rest


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ({"field": ("id",)}, "'field'"),
        ({"fields": "title"}, "'fields'"),
        ({"public": "read"}, "'public'"),
        ({"methods": ("list", "destroy")}, "'destroy'"),
        ({"methods": "list"}, "'methods'"),
        ({"public": True}, "'public' .* is True"),
    ],
)
def test_word_that_is_wrong(lib: Any, words: Any, named: str) -> None:
    """An unknown word, text in place of a list and an unknown method are refused at once."""
    with pytest.raises(TypeError, match=named):
        Rest().resource(lib.Book, **words)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ({"fields": ("nope",)}, "'nope'"),
        ({"fields": ("title", "token")}, "'token'"),
        ({"fields": ("password",)}, "'password'"),
        ({"fields": ("author_id",)}, "'author_id'"),
        ({"write": ("version",)}, "'version'"),
        ({"write": ("nope",)}, "'nope'"),
        ({"filters": ("nope",)}, "'nope'"),
        ({"filters": ("author.nope",)}, "'author.nope'"),
        ({"filters": ("token",)}, "'token'"),
        ({"filters": ("tags.books.title",)}, "'tags.books.title'"),
        ({"sorts": ("tags",)}, "'tags'"),
        ({"sorts": ("password",)}, "'password'"),
        ({"sorts": ("author.books.title",)}, "'author.books.title'"),
        ({"order": ("-nope",)}, "'nope'"),
        ({"include": ("title",)}, "'title'"),
        ({"include": ("nope",)}, "'nope'"),
        ({"sub": ("author",)}, "'author'"),
        ({"sub": ("nope",)}, "'nope'"),
        ({"public": ("raed",)}, "'raed' in 'public'"),
    ],
)
def test_name_that_is_wrong(serve: Callable[..., Any], lib: Any, words: Any, named: str) -> None:
    """What names something that the kind has not, or not for that, is said with the name."""
    api = serve(lambda rest: rest.resource(lib.Book, **words))
    with pytest.raises(LookupError, match=named) as caught:
        _ = api.state.resources[0].layout
    assert "'book'" in str(caught.value)


def test_two_of_one_name(serve: Callable[..., Any], lib: Any) -> None:
    """Two resources of one name are refused; another name and path make them two."""
    with pytest.raises(SetupError, match=r"'team\.list'"):
        serve(lambda rest: (rest.resource(lib.Team), rest.resource(lib.Team, path="/other")))
    api = serve(
        lambda rest: (
            rest.resource(lib.Team, public=("*",)),
            rest.resource(lib.Team, name="squad", path="/squads", fields=("name",), public=("*",)),
        )
    )
    api.post("/teams", {"name": "Red"})
    assert api.items("/squads") == [{"name": "Red", "key": "1"}]
    assert api.post("/squads", {"name": "Blue"}).headers["Location"] == "/api/squads/2"


def test_field_called_key(serve: Callable[..., Any], lib: Any) -> None:
    """A field called 'key' is in nobody's way where the items show their key by fields."""
    api = serve(lambda rest: rest.resource(lib.Sample, public=("*",), fields=("id", "key")))
    api.post("/samples", {"key": "k"})
    assert api.items("/samples") == [{"id": 1, "key": "k"}]
    hidden = serve(lambda rest: rest.resource(lib.Sample, public=("*",), fields=("key",)))
    with pytest.raises(LookupError, match="'key'"):
        _ = hidden.state.resources[0].layout


def test_path_without_slash(lib: Any) -> None:
    """A path that would melt into the prefix is refused at once."""
    with pytest.raises(ValueError, match="'books' is no address"):
        Rest().resource(lib.Book, path="books")


def test_action_is_a_verb(serve: Callable[..., Any], lib: Any) -> None:
    """What is done by an action may be public; it may be added after the resource."""

    def declare(rest: Rest) -> None:
        rest.resource(lib.Team, public=("read", "cheer")).action("cheer")(cheer)

    def cheer(team: Any) -> str:
        return "Hurrah!"

    assert serve(declare).state.resources[0].layout.is_public("cheer")


@pytest.mark.parametrize("word", ["computed", "action", "before", "after"])
def test_decorator_without_brackets(lib: Any, word: str) -> None:
    """A function that would be taken for a name, and lost, is refused."""
    with pytest.raises(TypeError, match=f"'{word}' was given a function"):
        getattr(Rest().resource(lib.Book), word)(lambda book: book)


def test_path_is_made_of_the_name(serve: Callable[..., Any], lib: Any) -> None:
    """A resource is under the plural of its class' name, or where it says."""
    api = serve(
        lambda rest: (
            rest.resource(lib.Copy, public=("*",)),
            rest.resource("team", public=("*",)),
            rest.resource(lib.Tag, path="/words/of/books", public=("*",)),
        )
    )
    for path in ("/copies", "/teams", "/words/of/books"):
        assert api.items(path) == []
    assert api.post("/words/of/books", {"word": "a"}).headers["Location"] == (
        "/api/words/of/books/a"
    )


def test_thing_that_nobody_keeps(serve: Callable[..., Any]) -> None:
    """A resource of what no store keeps is named where it is first used."""
    api = serve(lambda rest: rest.resource("ghost", public=("*",)))
    with pytest.raises(LookupError, match="'ghost'"):
        api.get("/ghosts")


@pytest.mark.parametrize("path", ["/problems", "/problems/old", "/docs", "/openapi.json"])
def test_address_of_the_interface_itself(serve: Callable[..., Any], lib: Any, path: str) -> None:
    """A resource where the interface tells of itself would never be reached: it is refused."""
    with pytest.raises(SetupError, match=f"is at '/api{path}'.*'path'"):
        serve(lambda rest: rest.resource(lib.Team, path=path))


def test_address_that_the_interface_leaves_free(serve: Callable[..., Any], lib: Any) -> None:
    """Where no document is served its address is free, and what only begins like one is."""
    api = serve(
        lambda rest: (
            rest.resource(lib.Team, path="/docs", public=("*",)),
            rest.resource(lib.Tag, path="/problems-of-people", public=("*",)),
        ),
        REST_DOCS=False,
    )
    assert api.items("/docs") == api.items("/problems-of-people") == []
