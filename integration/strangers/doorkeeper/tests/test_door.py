"""Who is let in, by a token and by a session."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from stack_core import SettingsError
from stack_core.access import find_access
from stack_rest import Rest

from doorkeeper import Doorkeeper

from application import TOKEN, create_app


@pytest.mark.parametrize(
    ("header", "allowed"),
    [(f"Bearer {TOKEN}", True), ("Bearer another", False), (f"Basic {TOKEN}", False)],
)
def test_token_says_who_asks(header: str, allowed: bool) -> None:
    """A person has their permissions and no others."""
    app = create_app()
    with app.test_request_context(headers={"Authorization": header}):
        access = find_access(app)
        assert access.allows("hat.read") is allowed
        assert not access.allows("hat.delete")
        assert (access.identity.key == "reader") is allowed


def test_session_begins_and_ends(client: FlaskClient) -> None:
    """Whoever shows a token is known until they leave, and leaves with the token of the page."""
    assert client.get("/door/token").status_code == 401
    answer = client.post("/door/in", json={"token": TOKEN})
    assert answer.get_json()["name"] == "Reader"
    assert client.post("/door/out").status_code == 403
    headers = {"X-CSRF-Token": answer.get_json()["X-CSRF-Token"]}
    assert client.post("/door/out", headers=headers).status_code == 204
    assert client.get("/door/token").status_code == 401


def test_programs_are_told() -> None:
    """The interface knows both ways."""
    app = create_app()
    assert [scheme.name for scheme in Rest.of(app).schemes] == ["bearer", "session"]


@pytest.mark.parametrize("prefix", ["door", "/door/", ""])
def test_prefix_that_is_no_path_is_refused(prefix: str) -> None:
    """An application with a wrong setting does not start, and the key is named."""
    with pytest.raises(SettingsError, match="'DOORKEEPER_PREFIX' is no path"):
        create_app(DOORKEEPER_PREFIX=prefix)


def test_check_says_that_nobody_is_known() -> None:
    """A door that opens for nobody is told, and one that opens is not."""
    app = create_app()
    assert list(Doorkeeper().checks(app)) == []
    Doorkeeper.of(app).people = type(Doorkeeper.of(app).people)(())
    assert [finding.id for finding in Doorkeeper().checks(app)] == ["doorkeeper.nobody-known"]
