"""Whatever comes, an answer is no failure, and an error is a problem."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

SETTINGS = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
"""Chosen anew only when this file changes, so that a run says the same as the one before."""

NAMES = [
    "title", "pages", "price", "state", "extra", "author", "author.name", "tags", "tags.weight",
    "copies.place", "token", "password", "version", "id", "isbn", "fields", "sort", "search",
    "include", "limit", "offset", "cursor", "total", "format", "nope", "", "a.b.c", "__class__",
]  # fmt: skip
ENDS = [
    "",
    "[eq]",
    "[ne]",
    "[gt]",
    "[in]",
    "[not_in]",
    "[null]",
    "[contains]",
    "[starts]",
    "[",
    "[]",
]
TEXTS = [
    "1", "0", "-1", "01", "1.5", "1e400", "9" * 30, "", "true", "null", "title", "-title",
    "id,title", "exact", "csv", "jsonl", "json", "Axes", "d", "new", "author", "'", "%", "\0",
    "\ud800", "\uffff", "1,2", "2026-01-01", "NaN", "a" * 1001, "*", "\\", "--", "[]", "{}", "ü",
]  # fmt: skip

TYPES = [
    "text", "integer", "decimal", "floating", "boolean", "day", "clock", "moment", "span", "uuid",
    "binary", "json", "mixed", "sized", "total", "sort", "key",
]  # fmt: skip

values = st.sampled_from(TEXTS) | st.text(max_size=8)
names = st.builds(str.__add__, st.sampled_from(NAMES), st.sampled_from(ENDS)) | st.text(max_size=5)


def escape(text: str) -> str:
    """Escape text, also half of a character, as bytes."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@SETTINGS
@given(
    path=st.sampled_from(
        ["/books", "/books/1", "/authors/1/books", "/copies", "/samples", "/notes"]
    ),
    pairs=st.lists(st.tuples(names, values), max_size=4),
)
def test_any_query_string(api: Any, path: str, pairs: list[tuple[str, str]]) -> None:
    """T33: a query string of any pieces is answered, or refused with a problem."""
    query = "&".join(f"{escape(name)}={escape(value)}" for name, value in pairs)
    assert api.get(f"{path}?{query}").status_code in (200, 400)


@SETTINGS
@given(query=st.binary(max_size=40))
@example(query=b"\xff=\xfe&%=%zz&&;=&%ff")
def test_any_bytes_of_a_query_string(api: Any, query: bytes) -> None:
    """T33: bytes that are no query string at all are no failure either."""
    environ = {"QUERY_STRING": query.decode("latin-1")}
    answer = api.get("/books", environ_overrides=environ)
    assert answer.status_code in (200, 400)


@SETTINGS
@given(key=st.text(min_size=1, max_size=12))
def test_any_key(api: Any, key: str) -> None:
    """T33: any text in the place of a key finds a row or none."""
    for path in ("books", "tags", "copies", "notes"):
        answer = api.get(f"/{path}/{escape(key)}")
        assert answer.status_code in (200, 308, 404)


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(TEXTS)
)
documents = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=8,
)
fields = st.sampled_from(["title", "pages", "price", "state", "extra", "author", "isbn", "nope"])
items = st.fixed_dictionaries(
    {"title": st.just("x") | documents, "author": st.just(1) | documents},
    optional={"pages": documents, "price": documents, "state": documents, "extra": documents},
)
bodies = documents | items | st.dictionaries(fields, documents, max_size=4)


@SETTINGS
@given(body=bodies, method=st.sampled_from(["POST", "PUT", "PATCH"]))
def test_any_json(api: Any, body: Any, method: str) -> None:
    """T44: any JSON is written, or refused with a problem."""
    path = "/books" if method == "POST" else "/books/1"
    answer = api.call(
        method,
        path,
        data=json.dumps(body).encode("utf-8", "surrogatepass"),
        content_type="application/json",
        headers={"If-Match": "*"},
    )
    assert answer.status_code in (200, 201, 400, 409, 422)


@SETTINGS
@given(name=st.sampled_from(TYPES), body=bodies)
def test_any_value_of_every_type(api: Any, name: str, body: Any) -> None:
    """T44: a value of any kind in a field of any type is written and read again, or refused."""
    data = json.dumps({name: body}).encode("utf-8", "surrogatepass")
    answer = api.call("POST", "/samples", data=data, content_type="application/json")
    assert answer.status_code in (201, 400, 422)
    if answer.status_code == 201:
        assert api.get(answer.headers["Location"]).data == answer.data


@SETTINGS
@given(
    writes=st.lists(
        st.fixed_dictionaries(
            {"act": st.sampled_from(["create", "update", "delete", "read"])},
            optional={"key": values | st.just("1"), "values": bodies, "match": values},
        )
        | documents,
        max_size=3,
    ),
    mode=st.sampled_from(["all", "each"]),
)
def test_any_writes(api: Any, writes: Any, mode: str) -> None:
    """T44: any list of writes is made, or refused with a problem."""
    answer = api.call(
        "POST",
        "/books/bulk",
        data=json.dumps({"writes": writes, "mode": mode}).encode("utf-8", "surrogatepass"),
        content_type="application/json",
    )
    assert answer.status_code in (200, 400, 409, 422)


@SETTINGS
@given(body=st.binary(max_size=60))
def test_any_bytes(api: Any, body: bytes) -> None:
    """T44: bytes that are no JSON at all are refused."""
    answer = api.call("POST", "/books", data=body, content_type="application/json")
    assert answer.status_code in (400, 422)


@SETTINGS
@given(
    header=st.sampled_from(["If-Match", "If-None-Match", "Accept", "Content-Type"]),
    value=st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=20)
    | st.sampled_from(['""', '"', "W/", "*", '"1-x"', "a/b;q=", ";", ",", "application/json;q=x"]),
    method=st.sampled_from(["GET", "PATCH", "DELETE"]),
)
def test_any_header(api: Any, header: str, value: str, method: str) -> None:
    """T46: no header of any text makes a failure."""
    path = "/books" if header == "Accept" and method == "GET" else "/books/1"
    headers = {"If-Match": '"no"', header: value}
    more = {"data": b"{}"} if method == "PATCH" else {}
    api.call(method, path, headers=headers, **more)
