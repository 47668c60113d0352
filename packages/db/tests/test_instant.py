"""One column type for a moment in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from stack_db import Database, Instant, now

Start = Callable[..., tuple[Flask, Database]]
MOMENT = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)
EAST = timezone(timedelta(hours=5, minutes=45))


@pytest.fixture
def db(start: Start) -> Iterator[Database]:
    """A database with one table, inside an application context."""
    app, db = start()

    class Event(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        at: Mapped[datetime | None] = mapped_column(Instant)
        made: Mapped[datetime] = mapped_column(Instant, default=now)

    with app.app_context():
        db.create_all()
        yield db


def event_of(db: Database) -> Any:
    """Return the mapped class of the fixture."""
    return next(iter(db.Model.registry.mappers)).class_


def store(db: Database, *moments: datetime | None) -> list[datetime | None]:
    """Store moments and return them as they are read again, in the order of their keys."""
    event = event_of(db)
    db.session.add_all(event(id=number, at=at) for number, at in enumerate(moments, 1))
    db.session.commit()
    return list(db.session.scalars(sa.select(event.at).order_by(event.id)))


def test_moment_comes_back_in_utc(db: Database) -> None:
    """Whatever its zone, a moment is the same moment, aware, in UTC, to the microsecond."""
    read = store(db, MOMENT, MOMENT.astimezone(EAST), None)
    assert read == [MOMENT, MOMENT, None]
    assert [at.tzinfo for at in read if at] == [UTC, UTC]


def test_default_is_now(db: Database) -> None:
    """The default is this moment."""
    before = now()
    store(db, None)
    made = db.session.scalars(sa.select(event_of(db).made)).one()
    assert before <= made <= now()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (datetime(2026, 1, 1), "'2026-01-01T00:00:00' has no time zone"),
        (date(2026, 1, 1), "is no moment in time"),
        ("2026-01-01", "is no moment in time"),
    ],
)
def test_unclear_value_is_refused(db: Database, value: Any, words: str) -> None:
    """A value of which nobody knows the moment is refused when stored and when compared."""
    event = event_of(db)
    with pytest.raises(sa.exc.StatementError, match=words):
        store(db, value)
    db.session.rollback()
    with pytest.raises(sa.exc.StatementError, match=words):
        db.session.scalars(sa.select(event.id).where(event.at > value)).all()


def test_moments_compare_across_zones(db: Database) -> None:
    """Filters, ranges and order go by the moment, not by the clock on some wall."""
    event = event_of(db)
    later = (MOMENT + timedelta(seconds=1)).astimezone(EAST)
    store(db, MOMENT, later)
    select = sa.select(event.id).order_by(event.at.desc())
    assert db.session.scalars(select.where(event.at == MOMENT.astimezone(EAST))).all() == [1]
    assert db.session.scalars(select.where(event.at > MOMENT)).all() == [2]
    assert db.session.scalars(select.where(event.at.in_([MOMENT, later]))).all() == [2, 1]
    assert db.session.scalars(select.where(event.at.between(MOMENT, later))).all() == [2, 1]
    assert db.session.scalars(sa.select(sa.func.max(event.at))).one() == later


def test_duration_stays_a_duration() -> None:
    """What is added to a moment is no moment."""
    column = sa.column("at", Instant)
    added = (column + timedelta(days=1)).right
    assert isinstance(added.type, sa.Interval)


@pytest.mark.parametrize(
    ("dialect", "ddl"),
    [
        (sqlite.dialect(), "DATETIME"),
        (postgresql.dialect(), "TIMESTAMP WITH TIME ZONE"),
        (mysql.dialect(), "DATETIME(6)"),
    ],
)
def test_column_keeps_microseconds(dialect: Any, ddl: str) -> None:
    """Each database gets a type that holds the whole value."""
    assert Instant().compile(dialect=dialect) == ddl
