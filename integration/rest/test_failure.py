"""What fails tells the client an id, and nothing of why."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from stack_rest import Rest
from stack_rest.operation.operation import PUBLIC, Contract, Operation

from .conftest import bearer
from .notebook import db

SECRET = "the inner workings"


def fail() -> None:
    raise RuntimeError(f"{SECRET} at /srv/notebook")


def ask_wrongly() -> Any:
    return db.session.execute(text("select secret from nothing")).all()


@pytest.mark.parametrize("run", [fail, ask_wrongly])
@pytest.mark.parametrize("accept", ["application/json", "*/*"])
def test_failure_tells_an_id_alone(
    app: Flask, run: Any, accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The client reads no message, statement or path; the log has them, with the same id."""
    Rest.of(app).add(
        Operation(
            name="fail",
            method="GET",
            rule="/fail",
            run=run,
            find_contract=lambda: Contract(summary="Fail.", need=PUBLIC),
            need=PUBLIC,
        )
    )
    answer = app.test_client().get("/api/fail", headers={"Accept": accept} | bearer("ann"))
    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    assert set(answer.get_json()) == {"type", "title", "status", "request_id"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json()["request_id"] in {
        getattr(record, "request_id", "") for record in caplog.records
    }
