"""Whole lists line by line: JSON Lines and CSV."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest


def test_lines_of_json(api: Any) -> None:
    """Each line is an item as the list has it."""
    answer = api.get("/books?format=jsonl&sort=-title")
    assert answer.mimetype == "application/jsonl"
    lines = answer.text.splitlines()
    assert [json.loads(line) for line in lines] == api.items("/books?sort=-title")


def test_csv(api: Any) -> None:
    """A table has the fields' names and a line for each item, and is a file to keep."""
    answer = api.get("/books?format=csv&fields=id,title,price,state,extra,author,blurb")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="books.csv"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert list(csv.reader(io.StringIO(answer.text, newline=""))) == [
        ["id", "title", "price", "state", "extra", "author", "blurb"],
        ["1", "Axes", "1.50", "d", '{"a":1,"b":{"c":2}}', "1", ""],
        ["2", "Boats", "", "o", "", "1", ""],
        ["3", "Cats", "", "d", "", "2", "On cats"],
    ]


def test_lines_are_filtered(api: Any) -> None:
    """A whole list is filtered, searched, sorted and cut to fields like a page."""
    answer = api.get("/books?format=jsonl&author=1&sort=-title&fields=title")
    assert answer.text == '{"title":"Boats"}\n{"title":"Axes"}\n'
    assert api.get("/books?format=jsonl&search=cat&fields=id").text == '{"id":3}\n'
    assert api.get("/books?format=csv&title=none&fields=id").text == "id\r\n"


@pytest.mark.parametrize(
    "query",
    ["limit=1", "offset=1", "cursor=x", "total=exact", "include=author", "limit=1&offset=9"],
)
def test_lines_have_no_pages(api: Any, query: str) -> None:
    """A whole list is whole: the address of a page gives the same with another format."""
    assert api.get(f"/books?format=csv&{query}").text == api.get("/books?format=csv").text
    lines = {"Accept": "application/jsonl"}
    whole = api.get("/books", headers=lines).text
    assert api.get(f"/books?{query}", headers=lines).text == whole


def test_refusal_before_the_first_byte(api: Any) -> None:
    """S61: whatever is wrong is a problem, and never half an answer."""
    for query in ("pages=x", "sort=nope", "fields=nope", "search=%00", "nope=1", "tags=%00"):
        for form in ("csv", "jsonl"):
            assert api.get(f"/books?format={form}&{query}").status_code == 400


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_formula_gets_a_quote(api: Any, sign: str) -> None:
    """T35: text that a spreadsheet would take for a formula gets a quote; numbers do not."""
    text = f"{sign}cmd|' /C calc'!A0"
    api.post("/samples", {"text": text, "integer": -1, "decimal": "-2.5", "floating": -0.5})
    answer = api.get("/samples?format=csv&fields=text,integer,decimal,floating")
    _, row = csv.reader(io.StringIO(answer.text, newline=""))
    assert row == [f"'{text}", "-1", "-2.5000", "-0.5"]
    assert json.loads(api.get("/samples?format=jsonl").text)["text"] == text


def test_formula_of_another_type(api: Any) -> None:
    """T35: whatever is written as text and begins so gets one as well."""
    api.post(
        "/samples",
        {"mixed": "TEXT", "json": "=1+1", "span": "-P1D", "binary": "+w==", "key": "@x"},
    )
    answer = api.get("/samples?format=csv&fields=mixed,json,span,binary,key")
    _, row = csv.reader(io.StringIO(answer.text, newline=""))
    assert row == ["TEXT", "'=1+1", "'-P1D", "'+w==", "'@x"]


def test_odd_text_in_csv(api: Any) -> None:
    """Commas, quotes, line ends and letters of any kind come back as they were."""
    text = 'a,"b"\r\nc\nd;\u2028ü😀'
    api.post("/samples", {"text": text, "boolean": True})
    answer = api.get("/samples?format=csv&fields=text,boolean")
    assert list(csv.reader(io.StringIO(answer.data.decode(), newline="")))[1] == [text, "true"]


def test_key_in_lines(api: Any) -> None:
    """Where a key is not among the fields it is the last column, and 'key' of each line."""
    assert api.get("/copies?format=csv").text == (
        'book,number,place,key\r\n1,1,Hall,"1,1"\r\n1,2,,"1,2"\r\n'
    )
    lines = api.get("/copies?format=jsonl&fields=place").text.splitlines()
    assert [json.loads(line) for line in lines] == [
        {"place": "Hall", "key": "1,1"},
        {"place": None, "key": "1,2"},
    ]


def test_lists_of_keys_are_not_in_lines(serve: Callable[..., Any], lib: Any) -> None:
    """A list of keys is left out of a whole list, also where it is asked for."""
    api = serve(
        lambda rest: rest.resource(lib.Tag, public=("*",), fields=("word", "books", "weight"))
    )
    api.add(lib.Tag(word="a"))
    assert api.get("/tags?format=csv").text == "word,weight\r\na,\r\n"
    assert api.get("/tags?format=csv&fields=word,books").text == "word\r\na\r\n"
    assert api.get("/tags?format=csv&fields=word").status_code == 200


def test_head_of_lines(api: Any) -> None:
    """HEAD of a whole list reads nothing and leaves no connection behind."""
    for _ in range(30):
        answer = api.call("HEAD", "/books?format=csv")
        assert (answer.status_code, answer.data) == (200, b"")


@pytest.fixture
def long(serve: Callable[..., Any], lib: Any) -> Any:
    """A file with many rows, a pool of two connections, and a resource of them."""
    api = serve(
        lambda rest: rest.resource(lib.Sample, public=("*",)),
        uri="sqlite:///long.db",
        DB_READER_POOL_SIZE=1,
        DB_READER_POOL_OVERFLOW=1,
    )
    with api.app.app_context():
        lib.db.session.execute(
            lib.Sample.__table__.insert(),
            [{"text": "x" * 180, "integer": n} for n in range(15_000)],
        )
        lib.db.session.commit()
    return api


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_client_that_goes_away(long: Any, form: str) -> None:
    """Whoever stops reading gives the connection back, so that others still are answered."""
    for _ in range(20):
        answer = long.client.get(f"/api/samples?format={form}", buffered=False)
        chunks = answer.iter_encoded()
        assert next(chunks)
        answer.close()
    assert long.get("/samples?limit=1").status_code == 200


def test_answer_that_nobody_reads(long: Any) -> None:
    """An answer that is closed before its first byte gives the connection back too."""
    for _ in range(20):
        long.client.get("/api/samples?format=jsonl", buffered=False).close()
    assert long.get("/samples?limit=1").status_code == 200


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_memory_stays_flat(long: Any, form: str) -> None:
    """A whole list of some megabytes is written with a few hundred rows in memory."""
    long.get(f"/samples?format={form}")
    answer = long.client.get(f"/api/samples?format={form}", buffered=False)
    size = 0
    tracemalloc.start()
    for chunk in answer.iter_encoded():
        size += len(chunk)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    answer.close()
    assert size > 2_800_000
    assert peak < 1_600_000
