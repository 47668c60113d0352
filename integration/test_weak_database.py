"""A database that production should not have is found before it is in production."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

WEAK = {
    "db.memory": {"SQLALCHEMY_DATABASE_URI": "sqlite://"},
    "db.temporary": {},
    "db.values-shown": {"DB_HIDE_VALUES": False},
    "db.echo": {"SQLALCHEMY_ECHO": True},
    "db.record-queries": {"SQLALCHEMY_RECORD_QUERIES": True},
    "db.administrator": {
        "SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://postgres@127.0.0.1/shop"
    },
    "db.no-password": {"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://shop@db.example/shop"},
}


@pytest.mark.parametrize(("finding", "config"), WEAK.items(), ids=WEAK)
def test_deploy_finds_a_weak_database(
    compose: Callable[..., Flask],
    run_flask: Callable[..., Result],
    finding: str,
    config: dict[str, Any],
) -> None:
    """Each weakness has its id, is exit 1 with --deploy, and is not mentioned without."""
    app = compose(**config)
    result = run_flask(app, "stack", "check", "--deploy", "--format", "json")
    assert result.exit_code == 1
    found = {each["id"]: each["severity"] for each in json.loads(result.stdout)["findings"]}
    assert found[finding] in {"error", "warning"}
    assert finding not in run_flask(app, "stack", "check", "--format", "json").stdout
