"""What an application does before and after a write, in its transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stack_core.problem import Conflict, FieldError, Invalid
from stack_rest import Rest


@pytest.fixture
def made(serve: Callable[..., Any], lib: Any) -> tuple[Any, Any, list[Any]]:
    """Books with a resource to hang hooks on before the application is set up."""
    heard: list[Any] = []
    rest = Rest()
    resource = rest.resource(
        lib.Book, public=("book.*", "author.read"), fields=("id", "title", "pages", "version")
    )

    def start() -> Any:
        api = serve(lambda other: other._resources.append(resource))
        api.add(lib.Author(name="Ann"), lib.Book(title="Axes", author_id=1, pages=1))
        return api

    return resource, start, heard


def test_hooks_see_values_and_objects(made: Any, lib: Any) -> None:
    """Before a write come its values and the object, None before a create; after it the object."""
    resource, start, heard = made

    @resource.before("create", "update", "delete")
    def before(values: dict[str, Any], found: Any) -> None:
        heard.append(("before", dict(values), found and found.title))

    @resource.after("create", "update", "delete")
    def after(found: Any) -> None:
        assert isinstance(found, lib.Book)
        heard.append(("after", found.title))

    api = start()
    api.post("/books", {"title": "New", "author": 1})
    api.patch("/books/2", {"title": "Newer"})
    api.put("/books/2", {"title": "Newest", "author": 1})
    api.delete("/books/2")
    assert heard[:4] == [
        ("before", {"title": "New", "author": 1}, None),
        ("after", "New"),
        ("before", {"title": "Newer"}, "New"),
        ("after", "Newer"),
    ]
    assert heard[4][2] == "Newer"
    assert heard[5:] == [("after", "Newest"), ("before", {}, "Newest"), ("after", "Newest")]


def test_hook_changes_values(made: Any) -> None:
    """What a hook puts into the values is written and answered, with the tag that it has then."""
    resource, start, _ = made

    @resource.before("create", "update")
    def change(values: dict[str, Any], found: Any) -> None:
        values["pages"] = 7

    @resource.after("create", "update")
    def change_again(found: Any) -> None:
        found.title = found.title.upper()

    api = start()
    for answer in (
        api.post("/books", {"title": "new", "author": 1}),
        api.patch("/books/1", {"title": "axes"}),
    ):
        assert answer.json["pages"] == 7
        assert answer.json["title"].isupper()
        again = api.get(f"/books/{answer.json['id']}")
        assert again.data == answer.data
        assert again.headers["ETag"] == answer.headers["ETag"]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("act", ["create", "update", "delete"])
def test_hook_refuses(made: Any, moment: str, act: str) -> None:
    """What a hook raises is answered, and nothing is written, alone and among many."""
    resource, start, _ = made

    @getattr(resource, moment)(act)
    def refuse(*rest: Any) -> None:
        raise Invalid("No.", errors=[FieldError(("title",), "Not this one.")])

    api = start()
    calls = {
        "create": lambda: api.post("/books", {"title": "New", "author": 1}),
        "update": lambda: api.patch("/books/1", {"title": "New"}),
        "delete": lambda: api.delete("/books/1"),
    }
    answer = calls[act]()
    assert answer.status_code == 422
    assert answer.json["errors"][0]["detail"] == "Not this one."
    write = {
        "create": {"act": "create", "values": {"title": "New", "author": 1}},
        "update": {"act": "update", "key": "1", "values": {"title": "New"}, "match": "*"},
        "delete": {"act": "delete", "key": "1", "match": "*"},
    }[act]
    for mode in ("all", "each"):
        told = api.post("/books/bulk", {"writes": [write], "mode": mode}).json["results"]
        assert told[0]["status"] == 422
    assert [item["title"] for item in api.items("/books")] == ["Axes"]


def test_hook_that_writes_stands_or_falls_with_the_write(made: Any, lib: Any) -> None:
    """What a hook writes is undone when a later hook refuses."""
    resource, start, _ = made

    @resource.after("create")
    def add(found: Any) -> None:
        lib.db.session.add(lib.Tag(word=found.title))

    @resource.after("create")
    def refuse(found: Any) -> None:
        if found.title == "bad":
            raise Conflict("title")

    api = start()
    assert api.post("/books", {"title": "bad", "author": 1}).status_code == 409
    assert api.post("/books", {"title": "good", "author": 1}).status_code == 201
    with api.app.app_context():
        assert [tag.word for tag in lib.db.session.query(lib.Tag)] == ["good"]


def test_hook_is_not_called_for_what_is_refused(made: Any) -> None:
    """A hook hears of no write that is wrong or of nothing; of a stale one nothing is kept."""
    resource, start, heard = made

    @resource.before("create", "update", "delete")
    def before(values: dict[str, Any], found: Any) -> None:
        heard.append(values)

    api = start()
    api.post("/books", {"title": 5, "author": 1})
    api.patch("/books/99", {"title": "x"})
    api.patch("/books/1", {"title": None})
    api.delete("/books/99")
    assert heard == []
    assert api.patch("/books/1", {"title": "x"}, match='"9"').status_code == 412
    assert api.delete("/books/1", match='"9"').status_code == 412
    assert api.get("/books/1").json["title"] == "Axes"


def test_hook_of_another_act(made: Any) -> None:
    """A hook is called for the acts that it names; another word is refused."""
    resource, start, heard = made

    @resource.before("delete")
    def before(values: dict[str, Any], found: Any) -> None:
        heard.append(found.title)

    api = start()
    api.patch("/books/1", {"title": "B"})
    assert heard == []
    for words in ((), ("read",), ("create", "patch")):
        with pytest.raises(TypeError, match="nothing that is hooked"):
            resource.before(*words)


def test_hook_may_not_write_what_nobody_may(made: Any) -> None:
    """A value that a hook adds is held against the fields like one that was sent."""
    resource, start, _ = made

    @resource.before("create")
    def change(values: dict[str, Any], found: Any) -> None:
        values["version"] = 7

    answer = start().post("/books", {"title": "new", "author": 1})
    assert answer.json["errors"][0]["pointer"] == "/version"
