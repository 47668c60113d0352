"""What programs see; the fixture ``api`` holds each answer against the document."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from stack_rest import Rest

from application import TOKEN, create_app

PATH = "/api/greeter"


@pytest.mark.usefixtures("database")
def test_everybody_may_read(api: FlaskClient) -> None:
    """Nobody has to say who they are."""
    assert api.get(PATH).get_json()["items"] == []


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("token", "status"), [(TOKEN, 201), ("another", 401), (None, 401)])
def test_token_lets_write(api: FlaskClient, token: str | None, status: int) -> None:
    """Whoever sends it may, and nobody else."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    assert api.post(PATH, json={"text": "first"}, headers=headers).status_code == status
    assert len(api.get(PATH).get_json()["items"]) == (status == 201)


def test_document_says_what_is_served() -> None:
    """The application and its document agree."""
    app = create_app()
    assert list(Rest().checks(app)) == []
    assert [scheme.name for scheme in Rest.of(app).schemes] == ["greeter"]
