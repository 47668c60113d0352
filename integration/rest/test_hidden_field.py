"""A field that is not for somebody is not there for them, by whatever way they ask."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from .conftest import bearer


@pytest.mark.parametrize(
    "query",
    [
        "?fields=remark",
        "?fields=id,remark",
        "?sort=remark",
        "?sort=-remark",
        "?remark=bob%27s%20remark",
        "?remark[starts]=bob",
        "?remark[null]=true",
        "?remark[in]=a,b",
    ],
)
def test_asking_for_a_hidden_field_is_refused(app: Flask, query: str) -> None:
    """Right and wrong guesses are refused alike: nothing is found out letter by letter."""
    client = app.test_client()
    answer = client.get(f"/api/notes{query}", headers=bearer("bob"))
    assert answer.status_code == 400
    assert "bob's remark" not in answer.text
    assert client.get(f"/api/notes{query}", headers=bearer("ann")).status_code == 200


@pytest.mark.parametrize("path", ["/api/notes", "/api/notes/2", "/api/notes?format=csv"])
def test_hidden_field_is_left_out(app: Flask, path: str) -> None:
    """Who asks for all gets all that is theirs to see."""
    client: Any = app.test_client()
    answer = client.get(path, headers=bearer("bob"))
    assert answer.status_code == 200
    assert "remark" not in answer.text
    assert "title" in answer.text
