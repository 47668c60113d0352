"""Which field a column's type makes."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeDecorator

from stack_core.description import Choice
from stack_db import Instant
from stack_db.model import shape
from stack_db.model.kind import Kind
from stack_db.model.shape import UUID_TEXT, Shape


class Colour(enum.Enum):
    """An enum whose values are not its names."""

    RED = "r"
    DARK_BLUE = "b"


class Size(enum.Enum):
    """An enum whose members have labels of their own."""

    S = "s"

    @property
    def label(self) -> str:
        """What people read."""
        return "Quite small"


class Mail(TypeDecorator[str]):
    """An application's own text."""

    impl = sa.String(100)
    cache_ok = True


class Document(TypeDecorator[dict[str, Any]]):
    """A mapping kept as text, as only its function says."""

    impl = sa.Text
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Any) -> dict[str, Any] | None:
        return value


class Identifier(TypeDecorator[Any]):
    """A type that says itself what its values are."""

    impl = sa.CHAR(32)
    cache_ok = True

    @property
    def python_type(self) -> type[uuid.UUID]:
        return uuid.UUID


class Moment(TypeDecorator[dt.datetime]):
    """A naive column whose values an application's own code makes aware."""

    impl = sa.DateTime
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return value


class Point(TypeDecorator[complex]):
    """Values that no field has."""

    impl = sa.String(50)
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Any) -> complex:
        return complex(value)


def find_shape(column: Any) -> Shape:
    """Return the shape of a type that has one."""
    found = shape.find_shape(column)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("column", "type_", "python"),
    [
        (sa.String(50), "text", str),
        (sa.Text(), "text", str),
        (sa.Unicode(50), "text", str),
        (sa.Boolean(), "boolean", bool),
        (sa.Integer(), "integer", int),
        (sa.BigInteger(), "integer", int),
        (sa.BigInteger().with_variant(sa.Integer, "sqlite"), "integer", int),
        (sa.Numeric(8, 2), "decimal", Decimal),
        (sa.Numeric(8, 2, asdecimal=False), "float", float),
        (sa.Float(), "float", float),
        (sa.Double(), "float", float),
        (sa.Float(asdecimal=True), "decimal", Decimal),
        (sa.Date(), "date", dt.date),
        (sa.Time(), "time", dt.time),
        (sa.DateTime(), "datetime", dt.datetime),
        (Instant(), "datetime", dt.datetime),
        (sa.Interval(), "interval", dt.timedelta),
        (sa.Uuid(), "uuid", uuid.UUID),
        (sa.Uuid(as_uuid=False), "text", str),
        (sa.JSON(), "json", Any),
        (postgresql.JSONB(), "json", Any),
        (sa.LargeBinary(), "binary", bytes),
        (mysql.LONGBLOB(), "binary", bytes),
        (sa.Enum(Colour), "enum", Colour),
        (sa.Enum("new", "used"), "enum", str),
        (sa.ARRAY(sa.Integer), "json", Any),
        (postgresql.DOMAIN("short", sa.String(5)), "text", str),
        (Mail(), "text", str),
        (Document(), "json", Any),
        (Identifier(), "uuid", uuid.UUID),
    ],
)
def test_type_of_a_column(column: Any, type_: str, python: Any) -> None:
    """Every type of SQLAlchemy, and of an application, has its field."""
    found = find_shape(column)
    assert (found.type, found.python) == (type_, python)


@pytest.mark.parametrize(
    "column",
    [sa.types.NullType(), sa.PickleType(), Point(), postgresql.TSVECTOR(), mysql.SET("a", "b")],
)
def test_unknown_type_is_no_field(column: Any) -> None:
    """What nobody can tell is not guessed."""
    assert shape.find_shape(column) is None


@pytest.mark.parametrize(
    ("column", "least", "most"),
    [
        (sa.SmallInteger(), -(2**15), 2**15 - 1),
        (sa.Integer(), -(2**31), 2**31 - 1),
        (sa.BigInteger(), None, None),
        (mysql.TINYINT(), -128, 127),
        (mysql.MEDIUMINT(unsigned=True), 0, 2**24 - 1),
        (mysql.INTEGER(unsigned=True), 0, 2**32 - 1),
    ],
)
def test_integer_has_the_range_of_its_column(column: Any, least: Any, most: Any) -> None:
    """A number that a column cannot hold is refused before the database sees it."""
    found = find_shape(column)
    assert (found.ge, found.le) == (least, most)


@pytest.mark.parametrize(
    ("column", "order"),
    [
        (sa.String(255), True),
        (sa.String(256), False),
        (sa.String(), True),
        (sa.Text(), False),
        (mysql.LONGTEXT(), False),
        (sa.JSON(), False),
        (sa.LargeBinary(), False),
        (sa.ARRAY(sa.Integer), False),
        (sa.Integer(), True),
    ],
)
def test_only_what_sorts_as_a_whole_is_offered_for_sorting(column: Any, order: bool) -> None:
    """S16: MariaDB sorts a text by its first 1,024 bytes, which are 255 characters."""
    found = find_shape(column)
    assert found.order is order


def test_short_binary_compares() -> None:
    """A hash may stand in a filter, a picture may not."""
    assert find_shape(sa.BINARY(16)).filter
    assert not find_shape(sa.LargeBinary()).filter


def test_digits_of_a_decimal() -> None:
    """They are all digits, and those after the point."""
    assert find_shape(sa.Numeric(8, 2)).digits == (8, 2)
    assert find_shape(sa.Numeric(8)).digits == (8, 0)
    assert find_shape(sa.Numeric()).digits is None


def test_uuid_kept_as_text_has_its_form() -> None:
    """PostgreSQL refuses any other text in such a column."""
    assert find_shape(sa.Uuid(as_uuid=False)).pattern == UUID_TEXT


@pytest.mark.parametrize(
    ("column", "naive"),
    [(sa.DateTime(), True), (sa.DateTime(timezone=True), False), (Instant(), False)],
)
def test_datetime_says_whether_it_has_a_zone(column: Any, naive: bool) -> None:
    """A column without zones takes none."""
    assert find_shape(column).naive is naive


def test_own_datetime_that_converts_is_aware() -> None:
    """An application's type on a naive column is there to make aware values."""
    assert not find_shape(Moment()).naive


def test_enum_has_choices() -> None:
    """Members are the values; people read their label, or their name in small letters."""
    assert find_shape(sa.Enum(Colour)).choices == (
        Choice(Colour.RED, "Red"),
        Choice(Colour.DARK_BLUE, "Dark blue"),
    )
    assert find_shape(sa.Enum(Size)).choices == (Choice(Size.S, "Quite small"),)
    assert find_shape(sa.Enum("new", "in_use")).choices == (
        Choice("new", "New"),
        Choice("in_use", "In use"),
    )


def test_annotation_says_what_an_own_type_holds(
    db: Any, describe: Callable[[type[Any]], Kind]
) -> None:
    """Where the type does not tell, ``Mapped[…]`` does."""

    class Packed(TypeDecorator[Any]):
        impl = sa.Text
        cache_ok = True

    class Thing(db.Model):
        id = sa.orm.mapped_column(sa.Integer, primary_key=True)
        data = sa.orm.mapped_column(Packed)
        other = sa.orm.mapped_column(Packed)
        __annotations__ = {"data": sa.orm.Mapped[dict[str, Any] | None]}

    fields = describe(Thing).description.by_name
    assert (fields["data"].type, fields["other"].type) == ("json", "text")


def test_attribute_that_is_no_field_has_a_reason(
    db: Any, describe: Callable[[type[Any]], Kind]
) -> None:
    """It is left out of the fields and named with the reason; ``type`` brings it in."""

    class Thing(db.Model):
        id = sa.Column(sa.Integer, primary_key=True)
        words = sa.Column(postgresql.TSVECTOR)
        spoken = sa.Column(postgresql.TSVECTOR, info={"type": "text", "read_only": True})
        _inner = sa.Column(sa.Integer)

    kind = describe(Thing)
    assert set(kind.description.by_name) == {"id", "spoken"}
    assert kind.left_out["_inner"] == "its name begins with an underscore"
    assert "about(type=…)" in kind.left_out["words"]
    assert kind.description.by_name["spoken"].python is str


@pytest.mark.services
def test_types_are_those_that_databases_give_back(
    serve: Callable[..., tuple[Any, Any]],
) -> None:
    """A row's values have the types that their fields say, also of a reflected table."""
    app, db = serve()
    table = sa.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20)),
        sa.Column("price", sa.Numeric(8, 2)),
        sa.Column("size", sa.Float),
        sa.Column("at", Instant),
        sa.Column("day", sa.Date),
        sa.Column("span", sa.Interval),
        sa.Column("uid", sa.Uuid),
        sa.Column("data", sa.JSON),
        sa.Column("raw", sa.LargeBinary(10)),
        sa.Column("colour", sa.Enum(Colour)),
    )
    row = {
        "name": "a",
        "price": Decimal("1.50"),
        "size": 1.5,
        "at": dt.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=dt.UTC),
        "day": dt.date(2026, 1, 2),
        "span": dt.timedelta(hours=2),
        "uid": uuid.uuid4(),
        "data": {"a": [1]},
        "raw": b"\0x",
        "colour": Colour.RED,
    }
    with app.app_context():
        db.create_all()
        db.session.execute(table.insert(), row)
        found = db.session.execute(sa.select(table)).mappings().one()
        for name, value in row.items():
            python = find_shape(table.columns[name].type).python
            assert found[name] == value
            assert python is Any or isinstance(found[name], python)
        db.session.rollback()
