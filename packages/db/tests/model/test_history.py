"""What was done to a row, and what it was at a time."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stack_core import SetupError
from stack_core.event import Change, changing
from stack_core.filter import Is
from stack_db import Instant
from stack_db.declaration import about, kind
from stack_db.draft import draft
from stack_db.history import LONGEST_VALUE, read_history, values_at, write_history
from stack_db.mixins import SoftDelete
from stack_db.model.kind import Kind
from stack_db.model.kinds import Kinds
from stack_db.tables import history_table
from stack_db.telling import pending


class Colour(enum.Enum):
    """An enum whose values are not its names."""

    RED = "r"
    BLUE = "b"


class Archive(SimpleNamespace):
    """An application whose things have a history."""

    app: Flask
    db: Any
    Thing: Any
    Seat: Any
    Paper: Any

    def kind(self, cls: Any = None) -> Kind:
        """Return the kind of a class."""
        return Kinds.of(self.db).get(cls or self.Thing)

    def changes(self, key: Any, cls: Any = None) -> list[Change]:
        """Return the history of a row, oldest first."""
        return read_history(self.kind(cls), key, self.db.session)[::-1]

    def save(self, *rows: Any) -> None:
        """Write rows."""
        self.db.session.add_all(rows)
        self.db.session.commit()


def map_models(db: Any) -> dict[str, Any]:
    """Map things of every type."""

    class Seat(db.Model):
        __kind__ = kind(history=True)
        row: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
        number: Mapped[int] = mapped_column(primary_key=True)
        note: Mapped[str | None] = mapped_column(sa.String(9))

    class Paper(SoftDelete, db.Model):
        __kind__ = kind(history=True)
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(9))

    class Thing(db.Model):
        __kind__ = kind(history=True)
        __table_args__ = (
            sa.ForeignKeyConstraint(["seat_row", "seat_number"], ["seat.row", "seat.number"]),
        )
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str | None] = mapped_column(sa.String(50))
        text: Mapped[str | None] = mapped_column(sa.Text().with_variant(sa.Text(2**20), "mysql"))
        price: Mapped[Decimal | None] = mapped_column(sa.Numeric(20, 4))
        weight: Mapped[float | None] = mapped_column(sa.Double)
        whole: Mapped[int | None] = mapped_column(sa.BigInteger)
        good: Mapped[bool | None]
        day: Mapped[dt.date | None]
        hour: Mapped[dt.time | None]
        at: Mapped[dt.datetime | None] = mapped_column(Instant)
        span: Mapped[dt.timedelta | None] = mapped_column(sa.Interval(second_precision=6))
        uid: Mapped[uuid.UUID | None]
        raw: Mapped[bytes | None] = mapped_column(sa.LargeBinary(2**20))
        data: Mapped[Any | None] = mapped_column(sa.JSON)
        colour: Mapped[Colour | None]
        size: Mapped[str | None] = mapped_column(sa.Enum("S", "M", name="size"))
        pin: Mapped[str | None] = mapped_column(sa.String(9), info=about(secret=True))
        seat_row: Mapped[str | None] = mapped_column(sa.String(200))
        seat_number: Mapped[int | None]
        seat = relationship(Seat)

    return {"Seat": Seat, "Paper": Paper, "Thing": Thing}


@pytest.fixture
def archive(serve: Callable[..., tuple[Flask, Any]]) -> Iterator[Archive]:
    """An archive in each sort of database, with its application context pushed."""
    app, db = serve()
    made = Archive(app=app, db=db, **map_models(db))
    history_table(db.metadata)
    with app.app_context():
        db.create_all()
        yield made
        db.session.rollback()


VALUES: dict[str, Any] = {
    "name": "ß é \N{COMBINING ACUTE ACCENT} 😀 \"'\\ ",
    "price": Decimal("1234567890123456.7800"),
    "weight": 0.1 + 0.2,
    "whole": 2**63 - 1,
    "good": True,
    "day": dt.date(2026, 2, 28),
    "hour": dt.time(23, 59, 59),
    "at": dt.datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=dt.UTC),
    "uid": uuid.UUID("12345678-1234-5678-1234-567812345678"),
    "raw": bytes(range(256)),
    "data": {"a": [1, 2.5, None, "ü", {"b": True}]},
    "colour": Colour.BLUE,
    "size": "M",
}


def test_every_type_comes_back_exactly(archive: Archive) -> None:
    """What is read from the history is what the row had."""
    thing = archive.Thing(**VALUES)
    archive.save(thing)
    (change,) = archive.changes(thing.id)
    assert (change.action, change.key) == ("create", thing.id)
    assert {name: change.new[name] for name in VALUES} == VALUES
    assert {name: type(change.new[name]) for name in VALUES} == {
        name: type(value) for name, value in VALUES.items()
    }


def test_duration_comes_back_exactly(archive: Archive) -> None:
    """To the microsecond, also a negative one, whatever its column keeps."""
    span = -dt.timedelta(days=40, microseconds=1)
    archive.db.session.connection()
    pending(archive.db.session()).tell(archive.kind(), "create", 1, new={"span": span})
    archive.db.session.commit()
    assert archive.changes(1)[0].new == {"span": span}


def test_number_that_json_does_not_have(archive: Archive) -> None:
    """Infinity is kept as text, which every database takes."""
    archive.db.session.connection()
    pending(archive.db.session()).tell(archive.kind(), "create", 1, new={"weight": float("inf")})
    archive.db.session.commit()
    assert archive.changes(1)[0].new == {"weight": float("inf")}


def test_old_and_new(archive: Archive) -> None:
    """An update says what was and what is."""
    thing = archive.Thing(name="a", price=Decimal(1))
    archive.save(thing)
    assert thing.name == "a"
    thing.name = "b"
    archive.save(thing)
    key = thing.id
    archive.db.session.delete(thing)
    archive.db.session.commit()
    create, update, delete = archive.changes(key)
    assert (update.action, update.old, update.new) == ("update", {"name": "a"}, {"name": "b"})
    assert (delete.action, delete.old["name"], delete.new) == ("delete", "b", {})
    assert create.at <= update.at <= delete.at
    assert [
        each.action for each in read_history(archive.kind(), key, archive.db.session, limit=1)
    ] == ["delete"]


def test_history_stands_and_falls_with_the_change(archive: Archive) -> None:
    """What is rolled back was never done, also where a receiver refuses it."""
    thing = archive.Thing(name="a")
    archive.db.session.add(thing)
    archive.db.session.flush()
    key = thing.id
    archive.db.session.rollback()
    assert archive.changes(key) == []

    def refuse(sender: Flask, change: Change) -> None:
        raise PermissionError

    with changing.connected_to(refuse), pytest.raises(PermissionError):
        archive.save(archive.Thing(name="b"))
    archive.db.session.rollback()
    table = history_table(archive.db.metadata)
    assert archive.db.session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_keys_are_told_apart_exactly(archive: Archive) -> None:
    """Case, blanks and length of a key count, on every database."""
    keys = [("a", 1), ("A", 1), ("a ", 1), ("ä" * 150, 1), ("ä" * 150, 2)]
    for row, number in keys:
        archive.db.session.connection()
        telling = pending(archive.db.session())
        telling.tell(archive.kind(archive.Seat), "create", (row, number), new={"note": row[:9]})
    archive.db.session.commit()
    for key in keys:
        (change,) = archive.changes(key, archive.Seat)
        assert (change.key, change.new) == (key, {"note": key[0][:9]})


def test_relation_to_a_composite_key(archive: Archive) -> None:
    """It is the other's key, with the types of its parts."""
    seat, thing = archive.Seat(row="a", number=3), archive.Thing()
    thing.seat = seat
    archive.save(seat, thing)
    assert archive.changes(thing.id)[0].new["seat"] == ("a", 3)


def test_secret_and_endless_values_are_named_only(archive: Archive) -> None:
    """What an event leaves out as large is kept here, up to a bound; secrets never are."""
    text = "x" * 5000
    thing = archive.Thing(text=text, pin="1234", raw=b"x" * (LONGEST_VALUE + 1))
    archive.save(thing)
    (change,) = archive.changes(thing.id)
    assert (change.new["text"], change.new["pin"], change.new["raw"]) == (text, None, None)
    table = history_table(archive.db.metadata)
    kept = archive.db.session.scalar(sa.select(sa.cast(table.c.new, sa.Text)))
    assert "1234" not in kept
    assert "pin" not in values_at(archive.kind(), thing.id, change.at, archive.db.session)


def test_values_at_a_time(archive: Archive) -> None:
    """What a row had after each of its changes, of what can be written back."""
    thing = archive.Thing(name="a", price=Decimal(1), colour=Colour.RED)
    archive.save(thing)
    for name, price in (("b", 2), ("c", 3)):
        assert thing.name
        assert thing.price
        thing.name, thing.price = name, Decimal(price)
        archive.save(thing)
    kind, key, session = archive.kind(), thing.id, archive.db.session
    moments = [each.at for each in archive.changes(key)]
    found = [values_at(kind, key, at, session) for at in moments]
    assert [(each["name"], each["price"]) for each in found] == [("a", 1), ("b", 2), ("c", 3)]
    assert found[0]["colour"] is Colour.RED
    assert "id" not in found[0]
    session.delete(thing)
    session.commit()
    assert values_at(kind, key, moments[1], session)["name"] == "b"
    for wrong in (moments[0] - 60, archive.changes(key)[-1].at + 60):
        with pytest.raises(LookupError, match=rf"The history of thing {key} knows nothing of"):
            values_at(kind, key, wrong, session)


def test_values_before_the_history_began(archive: Archive) -> None:
    """The first change tells what was; a field whose old value nobody knew is absent."""
    archive.db.session.connection()
    telling = pending(archive.db.session())
    telling.tell(archive.kind(), "update", 1, old={"name": "a"}, new={"name": "b", "whole": 2})
    telling.tell(archive.kind(), "update", 1, old={"whole": 2}, new={"whole": 3})
    archive.db.session.commit()
    found = values_at(archive.kind(), 1, archive.changes(1)[0].at - 60, archive.db.session)
    assert found == {"name": "a"}


def test_change_of_many_rows_makes_values_uncertain(archive: Archive) -> None:
    """Nobody knows whether a row was among them, so nothing is said of its fields."""
    thing = archive.Thing(name="a", whole=1)
    archive.save(thing)
    archive.db.session.execute(sa.update(archive.Thing).values(name="b"))
    archive.db.session.commit()
    thing.good = True
    archive.save(thing)
    changes = archive.changes(thing.id)
    assert [each.action for each in changes] == ["create", "update"]
    found = values_at(archive.kind(), thing.id, changes[-1].at, archive.db.session)
    assert "name" not in found
    assert found["whole"] == 1


def test_filter_of_many_rows_is_kept(archive: Archive) -> None:
    """A store says which rows; it is read back as a filter."""
    kind, table = archive.kind(), history_table(archive.db.metadata)
    where = Is("whole", "gt", 3)
    made = draft(kind, "update", None, new={"name": "x"}, where=where, count=7)
    write_history([made], archive.db.session())
    (line,) = archive.db.session.execute(sa.select(table)).all()
    assert (line.key, line.count, line.where["type"]) == ("", 7, "is")


def test_soft_deletion_and_its_return(archive: Archive) -> None:
    """A mark is told as a delete, taking it off as a restore."""
    paper = archive.Paper(name="a")
    archive.save(paper)
    key = paper.id
    archive.db.session.delete(paper)
    archive.db.session.commit()
    again = archive.db.session.get(archive.Paper, key, execution_options={"include_deleted": True})
    again.deleted_at = None
    archive.db.session.commit()
    changes = archive.changes(key, archive.Paper)
    assert [each.action for each in changes] == ["create", "delete", "restore"]
    with pytest.raises(LookupError):
        values_at(archive.kind(archive.Paper), key, changes[1].at, archive.db.session)
    found = values_at(archive.kind(archive.Paper), key, changes[2].at, archive.db.session)
    assert found == {"name": "a"}


def test_missing_table_says_what_to_do(archive: Archive) -> None:
    """The error names the table and the command."""
    history_table(archive.db.metadata).drop(archive.db.engine)
    with pytest.raises(SetupError, match=r"no table 'db_history'.*Run flask db upgrade"):
        archive.save(archive.Thing())
    archive.db.session.rollback()
    with pytest.raises(SetupError, match="flask db upgrade"):
        archive.changes(1)


def test_field_that_is_no_more_is_returned_as_it_was(archive: Archive) -> None:
    """A history outlives the model it was written for."""
    table = history_table(archive.db.metadata)
    thing = archive.Thing(name="a")
    archive.save(thing)
    new = {"gone": "x", "colour": "GREEN", "name": "a"}
    archive.db.session.execute(sa.update(table).values(new=new))
    archive.db.session.commit()
    (change,) = archive.changes(thing.id)
    assert change.new == new
    assert values_at(archive.kind(), thing.id, change.at, archive.db.session) == {"name": "a"}


def test_kind_without_history_has_none(archive: Archive) -> None:
    """Only what asks for it is written, also while somebody listens."""

    class Plain(archive.db.Model):  # type: ignore[name-defined, misc]
        id: Mapped[int] = mapped_column(primary_key=True)

    archive.db.create_all()
    with changing.connected_to(lambda sender, change: None):
        archive.save(Plain(), archive.Thing())
    table = history_table(archive.db.metadata)
    assert archive.db.session.scalars(sa.select(table.c.kind)).all() == ["thing"]
