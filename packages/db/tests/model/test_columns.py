"""What the fields of columns take from their tables."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec import UNSET
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    column_property,
    composite,
    deferred,
    mapped_column,
    synonym,
)

from stack_core.description import Choice, Field
from stack_db import Database
from stack_db.model.kind import Kind
from stack_db.model.kinds import Kinds

Find = Callable[[type[Any], str], Field]
Describe = Callable[[type[Any]], Kind]


def test_what_a_create_must_name(db: Any, field: Find) -> None:
    """Only what is neither nullable nor filled by anything is required."""

    class Thing(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        plain: Mapped[str]
        empty: Mapped[str | None]
        given: Mapped[str] = mapped_column(default="x")
        made: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
        served: Mapped[int] = mapped_column(server_default="7")
        quoted: Mapped[str] = mapped_column(server_default=sa.text("'it''s'"))
        moved: Mapped[str] = mapped_column(server_default=sa.func.now())
        fetched: Mapped[str] = mapped_column(server_default=sa.FetchedValue())
        computed: Mapped[int] = mapped_column(sa.Computed("id + 1"))
        counted: Mapped[int] = mapped_column(sa.Identity(always=True))

    said = {
        name: (found.required, found.nullable, found.default)
        for name in ("plain", "empty", "given", "made", "served", "quoted", "moved", "fetched")
        for found in [field(Thing, name)]
    }
    assert said == {
        "plain": (True, False, UNSET),
        "empty": (False, True, None),
        "given": (False, False, "x"),
        "made": (False, False, UNSET),
        "served": (False, False, 7),
        "quoted": (False, False, "it's"),
        "moved": (False, False, UNSET),
        "fetched": (False, False, UNSET),
    }
    assert field(Thing, "computed").read_only
    assert field(Thing, "counted").read_only


@pytest.mark.parametrize(
    ("default", "type_", "value"),
    [
        ("draft", sa.String(9), "draft"),
        (sa.text("true"), sa.Boolean(), True),
        ("0", sa.Boolean(), False),
        (sa.text("1.5"), sa.Float(), 1.5),
        (sa.text("now()"), sa.DateTime(), UNSET),
        (sa.text("nextval('s')"), sa.Integer(), UNSET),
        (sa.text("'draft'::character varying"), sa.String(9), UNSET),
    ],
)
def test_plain_default_of_the_server_is_known(
    db: Any, field: Find, default: Any, type_: Any, value: Any
) -> None:
    """A literal is the value of a create without one; anything else nobody knows beforehand."""

    class Thing(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        it = mapped_column(type_, server_default=default, nullable=False)

    assert field(Thing, "it").default == value
    assert not field(Thing, "it").required


def test_default_of_a_dataclass(field: Find) -> None:
    """What a dataclass fills in is not required, on SQLAlchemy 2.0 and 2.1."""

    class Base(MappedAsDataclass, DeclarativeBase):
        pass

    db = Database(model_class=Base)

    class Thing(db.Model):  # type: ignore[name-defined, misc]
        id: Mapped[int] = mapped_column(primary_key=True, init=False)
        name: Mapped[str]
        given: Mapped[str] = mapped_column(default="x")
        made: Mapped[str] = mapped_column(default_factory=lambda: "y")

    fields = Kinds.of(db).get(Thing).description.by_name
    assert [each.required for each in fields.values()] == [False, True, False, False]
    assert (fields["given"].default, fields["made"].default) == ("x", UNSET)


def test_what_is_unique(db: Any, field: Find) -> None:
    """By a column, a constraint, an index or the key, but each by itself and for all rows."""

    class Thing(db.Model):
        __table_args__ = (
            sa.UniqueConstraint("by_rule"),
            sa.UniqueConstraint("one", "two"),
            sa.Index("ix_1", "by_index", unique=True),
            sa.Index("ix_2", "partly", unique=True, postgresql_where=sa.text("one > 1")),
            sa.Index("ix_3", sa.func.lower(sa.text("folded")), unique=True),
        )
        id: Mapped[int] = mapped_column(primary_key=True)
        by_column: Mapped[str] = mapped_column(unique=True)
        by_rule: Mapped[str]
        by_index: Mapped[str]
        one: Mapped[int]
        two: Mapped[int]
        partly: Mapped[str]
        folded: Mapped[str]

    names = [each.key for each in Thing.__table__.columns if field(Thing, each.key).unique]
    assert names == ["id", "by_column", "by_rule", "by_index"]


@pytest.mark.parametrize(
    ("check", "bounds"),
    [
        ("it >= 0", {"ge": 0}),
        ("it > 0", {"ge": 1}),
        ("it < 10", {"le": 9}),
        ("0 <= it", {"ge": 0}),
        ("it BETWEEN 1 AND 5", {"ge": 1, "le": 5}),
        ("(it >= 1) AND (it <= 5 AND it < 4)", {"ge": 1, "le": 3}),
        ("thing.it >= -5", {"ge": -5}),
        ('"it" >= 3', {"ge": 3}),
        ("it >= 0 OR other >= 0", {}),
        ("NOT (it >= 0)", {}),
        ("it >= other", {}),
        ("it >= 0 AND (other IS NULL OR it <= 5)", {}),
        ("CASE WHEN it > 5 THEN it >= 10 ELSE it >= 0 END", {}),
        ("abs(it) >= 5", {}),
    ],
)
def test_simple_check_is_a_bound(db: Any, field: Find, check: str, bounds: dict[str, int]) -> None:
    """Comparisons with a number, joined by AND, are bounds; of anything else nothing is said."""

    class Thing(db.Model):
        __table_args__ = (sa.CheckConstraint(check),)
        id: Mapped[int] = mapped_column(primary_key=True)
        it: Mapped[int] = mapped_column(sa.BigInteger)
        other: Mapped[int]

    found = field(Thing, "it")
    assert {name: getattr(found, name) for name in ("ge", "le") if getattr(found, name)} == {
        name: value for name, value in bounds.items() if value
    }
    assert (found.ge is None, found.le is None) == ("ge" not in bounds, "le" not in bounds)


def test_bounds_of_other_types(db: Any, field: Find) -> None:
    """An exclusive bound of a decimal cannot be said; lengths can; a column's own check counts."""

    class Thing(db.Model):
        __table_args__ = (sa.CheckConstraint("length(code) >= 3 AND length(code) < 9"),)
        id: Mapped[int] = mapped_column(primary_key=True)
        price: Mapped[Decimal] = mapped_column(sa.Numeric(8, 2), sa.CheckConstraint("price > 0"))
        rate: Mapped[float] = mapped_column(sa.CheckConstraint("rate >= 0.5"))
        size: Mapped[int] = mapped_column(sa.CheckConstraint("size >= -99999999999"))
        count: Mapped[int] = mapped_column(sa.CheckConstraint("count >= 1"))
        code: Mapped[str] = mapped_column(sa.String(5))

    assert field(Thing, "price").ge is None
    assert field(Thing, "rate").ge == 0.5
    assert field(Thing, "size").ge == -(2**31)
    assert field(Thing, "count").ge == 1
    assert (field(Thing, "code").min_length, field(Thing, "code").max_length) == (3, 5)


def test_check_written_as_an_expression(db: Any, field: Find) -> None:
    """A check may be SQLAlchemy's own expression."""

    class Thing(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        size: Mapped[int]

    Thing.__table__.append_constraint(sa.CheckConstraint(Thing.__table__.c.size >= 2))
    assert field(Thing, "size").ge == 2


def test_key_that_counts_is_only_read(db: Any, describe: Describe, field: Find) -> None:
    """A surrogate key is read; one that a person gives is given once."""

    class Counted(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)

    class Made(db.Model):
        id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)

    class Given(db.Model):
        code: Mapped[str] = mapped_column(sa.String(5), primary_key=True)

    class Both(db.Model):
        row: Mapped[int] = mapped_column(primary_key=True)
        seat: Mapped[str] = mapped_column(sa.String(1), primary_key=True)

    assert field(Counted, "id").read_only
    assert field(Made, "id").read_only
    given = field(Given, "code")
    assert (given.read_only, given.create_only, given.required) == (False, True, True)
    both = describe(Both)
    assert both.key == ("row", "seat")
    assert [each.required for each in both.description.key] == [True, True]


def test_attribute_may_have_another_name_than_its_column(db: Any, field: Find) -> None:
    """A field has the attribute's name, and what the column's constraints say."""

    class Thing(db.Model):
        __table_args__ = (sa.CheckConstraint("c_size >= 3"), sa.UniqueConstraint("c_size"))
        id: Mapped[int] = mapped_column("c_id", primary_key=True)
        size: Mapped[int] = mapped_column("c_size")

    found = field(Thing, "size")
    assert (found.ge, found.unique, found.local) == (3, True, ("size",))


def test_version_is_the_mappers(db: Any, describe: Describe, field: Find) -> None:
    """The column of ``version_id_col`` is the version, and only read."""

    class Thing(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        turn: Mapped[int] = mapped_column("c_turn")
        __mapper_args__ = {"version_id_col": turn}

    assert describe(Thing).description.version == "turn"
    assert (field(Thing, "turn").read_only, field(Thing, "turn").required) == (True, False)


def test_what_is_not_a_field_of_its_own(db: Any, describe: Describe) -> None:
    """Synonyms and composites are other ways to columns, which are fields; deferred ones too."""

    class Point:
        def __init__(self, x: int, y: int) -> None: ...

    class Thing(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        x: Mapped[int] = mapped_column()
        y: Mapped[int] = mapped_column()
        long = deferred(sa.Column(sa.Text))
        point = composite(Point, x, y)
        across = synonym("x")

    assert [each.name for each in describe(Thing).description.fields] == ["id", "x", "y", "long"]


def test_expression_is_only_read(db: Any, field: Find) -> None:
    """A ``column_property`` reads, filters and sorts; nobody knows the length of its text."""

    class Thing(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        price: Mapped[Decimal] = mapped_column(sa.Numeric(8, 2))
        name: Mapped[str] = mapped_column(sa.String(20))
        double: Mapped[Decimal] = column_property(price * 2)
        loud: Mapped[str] = column_property(sa.func.upper(name), info={"label": "LOUD"})

    double, loud = field(Thing, "double"), field(Thing, "loud")
    assert (double.type, double.read_only, double.digits) == ("decimal", True, None)
    assert (double.filter, double.order, double.local) == (True, True, ())
    assert (loud.label, loud.type, loud.max_length, loud.order) == ("LOUD", "text", None, False)


def test_reflected_table(start: Any) -> None:
    """A class on a table that the database describes has fields like any other."""
    app, db = start()
    with app.app_context():
        db.session.execute(
            sa.text(
                "CREATE TABLE old (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL,"
                " state VARCHAR(9) DEFAULT 'new' NOT NULL, size INTEGER,"
                " UNIQUE (name),\nCHECK (size >= 3)\n)"
            )
        )
        db.session.commit()
        db.reflect()

    class Old(db.Model):
        __table__ = db.metadata.tables["old"]

    fields = Kinds.of(db).get(Old).description.by_name
    assert fields["id"].read_only
    assert (fields["name"].max_length, fields["name"].required) == (20, True)
    assert fields["name"].unique
    assert fields["state"].default == "new"
    assert fields["size"].ge == 3


def test_imperative_mapping(db: Any, describe: Describe) -> None:
    """A class that is mapped from outside, by a registry of its own, is found too."""
    table = sa.Table(
        "plain",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Date),
    )

    class Plain:
        pass

    sa.orm.registry(metadata=db.metadata).map_imperatively(Plain, table)
    assert [each.name for each in describe(Plain).description.fields] == ["id", "at"]
    assert Kinds.of(db).get("plain").cls is Plain


def test_choices_of_plain_values(db: Any, field: Find) -> None:
    """Values alone get labels, pairs have them."""

    class Thing(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        at: Mapped[datetime]
        state: Mapped[str] = mapped_column(info={"choices": ["on_hold", ("x", "Gone")]})

    assert field(Thing, "state").choices == (Choice("on_hold", "On hold"), Choice("x", "Gone"))
