"""Lists: pages, sizes, orders, fields, totals, and the odd things that clients ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from stack_rest.document.shared import find_parameters


def titles(api: Any, query: str) -> list[str]:
    return [item["title"] for item in api.items(f"/books?{query}")]


def test_list_has_items_and_ends(api: Any) -> None:
    """A list is a page of items with the cursors of its neighbours, null at an end."""
    page = api.get("/books").json
    assert [item["title"] for item in page["items"]] == ["Axes", "Boats", "Cats"]
    assert (page["next"], page["previous"]) == (None, None)
    assert "total" not in page
    assert set(page["items"][0]) == {
        "id", "title", "blurb", "pages", "price", "cost", "isbn", "state", "extra", "author",
        "version",
    }  # fmt: skip


def test_page_leads_to_its_neighbours(api: Any) -> None:
    """Cursors lead on and back, and 'Link' has the same addresses with everything else kept."""
    first = api.get("/books?limit=1&sort=-title&offset=0&title[contains]=s%26")
    assert first.json["items"] == []
    first = api.get("/books?limit=1&sort=-title&fields=title&state[in]=d&state[in]=o&offset=0")
    address = first.headers["Link"].partition("<")[2].partition(">")[0]
    assert parse_qs(urlsplit(address).query) == {
        "limit": ["1"],
        "sort": ["-title"],
        "fields": ["title"],
        "state[in]": ["d", "o"],
        "cursor": [first.json["next"]],
    }
    second = api.get(address)
    assert second.json["items"] == [{"title": "Boats"}]
    assert [part.rpartition("; ")[2] for part in second.headers["Link"].split(", ")] == [
        'rel="next"',
        'rel="prev"',
    ]
    back = api.get(f"/books?limit=1&sort=-title&fields=title&cursor={second.json['previous']}")
    assert back.json["items"] == [{"title": "Cats"}]


def test_pages_show_every_row_once(api: Any, lib: Any) -> None:
    """Whoever follows 'next' sees each row once, also where values are equal or missing."""
    api.add(*(lib.Book(title="Same", author_id=1, pages=n % 3 or None) for n in range(20)))
    for sort in ("title", "-title", "pages", "-pages,title", "author.name,-pages", "state"):
        seen: list[int] = []
        cursor = ""
        while True:
            page = api.get(f"/books?limit=4&sort={sort}&fields=id&cursor={cursor}").json
            seen += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            cursor = page["next"]
        assert sorted(seen) == list(range(1, 24)), sort


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=1001", "limit"),
        ("limit=01", "limit"),
        ("limit=", "limit"),
        ("limit=1.0", "limit"),
        ("limit=1&limit=1", "limit"),
        ("limit=999999999999999999999", "limit"),
        ("limit=%D9%A3", "limit"),
        ("limit=%00", "limit"),
        ("limit=%FF", "limit"),
        ("offset=-1", "offset"),
        ("offset=2147483648", "offset"),
        ("offset=1&cursor=x", "offset"),
        ("sort=-", "sort"),
        ("sort=--title", "sort"),
        ("sort=title,", "sort"),
        ("sort=extra", "sort"),
        ("sort=tags", "sort"),
        ("sort=password", "sort"),
        ("sort=token", "sort"),
        ("sort=author.email", "sort"),
        ("sort=author.books", "sort"),
        ("sort=title&sort=id", "sort"),
        ("fields=title,", "fields"),
        ("fields=token", "fields"),
        ("fields=password", "fields"),
        ("fields=author.name", "fields"),
        ("fields=tags", "fields"),
        ("fields=__class__", "fields"),
        ("fields=title;DROP TABLE book", "fields"),
        ("include=tags", "include"),
        ("include=author.team", "include"),
        ("total=all", "total"),
        ("total=", "total"),
        ("format=xml", "format"),
        ("nope=1", "nope"),
        ("=1", ""),
        ("%00=1", "\0"),
        ("limit[]=1", "limit[]"),
        ("_method=DELETE", "_method"),
    ],
)
def test_parameter_that_cannot_be_used_is_named(api: Any, query: str, name: str) -> None:
    """What a list cannot use is refused, and each such parameter is named."""
    answer = api.get(f"/books?{query}")
    assert answer.status_code == 400
    (error,) = answer.json["errors"]
    assert (error["in"], error["name"]) == ("query", name)


def test_all_wrong_parameters_are_named_at_once(api: Any) -> None:
    """One answer has everything that is wrong with the query string."""
    answer = api.get("/books?limit=x&sort=x&fields=x&x=1")
    assert [each["name"] for each in answer.json["errors"]] == ["limit", "sort", "fields", "x"]


def test_unknown_and_unreadable_are_refused_alike(api: Any) -> None:
    """Nobody learns whether a secret field is there: it is refused as one that is not."""
    for query in ("fields={}", "sort={}", "sort=-{}", "{}=x", "{}[null]=true", "{}[starts]=a"):
        texts = set()
        for name in ("token", "password", "nopenope"):
            answer = api.get("/books?" + query.format(name))
            assert answer.status_code == 400
            told = answer.json
            told.pop("request_id")
            texts.add(str(told).replace(name, "…"))
        assert len(texts) == 1


@pytest.mark.parametrize(
    "query",
    ["cursor=x", "cursor=%00", "cursor=%FF", "cursor=" + "a" * 100_000, "cursor=%E2%82%AC"],
)
def test_foreign_cursor_is_refused(api: Any, query: str) -> None:
    """A cursor that was not given out is one clear error."""
    answer = api.get(f"/books?{query}")
    assert answer.status_code == 400
    assert "cursor" in answer.json["detail"]


def test_cursor_is_of_one_list_and_order(api: Any) -> None:
    """A cursor of another order, of another resource, or changed in one letter is refused."""
    cursor = api.get("/books?limit=1&sort=title").json["next"]
    assert api.get(f"/books?sort=title&cursor={cursor}").status_code == 200
    swapped = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    for query in (
        f"/books?sort=-title&cursor={cursor}",
        f"/books?cursor={cursor}",
        f"/authors?cursor={cursor}",
        f"/books?sort=title&cursor={swapped}",
        f"/books?sort=title&cursor={cursor}{cursor}",
    ):
        answer = api.get(query)
        if query.endswith(swapped) and answer.status_code == 200:
            continue  # the last letter of base64 may hold bits that do not count
        assert answer.status_code == 400, query


def test_offset_and_its_end(api: Any) -> None:
    """An offset leaves items out; beyond the end there is nothing, and no error."""
    assert titles(api, "offset=1&limit=1") == ["Boats"]
    assert titles(api, "offset=2147483647") == []
    assert api.get("/books?offset=9&total=exact").json["total"]["count"] == 3


def test_total_says_how_it_was_counted(api: Any) -> None:
    """A total comes where it is asked for, and says how exact it is."""
    for how in ("exact", "capped", "estimate"):
        total = api.get(f"/books?total={how}&limit=1").json["total"]
        assert total["count"] == 3
        assert total["how"] in ("exact", "capped", "estimate")
    assert "total" not in api.get("/books?total=none").json


def test_orders(api: Any) -> None:
    """Fields and named paths sort, several of them and each way; missing values come last."""
    assert titles(api, "sort=-title") == ["Cats", "Boats", "Axes"]
    assert titles(api, "sort=-pages") == ["Boats", "Axes", "Cats"]
    assert titles(api, "sort=-author.name,-title") == ["Cats", "Boats", "Axes"]
    assert titles(api, "sort=author,-id") == ["Boats", "Axes", "Cats"]


def test_too_long_an_order_is_refused(api: Any) -> None:
    """An order has a bound, so that nobody makes the database sort by a thousand columns."""
    assert api.get("/books?sort=" + ",".join(["title"] * 11)).status_code == 400


def test_own_order_and_size(serve: Callable[..., Any], lib: Any) -> None:
    """A resource may say its order and page size; neither goes beyond the settings' limit."""
    api = serve(
        lambda rest: (
            rest.resource(lib.Team, public=("read",), order=("-name",), page_size=2),
            rest.resource(lib.Tag, public=("read",), page_size=500),
        ),
        REST_PAGE_LIMIT=3,
    )
    api.add(*(lib.Team(name=name) for name in "abcd"), *(lib.Tag(word=word) for word in "abcd"))
    assert [item["name"] for item in api.items("/teams")] == ["d", "c"]
    assert len(api.items("/tags")) == 3
    assert len(api.items("/tags?limit=3")) == 3
    assert api.get("/tags?limit=4").status_code == 400


def test_fields_choose_and_order(api: Any) -> None:
    """An item has the fields that were asked for, once each and in that order."""
    answer = api.get("/books?fields=title,id,title&limit=1")
    assert answer.text.startswith('{"items":[{"title":"Axes","id":1}]')


def test_empty_list_of_words_is_none(api: Any) -> None:
    """A parameter of words without any is as if it was not there."""
    assert api.get("/books?sort=&fields=&include=").json == api.get("/books").json


def test_long_query_string(api: Any) -> None:
    """A query string of 100 kB is answered quickly and never with a failure."""
    for query in ("a" * 100_000 + "=1", "title=" + "a" * 100_000, "&".join(["a=1"] * 20_000)):
        answer = api.get(f"/books?{query}")
        assert answer.status_code == 400
        assert len(answer.data) < 5000


def test_link_under_a_prefix(api: Any) -> None:
    """'Link' and 'Location' begin with the path of the application itself, escaped."""
    for prefix, shown in (("/shop", "/shop"), ("/ü b", "/%C3%BC%20b"), ("/a>b", "/a%3Eb")):
        environ = {"SCRIPT_NAME": prefix.encode().decode("latin-1")}
        answer = api.get("/books?limit=1", environ_overrides=environ)
        assert answer.headers["Link"].startswith(f"<{shown}/api/books?limit=1&cursor=")
        made = api.post("/tags", {"word": prefix}, environ_overrides=environ)
        assert made.headers["Location"].startswith(f"{shown}/api/tags/~2F")


def test_head_and_options(api: Any) -> None:
    """HEAD is GET without the body, and OPTIONS says what there is."""
    got, head = api.get("/books"), api.call("HEAD", "/books")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert api.call("HEAD", "/books?limit=0").status_code == 400
    allowed = api.call("OPTIONS", "/books").headers["Allow"]
    assert set(allowed.split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "FOO"])
def test_method_that_a_list_has_not(api: Any, method: str) -> None:
    """Another method is 405 with what there is, and a problem too."""
    answer = api.call(method, "/books")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]
)
def test_method_override_is_ignored(api: Any, header: str) -> None:
    """T47: the method is that of the request line."""
    answer = api.post("/books?", {"title": "New", "author": 1}, headers={header: "DELETE"})
    assert answer.status_code == 201
    assert api.get("/books/1", headers={header: "DELETE"}).status_code == 200
    assert api.get("/books/1").status_code == 200


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"),
        ("text/csv;q=0.5,application/json;q=0.9", "application/json"),
        ("text/csv, application/json;q=0.9", "text/csv"),
        ("text/*", "text/csv"),
        ("application/jsonl", "application/jsonl"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("text/html", None),
        ("*/*;q=0", None),
        ("application/json;q=0", None),
        ("garbage", None),
        (",,,;q=x", None),
        pytest.param("a/b" * 10_000, None, id="long"),
        pytest.param("application/json;q=" + "1" * 10_000, None, id="long-quality"),
    ],
)
def test_accept(api: Any, accept: str, kind: str | None) -> None:
    """'Accept' chooses among what there is; where it takes nothing of that, the answer is 406."""
    answer = api.get("/books?fields=id", headers={"Accept": accept})
    if kind is None:
        assert answer.status_code == 406
    else:
        assert (answer.status_code, answer.mimetype) == (200, kind)


def test_format_goes_before_accept(api: Any) -> None:
    """'format' in the address chooses for those who cannot send headers."""
    answer = api.get("/books?format=csv&fields=id", headers={"Accept": "application/json"})
    assert answer.mimetype == "text/csv"


def test_missing_address(api: Any) -> None:
    """What is not there is a problem, whatever the address looks like."""
    for path in ("/nothing", "/books/", "/books/1/", "/Books", "/books/1/nothing", "/books%00"):
        assert api.get(path).status_code == 404


def test_statements_of_a_list(api: Any, lib: Any, query_budget: Callable[..., Any]) -> None:
    """A page is one statement, however many rows it has, and one more with its total."""
    api.add(*(lib.Book(title=f"Book {n}", author_id=1) for n in range(50)))
    for limit in (1, 50):
        api.get(f"/books?limit={limit}")
        with query_budget(1, exact=True):
            api.get(f"/books?limit={limit}")
        with query_budget(1, exact=True):
            api.get(f"/books?limit={limit}&author.name=Ann&sort=author.name")
        with query_budget(2):
            api.get(f"/books?limit={limit}&total=exact")


def test_sort_by_more_than_a_query_has(api: Any) -> None:
    """A list is sorted by ten fields at most, as the document says."""
    names = ["title", "-title"] * 5
    assert api.get(f"/books?sort={','.join(names)}").status_code == 200
    answer = api.get(f"/books?sort={','.join([*names, 'id'])}")
    assert (answer.status_code, answer.json["errors"][0]["name"]) == (400, "sort")
    document = api.get("/openapi.json").json
    told = find_parameters(document, document["paths"]["/api/books"]["get"])
    (sort,) = (each for each in told if each["name"] == "sort")
    assert sort["schema"]["maxItems"] == 10
