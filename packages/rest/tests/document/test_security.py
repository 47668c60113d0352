"""Who may, in the document."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from stack_rest import Rest
from stack_rest.document.document import make_document

from .conftest import Write


def test_public_operation_needs_nothing(document: dict[str, Any]) -> None:
    """What everybody may has an empty list."""
    assert document["paths"]["/api/hats"]["get"]["security"] == []


def test_permission_is_told(document: dict[str, Any]) -> None:
    """What needs a permission names every scheme and says which permission."""
    told = document["paths"]["/api/hats"]["post"]
    assert told["security"] == [{"token": []}]
    assert "Needs the permission `hat.update`." in told["description"]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_schemes_are_alternatives(app: Flask) -> None:
    """With two schemes either will do."""
    state = Rest.of(app)
    cookie = {"type": "apiKey", "in": "cookie", "name": "session"}
    state.add_scheme("cookie", cookie, used=lambda: False, cookie=True)
    told = make_document(app, state)["paths"]["/api/hats"]["post"]
    assert told["security"] == [{"token": []}, {"cookie": []}]
    # A browser sends a cookie by itself, so that a write from elsewhere is refused.
    assert told["responses"]["403"]["$ref"].endswith("403-cross-site-denied")


@pytest.mark.parametrize(
    ("definition", "scopes"),
    [
        ({"type": "openIdConnect", "openIdConnectUrl": "/.well-known"}, ["hat.update"]),
        (
            {"type": "oauth2", "flows": {"password": {"scopes": {"hat.update": "Change."}}}},
            ["hat.update"],
        ),
        ({"type": "oauth2", "flows": {"password": {"scopes": {}}}}, []),
    ],
)
def test_permission_is_a_scope_where_the_scheme_has_it(
    app: Flask, definition: dict[str, Any], scopes: list[str]
) -> None:
    """OpenID Connect and OAuth know scopes: a permission among them is named."""
    state = Rest.of(app)
    state.add_scheme("other", definition, used=lambda: False)
    told = make_document(app, state)["paths"]["/api/hats"]["post"]["security"]
    assert told == [{"token": []}, {"other": scopes}]


def test_without_a_scheme_nobody_is_let_in(write: Write) -> None:
    """With no scheme the document says so, and names none."""
    document = write(scheme=False)
    told = document["paths"]["/api/hats"]["post"]
    assert "Nobody is let in" in told["description"]
    assert "security" not in told
    assert document["security"] == []
