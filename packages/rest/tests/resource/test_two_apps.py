"""One declaration on two applications, and an application without rows or names of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stack_rest import Rest


def test_two_applications(serve: Callable[..., Any], lib: Any) -> None:
    """What is declared once is served by each application, from its own rows."""
    declared = Rest().resource(lib.Team, public=("*",))

    def declare(rest: Any) -> None:
        rest._resources.append(declared)

    first, second = serve(declare), serve(declare, REST_PREFIX="/v2")
    first.post("/teams", {"name": "Red"})
    assert len(first.items("/teams")) == 1
    answer = second.client.get("/v2/teams")
    assert answer.json["items"] == []
    assert second.client.post("/v2/teams", json={"name": "x"}).headers["Location"] == "/v2/teams/1"
    assert second.client.get("/v2/nothing").mimetype == "application/problem+json"
    cursor_of_other = first.post("/teams", {"name": "Blue"})
    assert cursor_of_other.status_code == 201
    cursor = first.get("/teams?limit=1").json["next"]
    assert second.client.get(f"/v2/teams?cursor={cursor}").status_code in (200, 400)


def test_what_is_added_later_is_of_later_applications(serve: Callable[..., Any], lib: Any) -> None:
    """A hook or field that is added after one application was set up counts for the next."""
    declared = Rest().resource(lib.Team, public=("*",), fields=("id", "name"))

    def declare(rest: Any) -> None:
        rest._resources.append(declared)

    first = serve(declare)
    heard: list[Any] = []
    declared.before("create")(lambda values, found: heard.append(values))
    second = serve(declare)
    first.post("/teams", {"name": "a"})
    assert heard == []
    second.post("/teams", {"name": "b"})
    assert heard == [{"name": "b"}]


def test_resource_of_one_application_only(serve: Callable[..., Any], lib: Any) -> None:
    """A resource can be served on one application after it was set up."""
    api = serve(lambda rest: None)
    api.state.resource(lib.Team, public=("*",))
    assert api.items("/teams") == []
