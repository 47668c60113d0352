"""An answer to what is wrong is not larger than anybody reads."""

from __future__ import annotations

from typing import Any


def test_errors_of_a_body_are_bounded(api: Any) -> None:
    """T45: of very many unknown fields a hundred are told."""
    answer = api.post("/books", {f"f{number}": 1 for number in range(20_000)})
    assert answer.status_code == 422
    assert len(answer.json["errors"]) == 100


def test_errors_of_a_query_are_bounded(api: Any) -> None:
    """T45: of very many unknown parameters a hundred are told."""
    answer = api.get("/books?" + "&".join(f"f{number}=1" for number in range(5000)))
    assert answer.status_code == 400
    assert len(answer.json["errors"]) == 100
