"""What ``stack new --with postgres,mariadb`` makes, on both database servers."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Generate = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = [pytest.mark.slow, pytest.mark.services]


def test_server_takes_the_place_of_sqlite(generate: Generate, run: Run, address: str) -> None:
    """One variable moves the application: its revisions, its models and its tests hold there."""
    shop = generate("shop", "--with", "postgres,mariadb")
    for words in (["flask", "db", "upgrade"], ["flask", "db", "check"], ["pytest", "-q"]):
        done = run(shop, *words, FLASK_SQLALCHEMY_DATABASE_URI=address)
        assert done.returncode == 0, done.stdout + done.stderr
    assert [path.name for path in (shop / "instance").iterdir()] == ["secret_key"]
