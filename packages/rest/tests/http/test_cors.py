"""Pages of other origins may call as far as the settings name them."""

from __future__ import annotations

from typing import Any

import pytest

from stack_core import SettingsError
from stack_core.problem import Conflict
from stack_rest import Rest
from stack_rest.operation.operation import SIGNED_IN

HOME = "https://shop.example"
ASK = {"Origin": HOME, "Access-Control-Request-Method": "POST"}


def refuse() -> str:
    raise Conflict("name")


def serve(make: Any, *origins: str, **config: Any) -> Any:
    interface = make(REST_CORS_ORIGINS=list(origins), **config)
    interface.add("notes.list", lambda: "{}", rule="/notes")
    interface.add("notes.create", lambda: "{}", "POST", rule="/notes", need=SIGNED_IN)
    interface.add("refused", refuse)
    interface.app.add_url_rule("/page", endpoint="page", view_func=lambda: "page")
    return interface.client()


def sent(answer: Any) -> set[str]:
    return {name for name, _ in answer.headers if name.startswith("Access-Control-")}


def test_nothing_is_sent_where_no_origin_is_named(make: Any) -> None:
    """Without the setting no answer has a header of CORS, and Vary names no Origin."""
    client = serve(make)
    for answer in (
        client.get("/api/notes", headers={"Origin": HOME}),
        client.options("/api/notes", headers=ASK),
    ):
        assert sent(answer) == set()
        assert "Origin" not in answer.headers.get("Vary", "")


def test_browser_is_told_what_it_may_send(make: Any) -> None:
    """A preflight names the methods at this address and the headers that were asked for."""
    client = serve(make, HOME, REST_CORS_MAX_AGE=60)
    asked = {"Access-Control-Request-Headers": "authorization,content-type,idempotency-key"}
    answer = client.options("/api/notes", headers=ASK | asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == HOME
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, POST"
    assert answer.headers["Access-Control-Allow-Headers"] == (
        "authorization,content-type,idempotency-key"
    )
    assert answer.headers["Access-Control-Max-Age"] == "60"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert {"Origin", "Access-Control-Request-Headers"} <= set(answer.vary)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/notes", ASK | {"Origin": "https://evil.example"}),
        ("/api/notes", ASK | {"Origin": "https://shop.example.evil.example"}),
        ("/api/notes", ASK | {"Origin": "http://shop.example"}),
        ("/api/notes", ASK | {"Origin": "https://shop.example:8443"}),
        ("/api/notes", ASK | {"Origin": "null"}),
        ("/api/notes", {"Access-Control-Request-Method": "POST"}),
        ("/api/notes", ASK | {"Access-Control-Request-Method": "DELETE"}),
        ("/api/notes", ASK | {"Access-Control-Request-Method": "post"}),
        ("/api/other", ASK),
        ("/page", ASK),
        ("/apis", ASK),
    ],
)
def test_preflight_of_anything_else_is_not_answered(
    make: Any, path: str, headers: dict[str, str]
) -> None:
    """Other origins, methods, addresses and pages are told nothing."""
    answer = serve(make, HOME).options(path, headers=headers)
    assert "Access-Control-Allow-Methods" not in answer.headers


def test_headers_that_are_no_names_are_not_repeated(make: Any) -> None:
    """What was asked for is repeated only where it is a list of names."""
    asked = {"Access-Control-Request-Headers": "x-a, <script>"}
    answer = serve(make, HOME).options("/api/notes", headers=ASK | asked)
    assert answer.status_code == 204
    assert "Access-Control-Allow-Headers" not in answer.headers


@pytest.mark.parametrize(("path", "code"), [("/api/notes", 200), ("/api/refused", 409)])
def test_page_reads_answers_and_problems(make: Any, path: str, code: int) -> None:
    """An allowed origin may read the answer, its problem, and the headers that a client needs."""
    answer = serve(make, HOME).get(path, headers={"Origin": HOME})
    assert answer.status_code == code
    assert answer.headers["Access-Control-Allow-Origin"] == HOME
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "Link", "Location", "Retry-After", "RateLimit"} <= set(exposed)
    assert "Origin" in answer.vary


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
def test_other_origins_get_no_header(make: Any, origin: str | None) -> None:
    """An origin that is not named is told nothing, and a cache is told that it depends."""
    headers = {"Origin": origin} if origin else {}
    answer = serve(make, HOME).get("/api/notes", headers=headers)
    assert sent(answer) == set()
    assert "Origin" in answer.vary


def test_pages_of_the_application_are_not_shared(make: Any) -> None:
    """What is no operation stays as it was."""
    answer = serve(make, HOME).get("/page", headers={"Origin": HOME})
    assert sent(answer) == set()
    assert "Vary" not in answer.headers


def test_every_origin_gets_no_credentials(make: Any) -> None:
    """A star is sent as a star, so that no browser adds a cookie."""
    answer = serve(make, "*").get("/api/notes", headers={"Origin": "https://any.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_credentials_are_for_named_origins(make: Any) -> None:
    """A page of a named origin may send cookies where the settings say so."""
    client = serve(make, HOME, REST_CORS_CREDENTIALS=True)
    for answer in (
        client.get("/api/notes", headers={"Origin": HOME}),
        client.options("/api/notes", headers=ASK),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == HOME
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    other = client.get("/api/notes", headers={"Origin": "https://evil.example"})
    assert sent(other) == set()


def test_star_with_credentials_is_refused(make: Any) -> None:
    """Pages of every site would act as whoever is signed in."""
    with pytest.raises(SettingsError, match="REST_CORS_CREDENTIALS"):
        make(REST_CORS_ORIGINS=["*"], REST_CORS_CREDENTIALS=True)


@pytest.mark.parametrize("origin", ["https://*.example", "shop.example", "https://a/b", "null"])
def test_text_that_is_no_origin_is_refused(make: Any, origin: str) -> None:
    """What no browser would ever send is a mistake, named at the start."""
    with pytest.raises(SettingsError, match="REST_CORS_ORIGINS"):
        make(REST_CORS_ORIGINS=[origin])


@pytest.mark.parametrize("written", ["https://Shop.Example", "https://shop.example:443"])
def test_origin_is_read_as_browsers_write_it(make: Any, written: str) -> None:
    """Capitals and the usual port make no other origin."""
    answer = serve(make, written).get("/api/notes", headers={"Origin": HOME})
    assert answer.headers["Access-Control-Allow-Origin"] == HOME


def test_function_on_a_route_of_flasks_is_shared(make: Any) -> None:
    """A typed function is an operation, wherever it is and whoever registered its route."""
    interface = make(REST_CORS_ORIGINS=[HOME])

    def hello() -> dict[str, str]:
        """Greet."""
        return {"text": "hello"}

    view = Rest().endpoint(public=True)(hello)
    for rule in ("/api/hello", "/hello"):
        interface.app.add_url_rule(rule, endpoint=rule, view_func=view)
    client = interface.client()
    ask = {"Origin": HOME, "Access-Control-Request-Method": "GET"}
    for rule in ("/api/hello", "/hello"):
        assert client.options(rule, headers=ask).status_code == 204
        answer = client.get(rule, headers={"Origin": HOME})
        assert answer.headers["Access-Control-Allow-Origin"] == HOME
        assert sent(client.get(rule, headers={"Origin": "https://evil.example"})) == set()
