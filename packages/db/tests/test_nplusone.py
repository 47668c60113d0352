"""Rows that are loaded one by one are found, with their attribute, their line and the cure."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, render_template
from sqlalchemy.orm import (
    Mapped,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
    subqueryload,
    undefer,
)

from stack_db import Database
from stack_db.nplusone import NPlusOneError, NPlusOneWarning

MakeApp = Callable[..., Flask]


class Shop:
    """An application with orders of customers."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.db = db = Database()

        class Customer(db.Model):
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]
            orders = relationship("Order", back_populates="customer")

        class Order(db.Model):
            id: Mapped[int] = mapped_column(primary_key=True)
            note: Mapped[str] = mapped_column(default="none", deferred=True)
            customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("customer.id"))
            customer = relationship(Customer, back_populates="orders")

        self.Customer, self.Order = Customer, Order
        db.init_app(app)
        with app.app_context():
            db.create_all()
            for number in range(4):
                customer = Customer(name=f"c{number}")
                db.session.add_all([customer, Order(customer=customer), Order(customer=customer)])
            db.session.commit()

    def orders(self, *options: Any, limit: int = 8) -> list[Any]:
        """Return orders, each of another customer first."""
        order = self.Order
        chosen = sa.select(order).options(*options).order_by(order.id % 2, order.id).limit(limit)
        return list(self.db.session.scalars(chosen))


@pytest.fixture
def shop(make_app: MakeApp) -> Shop:
    """The shop, under test as applications are."""
    return Shop(make_app(TESTING=True))


def touch_each(orders: list[Any]) -> None:
    """Read what each order leads to, one by one."""
    for order in orders:
        str(order.customer)  # touched


def find_line(text: str) -> int:
    """Return the line of this file that ends with a mark."""
    lines = Path(__file__).read_text("utf-8").splitlines()
    return next(n for n, line in enumerate(lines, 1) if line.endswith(f"# {text}"))


def test_relationship_is_named_with_line_and_cure(shop: Shop) -> None:
    """The warning has the attribute, the line that touched it, and what to write instead."""
    with shop.app.app_context(), pytest.warns(NPlusOneWarning) as caught:
        touch_each(shop.orders())
    (warning,) = caught
    text = str(warning.message)
    assert "Order.customer is loaded one by one" in text
    assert f"test_nplusone.py:{find_line('touched')}" in text
    assert "select(Order).options(selectinload(Order.customer))" in text
    assert (warning.filename, warning.lineno) == (__file__, find_line("touched"))


def test_collection_is_found(shop: Shop) -> None:
    """A to-many relationship is found alike."""
    with (
        shop.app.app_context(),
        pytest.warns(NPlusOneWarning, match=r"selectinload\(Customer\.orders\)"),
    ):
        sum(len(each.orders) for each in shop.db.session.scalars(sa.select(shop.Customer)))


def test_line_of_a_template_is_named(shop: Shop) -> None:
    """Where a template touches the attribute, it is the template's own line."""
    folder = Path(shop.app.root_path, "templates")
    folder.mkdir()
    (folder / "orders.html").write_text(
        "<ul>\n{% for order in orders %}\n<li>{{ order.customer.name }}\n{% endfor %}\n"
    )
    with (
        shop.app.test_request_context(),
        pytest.warns(NPlusOneWarning, match=r" at templates/orders\.html:3,"),
    ):
        render_template("orders.html", orders=shop.orders())


def test_deferred_column_is_found(shop: Shop) -> None:
    """A deferred column that is read of one row after the other has its own cure."""
    with (
        shop.app.app_context(),
        pytest.warns(NPlusOneWarning, match=r"Order\.note .*undefer\(Order\.note\)"),
    ):
        [order.note for order in shop.orders()]


def test_expired_objects_are_found(shop: Shop) -> None:
    """Objects that a commit has expired are read again one by one."""
    with shop.app.app_context():
        orders = shop.orders()
        shop.db.session.commit()
        with pytest.warns(NPlusOneWarning, match="commit or rollback"):
            [order.id for order in orders]


def test_each_place_is_told_once(shop: Shop) -> None:
    """One line warns once in a session, another line for itself."""
    with shop.app.app_context(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for order in shop.orders():
            str(order.customer)
        shop.db.session.expire_all()
        orders = shop.orders()
        [str(order.customer) for order in orders]
    assert len(caught) == 2


def touch_one(shop: Shop) -> None:
    str(shop.orders()[0].customer)


def touch_same_twice(shop: Shop) -> None:
    order = shop.orders()[0]
    for _ in range(3):
        shop.db.session.expire(order, ["customer"])
        str(order.customer)


def touch_two_apart(shop: Shop) -> None:
    for key in (1, 3):
        str(shop.db.session.get(shop.Order, key).customer)


def touch_known(shop: Shop) -> None:
    customers = list(shop.db.session.scalars(sa.select(shop.Customer)))
    for order in shop.orders():
        assert order.customer in customers


def touch_loaded(strategy: Callable[..., Any]) -> Callable[[Shop], None]:
    def touch(shop: Shop) -> None:
        for order in shop.orders(strategy(shop.Order.customer)):
            str(order.customer)

    return touch


def touch_undeferred(shop: Shop) -> None:
    for order in shop.orders(undefer(shop.Order.note)):
        str(order.note)


def refresh_each(shop: Shop) -> None:
    for order in shop.orders():
        shop.db.session.refresh(order)


def get_each(shop: Shop) -> None:
    for key in range(1, 5):
        shop.db.session.get(shop.Order, key)


def delete_each(shop: Shop) -> None:
    for customer in shop.db.session.scalars(sa.select(shop.Customer)):
        shop.db.session.delete(customer)
    shop.db.session.flush()


@pytest.mark.parametrize(
    "touch",
    [
        delete_each,
        touch_one,
        touch_same_twice,
        touch_two_apart,
        touch_known,
        touch_loaded(selectinload),
        touch_loaded(joinedload),
        touch_loaded(subqueryload),
        touch_undeferred,
        refresh_each,
        get_each,
    ],
)
def test_no_false_alarm(shop: Shop, touch: Callable[[Shop], None]) -> None:
    """One object, the same again, known ones, eager loads, refreshes and flushes are in order."""
    with shop.app.app_context():
        touch(shop)


def test_sessions_are_counted_apart(shop: Shop) -> None:
    """What one request loads does not add up with another's."""
    for _ in range(4):
        with shop.app.app_context():
            touch_one(shop)


def test_raise_stops_at_the_line(make_app: MakeApp) -> None:
    """DB_NPLUSONE=raise makes it an error that carries attribute and place."""
    shop = Shop(make_app(DB_NPLUSONE="raise"))
    with shop.app.app_context(), pytest.raises(NPlusOneError) as caught:
        touch_each(shop.orders())
    assert caught.value.attribute == "Order.customer"
    assert caught.value.place.endswith(f":{find_line('touched')}")


def test_debug_logs(make_app: MakeApp, caplog: pytest.LogCaptureFixture) -> None:
    """In development it is a line of the log."""
    shop = Shop(make_app(DEBUG=True))
    with shop.app.app_context():
        for order in shop.orders():
            str(order.customer)
    (record,) = [each for each in caplog.records if "N+1" in each.message]
    assert record.levelno == logging.WARNING


def test_off_listens_to_nothing(make_app: MakeApp) -> None:
    """In production, or where it is switched off, no session has a listener."""
    for app in (make_app(), make_app(TESTING=True, DB_NPLUSONE="off")):
        shop = Shop(app)
        with app.app_context():
            assert not shop.db.session().dispatch.do_orm_execute
            touch_loaded(selectinload)(shop)


def test_two_applications_decide_for_themselves(make_app: MakeApp) -> None:
    """Two applications with one database: the mode is that of the one at hand."""
    shop = Shop(make_app(TESTING=True))
    quiet = make_app()
    shop.db.init_app(quiet)
    with quiet.app_context():
        for order in shop.orders():
            str(order.customer)
    with shop.app.app_context(), pytest.warns(NPlusOneWarning) as caught:
        touch_each(shop.orders())
    assert len(caught) == 1
