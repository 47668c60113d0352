"""Who may: public verbs, permissions, scopes and hidden fields, wherever a row could be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stack_core.filter import Is, Not

READ = frozenset({"book.read", "author.read", "team.read", "tag.read", "copy.read"})


@pytest.fixture
def shop(serve: Callable[..., Any], lib: Any) -> Any:
    """Books of Ann and Bob; 'ann' may do everything to her books and sees no cost."""

    def declare(rest: Any) -> None:
        rest.resource(
            lib.Book,
            include=("author", "tags"),
            sub=("tags",),
            filters=("author.name", "author.email", "tags.weight"),
            sorts=("author.name", "author.email"),
        )
        rest.resource(lib.Author, sub=("books",), include=("books", "team"))
        rest.resource(lib.Team, sub=("authors",), include=("authors",))
        rest.resource(lib.Tag, sub=("books",), fields=("word", "books"))

    hers = Is("author.name", "eq", "Ann")
    api = serve(
        declare,
        lib.Person(name="root"),
        lib.Person(
            name="ann",
            scopes={"book": hers, "author": Is("name", "eq", "Ann")},
            hides={"book": frozenset({"cost"}), "author": frozenset({"email"})},
        ),
        lib.Person(name="reader", may=READ),
        lib.Person(name="narrow", scopes={"book.update": hers, "book.delete": hers}),
        lib.Person(name="books", may=frozenset({"book.*"})),
        lib.Person(name="maker", may=frozenset({"book.create", "author.read"})),
        lib.Person(name="versionless", hides={"book": frozenset({"version"})}),
    )
    ann, bob = lib.Author(name="Ann", email="a@x"), lib.Author(name="Bob", email="b@x")
    tag = lib.Tag(word="new", weight=1)
    api.add(
        lib.Team(name="Red", authors=[ann, bob]),
        lib.Book(title="Hers", author=ann, cost=1, isbn="i-1", tags=[tag]),
        lib.Book(title="His", author=bob, cost=2, isbn="i-2", tags=[tag], extra={"a": 1}),
    )
    return api


def test_nobody_may_anything(shop: Any) -> None:
    """T28: without a permission every address and method is refused, before all else."""
    for operation in shop.state:
        path = operation.rule.replace("<key>", "1")
        for person, status in (("", 401), ("unknown", 401)):
            answer = shop.call(operation.method, path, person=person)
            assert answer.status_code == status, (operation.name, answer.text)
    assert len(shop.items("/books", person="root")) == 2


def test_one_who_may_read(shop: Any) -> None:
    """Who may only read is refused each write, of rows that are there and that are not."""
    assert len(shop.items("/books", person="reader")) == 2
    for key in ("1", "2", "99"):
        for call in (shop.put, shop.patch, shop.delete):
            assert call(f"/books/{key}", person="reader").status_code == 403
    assert shop.post("/books", {"title": "x", "author": 1}, person="reader").status_code == 403
    writes = {"writes": [{"act": "delete", "key": "1", "match": "*"}]}
    assert shop.post("/books/bulk", writes, person="reader").status_code == 403
    assert shop.post("/authors/1/books", {"title": "x"}, person="reader").status_code == 403


def test_other_rows_are_nowhere(shop: Any) -> None:
    """T30: a row out of scope is in no list, total, page, stream or search, and has no address."""
    for query in (
        "",
        "?id=2",
        "?title=His",
        "?sort=-title",
        "?fields=id",
        "?author=2",
        "?id[in]=2",
    ):
        assert 2 not in [item["id"] for item in shop.items(f"/books{query}", person="ann")]
    assert shop.get("/books?total=exact", person="ann").json["total"]["count"] == 1
    assert shop.items("/books?search=his", person="ann") == []
    assert "His" not in shop.get("/books?format=csv", person="ann").text
    assert "His" not in shop.get("/books?format=jsonl", person="ann").text
    for query in ("", "?fields=id", "?include=author"):
        assert shop.get(f"/books/2{query}", person="ann").status_code == 404
    assert shop.call("HEAD", "/books/2", person="ann").status_code == 404
    assert shop.get("/books/2/tags", person="ann").status_code == 404
    assert shop.get("/authors/2/books", person="ann").status_code == 404


def test_other_rows_are_behind_nothing(shop: Any) -> None:
    """T30: a row out of scope is not seen through a relation, a list of keys or a list below."""
    assert shop.get("/tags/new", person="root").json["books"] == [1, 2]
    assert shop.get("/tags/new", person="ann").json["books"] == [1]
    assert [item["id"] for item in shop.items("/tags/new/books", person="ann")] == [1]
    found = shop.get("/teams/1?include=authors", person="ann").json["included"]["authors"]
    assert [each["id"] for each in found] == [1]
    assert [each["id"] for each in shop.items("/teams/1/authors", person="ann")] == [1]
    found = shop.get("/authors/1?include=books", person="ann").json["included"]["books"]
    assert [each["id"] for each in found] == [1]


def test_other_rows_are_not_written(shop: Any) -> None:
    """T30: each act on a row out of scope is 404, as on none, alone and among many."""
    for key in ("2", "99"):
        assert shop.patch(f"/books/{key}", {"title": "x"}, person="ann").status_code == 404
        body = {"title": "x", "author": 1}
        assert shop.put(f"/books/{key}", body, person="ann").status_code == 404
        assert shop.delete(f"/books/{key}", person="ann").status_code == 404
        for match in (None, '"1-x"', '"1"'):
            answer = shop.patch(f"/books/{key}", {"title": "x"}, person="ann", match=match)
            assert answer.status_code == 404
        for act in ({"act": "update", "values": {}}, {"act": "delete"}):
            writes = [{"key": key, "match": "*", **act}]
            answer = shop.post("/books/bulk", {"writes": writes, "mode": "each"}, person="ann")
            assert answer.json["results"][0]["status"] == 404
        assert shop.post(f"/authors/{key}/books", {"title": "x"}, person="ann").status_code == 404
    assert shop.get("/books/2", person="root").json["version"] == 1


def test_refusals_of_hidden_and_missing_rows_are_alike(shop: Any) -> None:
    """T30: nothing in an answer tells a row that is hidden from one that is not there."""
    calls = (
        lambda key: shop.get(f"/books/{key}", person="ann"),
        lambda key: shop.delete(f"/books/{key}", person="ann"),
        lambda key: shop.patch(f"/books/{key}", {"extra": {"a": None}}, person="ann"),
        lambda key: shop.patch(f"/books/{key}", {"isbn": "x"}, person="ann"),
        lambda key: shop.patch(f"/books/{key}", {"title": "x"}, person="ann", match=None),
        lambda key: shop.post("/books", {"title": "x", "author": int(key)}, person="ann"),
        lambda key: shop.patch("/books/1", {"author": int(key)}, person="ann"),
    )
    for call in calls:
        told = []
        for key in ("2", "99"):
            answer = call(key)
            told.append((answer.status_code, {**answer.json, "request_id": ""}))
        assert told[0] == told[1]
        assert told[0][0] in (404, 422)


def test_write_does_not_leave_the_scope(shop: Any) -> None:
    """S41: a row is not carried out of reach, alone or among many."""
    api, root = shop, "root"
    for answer in (
        api.patch("/books/1", {"author": 2}, person="narrow"),
        api.put("/books/1", {"title": "Hers", "author": 2}, person="narrow"),
    ):
        assert answer.status_code == 403
    assert api.get("/books/1", person=root).json["author"] == 1
    writes = {"writes": [{"act": "update", "key": "1", "values": {"author": 2}, "match": "*"}]}
    assert api.post("/books/bulk", writes, person="narrow").status_code == 409
    assert api.get("/books/1", person=root).json["author"] == 1


def test_row_that_may_be_read_and_not_written(shop: Any) -> None:
    """S56: who sees a row and may not do that to it is told so, and may do it to others."""
    assert shop.get("/books/2", person="narrow").status_code == 200
    assert shop.patch("/books/2", {"title": "x"}, person="narrow").status_code == 403
    assert shop.delete("/books/2", person="narrow").status_code == 403
    assert shop.patch("/books/1", {"title": "x"}, person="narrow").status_code == 200


def test_hidden_field_is_nowhere(shop: Any) -> None:
    """T31: what somebody may not see is in no answer, filter or order, and not written either."""
    for path in (
        "/books",
        "/books/1",
        "/authors/1/books",
        "/books?format=jsonl",
        "/books?format=csv",
    ):
        answer = shop.get(path, person="ann")
        assert answer.status_code == 200
        assert "cost" not in answer.text
    assert "a@x" not in shop.get("/books?include=author", person="ann").text
    assert "a@x" not in shop.get("/teams/1?include=authors", person="ann").text
    for query in (
        "fields=cost", "fields=id,cost", "sort=cost", "sort=-cost", "cost=1", "cost[gt]=0",
        "cost[null]=true", "cost[in]=1", "author.email=a@x", "author.email[starts]=a",
        "sort=author.email", "fields=cost&format=csv",
    ):  # fmt: skip
        answer = shop.get(f"/books?{query}", person="ann")
        assert answer.status_code == 400, query
    assert shop.get("/books/1?fields=cost", person="ann").status_code == 400
    for values in ({"cost": 1}, {"cost": 2}, {"cost": None}):
        answer = shop.patch("/books/1", values, person="ann")
        assert answer.status_code == 422
    assert shop.get("/books/1", person="root").json["cost"] == 1


def test_hidden_relation_of_a_kind(shop: Any) -> None:
    """S28: who may not read a kind sees no key of it, filters by none and includes none."""
    item = shop.get("/books/1", person="books").json
    assert "author" not in item
    for query in (
        "author=1",
        "author.name=Ann",
        "sort=author.name",
        "fields=author",
        "sort=author",
        "tags.weight=1",
    ):
        assert shop.get(f"/books?{query}", person="books").status_code == 400
    for name in ("author", "tags"):
        assert shop.get(f"/books?include={name}", person="books").status_code in (400, 403)
    assert shop.get("/books/1/tags", person="books").status_code == 403
    assert shop.get("/authors/1/books", person="books").status_code == 403
    assert shop.get("/tags/new", person="books").status_code == 403


def test_hidden_version(shop: Any) -> None:
    """Who may not see the version reads and changes all else, and gets no tag that has it."""
    answer = shop.get("/books/1", person="versionless")
    assert answer.status_code == 200
    assert "version" not in answer.json
    assert "ETag" not in answer.headers
    assert shop.get("/books/1?fields=title", person="versionless").json == {"title": "Hers"}
    assert len(shop.items("/books?fields=title", person="versionless")) == 2
    changed = shop.patch("/books/1", {"title": "x"}, person="versionless")
    assert (changed.status_code, changed.json["title"]) == (200, "x")
    assert "ETag" not in changed.headers
    writes = {"writes": [{"act": "update", "key": "1", "values": {"title": "y"}, "match": "*"}]}
    assert shop.post("/books/bulk", writes, person="versionless").json["results"] == [
        {"status": 200, "key": "1"}
    ]


def test_create_without_read(shop: Any) -> None:
    """S29: who may create and not read learns of a create nothing but that it was done."""
    made = shop.post("/books", {"title": "x", "author": 1, "cost": 5}, person="maker")
    assert (made.status_code, made.data) == (201, b"")
    assert {"Location", "ETag"}.isdisjoint(made.headers)
    writes = {"writes": [{"act": "create", "values": {"title": "y", "author": 1}}]}
    assert shop.post("/books/bulk", writes, person="maker").json["results"] == [{"status": 201}]
    assert shop.get("/books", person="maker").status_code == 403
    assert shop.patch("/books/1", {"title": "x"}, person="maker").status_code == 403


def test_public_verbs(serve: Callable[..., Any], lib: Any) -> None:
    """S57: a public verb is everybody's; it opens another kind only where it names that too."""
    api = serve(lambda rest: rest.resource(lib.Author, public=("read", "create")))
    api.add(lib.Team(name="Red"), lib.Author(name="Ann", team_id=1))
    assert api.get("/authors/1").json == {"id": 1, "name": "Ann", "email": None}
    assert api.post("/authors", {"name": "Bob"}).status_code == 201
    assert api.post("/authors", {"name": "Bob", "team": 1}).status_code == 422
    assert api.patch("/authors/1", {"name": "Bob"}).status_code == 403
    assert api.delete("/authors/1").status_code == 403


def test_scope_of_a_filter_that_is_denied(shop: Any) -> None:
    """T31: a row that is hidden behind a relation matches no comparison with it."""
    assert shop.items("/books?author.name=Bob", person="ann") == []
    assert shop.items("/books?author.name[ne]=Ann", person="ann") == []
    assert shop.items("/books?tags.weight=1&author=2", person="ann") == []


def test_cursor_of_another_person(shop: Any, lib: Any) -> None:
    """S58: a cursor opens nothing: each page is cut for whoever asks for it."""
    cursor = shop.get("/books?limit=1&sort=id", person="root").json["next"]
    assert cursor
    page = shop.get(f"/books?limit=5&sort=id&cursor={cursor}", person="ann").json
    assert page["items"] == []


def test_scope_is_not_read_from_outside(shop: Any) -> None:
    """S23: no parameter or header changes who asks or what they reach."""
    for headers in ({"X-Scope": "all"}, {"X-Forwarded-User": "root"}, {"X-User": "root"}):
        assert len(shop.items("/books", person="ann", headers=headers)) == 1
    for query in ("scope=all", "reach=1", "person=root"):
        assert shop.get(f"/books?{query}", person="ann").status_code == 400


def test_unseen_rule_of_the_negation(serve: Callable[..., Any], lib: Any) -> None:
    """A scope that is a negation holds for lists below and included rows as well."""
    api = serve(
        lambda rest: (
            rest.resource(lib.Team, include=("authors",), sub=("authors",)),
            rest.resource(lib.Author),
        ),
        lib.Person(name="some", scopes={"author": Not(Is("name", "eq", "Ann"))}),
    )
    api.add(lib.Team(name="Red", authors=[lib.Author(name="Ann"), lib.Author(name="Bob")]))
    assert [each["name"] for each in api.items("/teams/1/authors", person="some")] == ["Bob"]
    team = api.get("/teams/1?include=authors", person="some").json
    assert [each["name"] for each in team["included"]["authors"]] == ["Bob"]


def test_hidden_and_unknown_parameters_are_refused_alike(shop: Any) -> None:
    """T31: nothing in a refusal tells what is hidden from what is not there."""
    pairs = (
        ("cost=1", "nope=1"),
        ("cost[gt]=x", "nope[gt]=x"),
        ("cost=1&zero=2", "nope=1&zero=2"),
        ("zero=2&cost=1&limit=0", "zero=2&nope=1&limit=0"),
        ("author.email=a", "author.nope=a"),
        ("fields=cost", "fields=nope"),
        ("fields=id,cost&limit=x", "fields=id,nope&limit=x"),
        ("sort=-cost", "sort=-nope"),
        ("sort=author.email", "sort=author.nope"),
    )
    for path in ("/books", "/authors/1/books"):
        for hidden, unknown in pairs:
            answers = [shop.get(f"{path}?{query}", person="ann") for query in (hidden, unknown)]
            told = [each.text.replace("nope", "cost") for each in answers]
            told = [each.replace("author.cost", "author.email") for each in told]
            ids = [each.json.get("request_id", "") for each in answers]
            assert told[0].replace(ids[0], "") == told[1].replace(ids[1], ""), hidden
            assert answers[0].status_code == 400
            assert answers[0].json["errors"]
    for hidden, unknown in (("fields=cost", "fields=nope"), ("cost=1", "nope=1")):
        one, other = (shop.get(f"/books/1?{query}", person="ann") for query in (hidden, unknown))
        assert one.json["errors"][0] == {
            **other.json["errors"][0],
            "name": one.json["errors"][0]["name"],
            "detail": other.json["errors"][0]["detail"].replace("nope", "cost"),
        }
        assert one.json["detail"] == other.json["detail"]


def test_wrong_query_of_who_may_not_read(shop: Any) -> None:
    """Who may not read at all is told that, whatever they asked for."""
    for query in ("nope=1", "fields=nope", "limit=0", "cost=1"):
        assert shop.get(f"/books?{query}").status_code == 401
        assert shop.get(f"/books?{query}", person="maker").status_code == 403


def test_include_of_a_kind_that_may_not_be_read(serve: Callable[..., Any], lib: Any) -> None:
    """Who may not read what a relation leads to is told so: to sign in, or that they may not."""
    api = serve(
        lambda rest: (
            rest.resource(lib.Book, public=("read",), include=("author", "tags")),
            rest.resource(lib.Author, include=("team",)),
            rest.resource(lib.Tag),
            rest.resource(lib.Team),
        ),
        lib.Person(name="ann"),
        lib.Person(name="tags", may=frozenset({"tag.read"})),
    )
    api.add(lib.Author(name="Ann"), lib.Book(title="Axes", author_id=1))
    for path in ("/books", "/books/1"):
        for include in ("author", "tags", "author,tags"):
            assert api.get(f"{path}?include={include}").status_code == 401
        assert api.get(path).status_code == 200
        assert api.get(f"{path}?include=author", person="tags").status_code == 403
        assert api.get(f"{path}?include=tags", person="tags").status_code == 200
        assert api.get(f"{path}?include=author", person="ann").status_code == 200
        assert api.get(f"{path}?include=nope").status_code == 400
        assert api.get(f"{path}?include=author&nope=1").json["errors"][0]["name"] == "nope"
    assert api.get("/books/9?include=author").status_code == 404


def test_document_of_what_is_partly_public(serve: Callable[..., Any], lib: Any) -> None:
    """A public list of which parts need a permission may be asked with and without a scheme."""
    api = serve(
        lambda rest: (
            rest.resource(lib.Book, public=("read", "tag.read"), include=("author", "tags")),
            rest.resource(lib.Author, public=("read",), sub=("books",), fields=("id", "name")),
            rest.resource(lib.Tag, public=("*",)),
        )
    )
    for name in ("token", "cookie"):
        definition = {"type": "http", "scheme": "bearer"}
        api.state.add_scheme(name, definition, used=lambda: False)
    paths = api.get("/openapi.json").json["paths"]
    for path in ("/api/books", "/api/books/{key}", "/api/authors/{key}/books"):
        told = paths[path]["get"]
        assert told["security"] == [{}, {"token": []}, {"cookie": []}]
        assert {"401", "403"} < told["responses"].keys()
        assert "Everybody may; parts of it need `author.read`." in told["description"]
    assert paths["/api/authors"]["get"]["security"] == []
    assert "401" not in paths["/api/authors"]["get"]["responses"]
    assert paths["/api/tags"]["get"]["security"] == []
