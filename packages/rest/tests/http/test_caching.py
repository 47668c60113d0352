"""Answers say who may keep them, and a shared cache gives nobody another's."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Response, session

from stack_core.problem import Denied, NotFound, Problem
from stack_rest.operation.operation import SIGNED_IN


class Sold(Problem):
    """It is sold."""

    status = 409


class HatGone(NotFound):
    """It is not there."""


def refuse() -> str:
    raise Denied("You may not.")


def count() -> str:
    session["visits"] = 1
    return "{}"


@pytest.fixture
def client(make: Any) -> Any:
    """An interface with one answer of each kind."""
    interface = make()
    interface.add("open", lambda: "{}")
    interface.add("inner", lambda: "{}", need=SIGNED_IN)
    interface.add("desk", lambda: "{}", need=None)
    interface.add("write", lambda: "{}", "POST", need=SIGNED_IN)
    interface.add("refused", refuse)
    interface.add("visited", count)
    interface.add("cookie", lambda: ("{}", {"Set-Cookie": "a=b"}))
    interface.add("own", lambda: Response("{}", headers={"Cache-Control": "max-age=9"}))
    interface.add("varied", lambda: ("{}", {"Vary": "Accept-Language"}), need=None)
    return interface.client()


@pytest.mark.parametrize(
    ("path", "person", "control", "vary"),
    [
        ("open", "", "no-cache", {"accept", "cookie"}),
        ("inner", "ann", "private, no-cache", {"accept", "authorization", "cookie"}),
        ("desk", "", "private, no-cache", {"accept", "authorization", "cookie"}),
        ("write", "ann", "no-store", {"accept", "authorization", "cookie"}),
        ("refused", "", "no-store", {"accept", "cookie"}),
        ("visited", "", "private, no-cache", {"accept", "authorization", "cookie"}),
        ("cookie", "", "private, no-cache", {"accept", "authorization", "cookie"}),
        ("own", "", "max-age=9", {"accept", "cookie"}),
        (
            "varied",
            "",
            "private, no-cache",
            {"accept-language", "accept", "authorization", "cookie"},
        ),
    ],
)
def test_answer_says_who_may_keep_it(
    client: Any, path: str, person: str, control: str, vary: set[str]
) -> None:
    """What is for one person is kept by nobody else; what an operation says itself stays."""
    send = client.post if path == "write" else client.get
    answer = send(f"/api/{path}", headers={"X-Person": person})
    assert answer.headers["Cache-Control"] == control
    assert {name.lower() for name in answer.vary} == vary


@pytest.mark.parametrize("cookie", [True, False])
def test_public_answer_to_a_known_client_is_private(client: Any, cookie: bool) -> None:
    """Who shows who they are may be greeted by name, also where everybody may read."""
    if cookie:
        client.set_cookie("session", "x")
    answer = client.get("/api/open", headers={} if cookie else {"Authorization": "Bearer x"})
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert {"authorization", "cookie"} <= {name.lower() for name in answer.vary}


@pytest.mark.parametrize("error", [Sold, ValueError, HatGone])
def test_answer_of_an_applications_handler_is_private(make: Any, error: type[Exception]) -> None:
    """Who handles an error of an operation answers one person, too."""
    interface = make()

    def fail() -> str:
        raise error("ann's hat")

    interface.add("hat", fail, need=SIGNED_IN)
    interface.app.register_error_handler(error, lambda found: (f"Sorry: {found}", 404))
    answer = interface.client().get("/api/hat", headers={"X-Person": "ann"})
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(answer.vary)


@pytest.mark.parametrize("path", ["/api/nothing", "/api/open"])
def test_problem_is_never_kept(client: Any, path: str) -> None:
    """Unknown addresses and media types are problems, which nobody keeps."""
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code in (404, 406)
    assert answer.headers["Cache-Control"] == "no-store"
