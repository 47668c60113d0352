"""Whatever is asked of a desk, on each database: rows, or one sentence; never a driver's error."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from databases import new_database, show
from services import DATABASES
from stack import Stack
from stack_core.desk import Desk
from stack_core.filter import OPERATORS, All, AnyOf, Filter, Is, Not, Rule, Some
from stack_core.problem import BadQuery, NotFound, Problem
from stack_core.query import Position, Query
from stack_db import Database, Instant

SERVERS = [pytest.param(name, marks=pytest.mark.services) for name in DATABASES]


class Colour(enum.Enum):
    RED = "red"
    SEA = "sea"


@pytest.fixture(scope="module", params=["SQLite", *SERVERS])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of these tests' own."""
    if request.param == "SQLite":
        yield f"sqlite:///{tmp_path_factory.mktemp('hostile')}/hostile.db"
        return
    with new_database(request.param) as server:
        yield show(server)


@pytest.fixture(scope="module")
def shop(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Things with a column of each type, and a desk for them that is open to everybody."""

    class Model(DeclarativeBase):
        pass

    db = Database(model_class=Model)

    class Thing(Model):
        __tablename__ = "thing"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(80), info={"searchable": True})
        text: Mapped[str | None] = mapped_column(sa.Text)
        small: Mapped[int | None] = mapped_column(sa.SmallInteger)
        number: Mapped[int | None]
        big: Mapped[int | None] = mapped_column(sa.BigInteger)
        price: Mapped[Decimal | None] = mapped_column(sa.Numeric(8, 2))
        weight: Mapped[float | None]
        live: Mapped[bool | None]
        day: Mapped[date | None]
        clock: Mapped[time | None]
        moment: Mapped[datetime | None] = mapped_column(Instant)
        local: Mapped[datetime | None] = mapped_column(sa.DateTime)
        long: Mapped[timedelta | None] = mapped_column(sa.Interval)
        code: Mapped[uuid.UUID | None] = mapped_column(sa.Uuid)
        raw: Mapped[bytes | None] = mapped_column(sa.LargeBinary(50))
        extra: Mapped[Any | None] = mapped_column(sa.JSON)
        colour: Mapped[Colour | None] = mapped_column(sa.Enum(Colour))
        whole_id: Mapped[int | None] = mapped_column(sa.ForeignKey("thing.id"))
        whole = relationship("Thing", remote_side=[id], back_populates="parts")
        parts = relationship("Thing", back_populates="whole")

    root = tmp_path_factory.mktemp("app")
    app = Flask("hostile", instance_path=str(root / "instance"), root_path=str(root))
    app.config.from_mapping(TESTING=True, SQLALCHEMY_DATABASE_URI=url, SECRET_KEY="k" * 40)
    Stack(db).init_app(app)
    with app.app_context():
        db.create_all()
        db.session.add(Thing(id=1, name="One", number=7, price=Decimal("1.50"), live=True,
                             day=date(2026, 1, 1), moment=datetime(2026, 1, 1, tzinfo=UTC),
                             colour=Colour.RED, code=uuid.UUID(int=1), weight=1.5))  # fmt: skip
        db.session.flush()
        db.session.add(Thing(id=2, name="Two", whole_id=1, extra={"a": [1]}, raw=b"\0"))
        db.session.commit()
        yield SimpleNamespace(app=app, db=db, desk=Desk(app, Thing, public={"thing.read"}))
        db.session.remove()
        db.drop_all()
        for engine in db.engines.values():
            engine.dispose()


COLUMNS = [
    "id", "name", "text", "small", "number", "big", "price", "weight", "live", "day", "clock",
    "moment", "local", "long", "code", "raw", "extra", "colour",
]  # fmt: skip
PATHS = [
    "", *COLUMNS, "whole", "whole.whole", "whole.number", "whole.whole.name", "parts",
    "whole.parts", "thing", "sqlite_master.name", "whole_id", "__class__", "name;--", "1", ".",
    "*", "name\0", "\ud800", "NAME", 'name"', "whole.", "parts.name",
]  # fmt: skip
HOSTILE: list[Any] = [
    None, True, False, 0, -1, 7, 2**15, 2**31, -(2**31) - 1, 2**63 - 1, 2**63, 10**23, 10**400,
    1.5, 1e308, float("nan"), float("inf"), Decimal("1.5"), Decimal("NaN"), Decimal("1E+999999"),
    Decimal("0.001"), "", "1", "007", "x", "One", "a\0b", "\ud800", "%", "_", "\\", "'", '"',
    "';--",
    "1 OR 1=1", "É" * 300, "x" * 1001, "true", "red", "RED", "1.5", "1e400", "nan", "inf",
    "2026-01-01", "0001-01-01", "9999-12-31", "10:00", "2026-01-01T10:00:00Z",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999Z", "2026-01-01T10:00:00", "P1D",
    "-P700000D", "P700001D", str(uuid.UUID(int=1)), "AP8=", date(1, 1, 1), date(9999, 12, 31),
    datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC),
    datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999), time(23, 59, 59, 999999),
    timedelta(days=-700_000), timedelta(days=700_000), timedelta.max, uuid.UUID(int=2**128 - 1),
    b"", b"\0\xff", [], [1], [None], ["x", 1], (1, 2), {}, {"a": 1}, object(), Colour.SEA,
]  # fmt: skip
VALUES = st.sampled_from(HOSTILE) | st.integers() | st.text(st.characters()) | st.floats()
LEAVES = st.builds(
    Is, st.sampled_from(PATHS), st.sampled_from([*OPERATORS, "like"]), VALUES | st.lists(VALUES)
)
TREES: st.SearchStrategy[Filter] = st.recursive(
    LEAVES | st.builds(Rule, st.sampled_from(PATHS)),
    lambda inner: (
        st.builds(All, st.lists(inner, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple))
        | st.builds(Not, inner)
        | st.builds(Some, st.sampled_from(["parts", "whole.parts", "whole"]), inner)
    ),
    max_leaves=6,
)
ORDERS = st.lists(st.sampled_from([*PATHS, *(f"-{path}" for path in PATHS)]), max_size=3)
some_examples = settings(
    max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


def answer(act: Callable[[], Any]) -> Problem | None:
    """Do what is asked; a problem is an answer, and any other error is not."""
    try:
        act()
    except (BadQuery, NotFound) as problem:
        return problem
    return None


def test_every_value_meets_every_column(shop: SimpleNamespace) -> None:
    """Each hostile value, compared in each way with each column, is taken or refused (S55)."""
    taken = 0
    for path in ["", *COLUMNS, "whole", "whole.whole.name"]:
        for op in OPERATORS:
            for value in HOSTILE:
                operand = [value] if op == "in" else value
                for where in (Is(path, op, operand), Not(Is(path, op, operand))):
                    query = Query(fields=("id",), where=where)
                    taken += answer(lambda query=query: shop.desk.page(query)) is None
    assert taken > 1000


def test_any_query_is_answered(shop: SimpleNamespace) -> None:
    """Whatever is asked for, in whichever order, from wherever: rows or one sentence (S55)."""

    @some_examples
    @given(
        st.lists(st.sampled_from(PATHS), max_size=3), TREES, ORDERS, st.none() | st.lists(VALUES),
        VALUES, VALUES,
    )  # fmt: skip
    def ask(fields: Any, where: Any, order: Any, values: Any, limit: Any, offset: Any) -> None:
        position = None if values is None else Position(tuple(values[: len(order) + 1]))
        query = Query(fields=tuple(fields), where=where, order=tuple(order), position=position)
        answer(lambda: shop.desk.page(query))
        numbers = Query(fields=(), where=where, limit=limit, offset=offset, total="exact")
        answer(lambda: shop.desk.page(numbers))

    ask()


def test_any_order_has_cursors(shop: SimpleNamespace) -> None:
    """The end of a page in any order leads on to the rest, whatever types stand in it (S58)."""
    for path in COLUMNS:
        for sign in ("", "-"):
            query = Query(fields=("id",), order=(sign + path,), limit=1)
            page = None
            if answer(lambda query=query: shop.desk.page(query)) is None:
                page = shop.desk.page(query)
                there = page.rows + shop.desk.page(query, page.next).rows
                assert sorted(there) == [(1,), (2,)]


def test_any_key_is_answered(shop: SimpleNamespace) -> None:
    """Whatever a key is, there is a row, or there is none."""
    for key in HOSTILE:
        answer(lambda key=key: shop.desk.row(key, ("name",)))
        answer(lambda key=key: shop.desk.get(key))
        answer(lambda key=key: shop.desk.choices("whole", keys=[key]))
        if isinstance(key, str):
            answer(lambda key=key: shop.desk.row(shop.desk.parse_key(key), ("name",)))
            answer(lambda key=key: shop.desk.choices("whole", key))
            answer(lambda key=key: shop.desk.page(Query(fields=("id",), order=("name",)), key))
    shop.db.session.remove()


@pytest.mark.parametrize("path", ["name", "whole.whole.whole.whole.name"])
def test_deepest_filter_is_answered(shop: SimpleNamespace, path: str) -> None:
    """What passes the desk is a statement that every database reads, however deep it is (S55)."""
    deepest: Any = Is(path, "eq", "One")
    for _ in range(3):
        deepest = Some("parts", deepest)
    assert shop.desk.page(Query(fields=(), where=deepest)).keys == []
    with pytest.raises(BadQuery, match="levels"):
        shop.desk.page(Query(fields=(), where=Some("parts", deepest)))


def test_connection_is_well_afterwards(shop: SimpleNamespace) -> None:
    """Nothing of all this has left a transaction broken."""
    assert shop.desk.row(1, ("name", "whole")) == ("One", None)
