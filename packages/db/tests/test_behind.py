"""A database that was not migrated says so where it is noticed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from services import DATABASES, find_url
from stack_db import Database, address
from stack_db.behind import HINT

ADDRESSES = [
    "sqlite:///behind.db",
    *(
        pytest.param(
            address.normalize(find_url(service)).render_as_string(hide_password=False),
            marks=pytest.mark.services,
            id=service,
        )
        for service in DATABASES
    ),
]


@pytest.mark.parametrize("url", ADDRESSES)
@pytest.mark.parametrize(
    "statement", ["SELECT 1 FROM not_there", "SELECT not_there FROM (SELECT 1 AS x) AS t"]
)
def test_missing_table_or_column_hints_at_upgrade(
    start: Callable[..., tuple[Flask, Database]], url: str, statement: str
) -> None:
    """The traceback in the log of a started application ends with what to run."""
    app, db = start(SQLALCHEMY_DATABASE_URI=url)
    with app.app_context():
        with pytest.raises(sa.exc.DBAPIError) as caught:
            db.session.execute(sa.text(statement))
        db.session.rollback()
    assert caught.value.__notes__ == [HINT]


def test_other_errors_have_no_hint(start: Callable[..., tuple[Flask, Database]]) -> None:
    """A wrong statement is no question of migrations."""
    app, db = start()
    with app.app_context():
        with pytest.raises(sa.exc.OperationalError) as caught:
            db.session.execute(sa.text("SELEC 1"))
        db.session.rollback()
    assert not hasattr(caught.value, "__notes__")
