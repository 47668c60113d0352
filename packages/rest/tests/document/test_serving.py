"""The document and its pages at their addresses."""

from __future__ import annotations

import json

import pytest
import yaml
from flask import Flask

from stack_rest import Rest
from stack_rest.document.document import make_document

from .hats import make_hats


@pytest.mark.parametrize(
    ("name", "media_type"), [("json", "application/json"), ("yaml", "application/yaml")]
)
def test_document_is_served(app: Flask, name: str, media_type: str) -> None:
    """Both formats are served, and say what the application does."""
    answer = app.test_client().get(f"/api/openapi.{name}")
    assert answer.content_type == media_type
    read = json.loads if name == "json" else yaml.safe_load
    assert read(answer.text) == make_document(app, Rest.of(app))


def test_document_is_not_sent_twice(app: Flask) -> None:
    """Whoever has it already is told so."""
    client = app.test_client()
    first = client.get("/api/openapi.json")
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get("/api/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_nothing_is_served_where_the_settings_say_so() -> None:
    """With REST_DOCS off there is neither document nor page; types of problems stay."""
    client = make_hats(REST_DOCS=False).test_client()
    for path in ("openapi.json", "openapi.yaml", "docs", "docs/init.js"):
        assert client.get(f"/api/{path}").status_code == 404
    assert client.get("/api/problems/conflict").status_code == 200


def test_page_has_a_strict_policy(app: Flask) -> None:
    """The page allows no script or style of its own text, and no other host."""
    answer = app.test_client().get("/api/docs")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "style=" not in answer.text
    assert "<script>" not in answer.text


def test_title_cannot_be_markup() -> None:
    """The title of the settings is text on the page."""
    answer = make_hats(REST_TITLE="<b>&").test_client().get("/api/docs")
    assert "<title>&lt;b&gt;&amp;</title>" in answer.text


@pytest.mark.parametrize("name", ["swagger-ui.css", "swagger-ui-bundle.js", "init.js", "page.css"])
def test_files_of_the_page_are_served(app: Flask, name: str) -> None:
    """Each file that the page names is there, and has a tag."""
    with app.test_client().get(f"/api/docs/{name}") as answer:
        assert answer.status_code == 200
        assert answer.headers["ETag"]


@pytest.mark.parametrize("name", ["vendored.json", "..%2f..%2fstate.py", "LICENSE"])
def test_other_files_are_not_served(app: Flask, name: str) -> None:
    """Nothing else of the package is served."""
    assert app.test_client().get(f"/api/docs/{name}").status_code == 404


@pytest.mark.parametrize("path", ["openapi.json", "openapi.yaml", "docs/page.css"])
def test_condition_that_does_not_hold(app: Flask, path: str) -> None:
    """Who asks for another version is answered with a problem, and not with this one."""
    client = app.test_client()
    answer = client.get(f"/api/{path}", headers={"If-Match": '"another"'})
    assert (answer.status_code, answer.mimetype) == (412, "application/problem+json")
    assert answer.json["type"] == "/api/problems/precondition"
    with client.get(f"/api/{path}") as answer:
        etag = answer.headers["ETag"]
    for match in (etag, "*"):
        with client.get(f"/api/{path}", headers={"If-Match": match}) as answer:
            assert answer.status_code == 200
