"""What holds on PostgreSQL and MariaDB."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.engine import URL
from sqlalchemy.orm import Mapped, mapped_column

from stack_core import Registry
from stack_db import Database, Instant
from stack_db.liveness import read_again

pytestmark = pytest.mark.services

MOMENT = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)
EAST = timezone(timedelta(hours=5, minutes=45))
KILL = {
    "postgresql": "SELECT pg_terminate_backend(pid, 9000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "mysql": "KILL {}",
    "mariadb": "KILL {}",
}


@pytest.fixture
def events(server: URL, start: Callable[..., tuple[Flask, Database]]) -> tuple[Flask, Any]:
    """An application on the server with one table of moments."""
    app, db = start(
        SQLALCHEMY_DATABASE_URI=server.render_as_string(hide_password=False), DB_PING_AFTER=0
    )

    class Event(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        at: Mapped[datetime | None] = mapped_column(Instant)

    with app.app_context():
        db.create_all()
    return app, Event


@pytest.mark.parametrize("scheme", ["plain", "old"])
def test_short_scheme_connects(
    server: URL, start: Callable[..., tuple[Flask, Database]], scheme: str
) -> None:
    """An address as hosting companies hand it out works."""
    backend = server.get_backend_name()
    short = {"postgresql": ("postgresql", "postgres"), "mariadb": ("mariadb", "mysql")}[backend]
    name = short[scheme == "old"]
    app, db = start(
        SQLALCHEMY_DATABASE_URI=server.set(drivername=name).render_as_string(hide_password=False)
    )
    with app.app_context():
        assert db.session.execute(sa.text("SELECT 1")).scalar() == 1
    Registry.of(app)["db"].extension.probe(app)


def test_moment_comes_back_in_utc(events: tuple[Flask, Any]) -> None:
    """The same moment, to the microsecond, whatever zone the server's session has."""
    app, event = events
    db = app.extensions["sqlalchemy"]
    with app.app_context():
        zone = (
            "SET TIME ZONE 'Asia/Kathmandu'"
            if db.engine.dialect.name == "postgresql"
            else "SET time_zone = '+05:45'"
        )
        db.session.execute(sa.text(zone))
        db.session.add_all([event(at=MOMENT), event(at=MOMENT.astimezone(EAST)), event(at=None)])
        db.session.flush()
        db.session.expire_all()
        read = db.session.scalars(sa.select(event.at).order_by(event.id)).all()
        found = db.session.scalars(sa.select(event.id).where(event.at == MOMENT)).all()
        day = MOMENT + timedelta(days=1)
        later = sa.select(event.id).where(event.at + timedelta(days=1) >= day)
        if db.engine.dialect.name == "postgresql":
            assert len(db.session.scalars(later).all()) == 2
        db.session.rollback()
    assert read == [MOMENT, MOMENT, None]
    assert [at.tzinfo for at in read if at] == [UTC, UTC]
    assert len(found) == 2


@pytest.mark.parametrize("after", [0, 60])
def test_restarted_server_is_survived(
    server: URL, start: Callable[..., tuple[Flask, Database]], after: int
) -> None:
    """Connections that were cut while idle are replaced, also those used a moment ago."""
    app, db = start(
        SQLALCHEMY_DATABASE_URI=server.render_as_string(hide_password=False), DB_PING_AFTER=after
    )
    admin = sa.create_engine(server, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with app.app_context():
        with db.engine.connect() as one, db.engine.connect() as two:
            ids = [c.connection.dbapi_connection for c in (one, two)]
        with admin.connect() as connection:
            for each in ids:
                number = each.thread_id() if hasattr(each, "thread_id") else 0
                statement = KILL[server.get_backend_name()].format(number)
                connection.execute(sa.text(statement))
        with db.engine.connect() as one, db.engine.connect() as two:
            assert [c.scalar(sa.text("SELECT 1")) for c in (one, two)] == [1, 1]


@pytest.mark.parametrize("times", [1, 2])
def test_read_on_a_dying_connection_is_repeated_once(
    server: URL, start: Callable[..., tuple[Flask, Database]], times: int
) -> None:
    """A connection that is cut after its test costs a read nothing; twice in a row is an error."""
    app, db = start(SQLALCHEMY_DATABASE_URI=server.render_as_string(hide_password=False))
    admin = sa.create_engine(server, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    cuts: list[int] = []

    def read(connection: sa.Connection) -> int:
        if len(cuts) < times:
            raw: Any = connection.connection.dbapi_connection
            number = raw.thread_id() if hasattr(raw, "thread_id") else 0
            cuts.append(number)
            with admin.connect() as other:
                other.execute(sa.text(KILL[server.get_backend_name()].format(number)))
        return int(connection.execute(sa.text("SELECT 1")).scalar_one())

    with app.app_context():
        if times == 1:
            assert read_again(db.engine, read) == 1
        else:
            with pytest.raises(sa.exc.DBAPIError):
                read_again(db.engine, read)


def test_refused_login_is_503(
    server: URL, start: Callable[..., tuple[Flask, Database]], caplog: pytest.LogCaptureFixture
) -> None:
    """A wrong name, password or database is told to the log; a client knows no difference."""
    wrong = server.set(username="nobody_of_that_name", password="wrong", database="nowhere")
    app, db = start(SQLALCHEMY_DATABASE_URI=wrong.render_as_string(hide_password=False))
    app.add_url_rule("/", "ask", lambda: str(db.session.execute(sa.text("SELECT 1")).scalar()))
    answer = app.test_client().get("/")
    assert answer.status_code == 503
    assert "nobody_of_that_name" in caplog.text
    assert "nobody_of_that_name" not in answer.text


def test_migrations_round_trip(
    events: tuple[Flask, Any],
    run_flask: Callable[..., Result],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    undisturbed_logging: None,
) -> None:
    """``flask db`` makes, applies and takes back what the models say, and then finds no change."""
    app, _ = events
    monkeypatch.chdir(tmp_path)
    db = app.extensions["sqlalchemy"]
    with app.app_context():
        db.drop_all()
    for command in ("init", "migrate", "upgrade", "downgrade", "upgrade"):
        done = run_flask(app, "db", command)
        assert done.exit_code == 0, done.output
    (revision,) = tmp_path.glob("migrations/versions/*.py")
    assert "stack_db.Instant()" in revision.read_text("utf-8")
    app.extensions["migrate"].configure_args.pop("process_revision_directives")
    assert run_flask(app, "db", "check").exit_code == 0
    with app.app_context():
        assert set(sa.inspect(db.engine).get_table_names()) == {"alembic_version", "event"}
