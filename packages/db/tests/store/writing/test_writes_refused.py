"""What a database refuses, in words that name fields."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from stack_core.problem import Conflict, Invalid
from stack_core.query import EVERYTHING
from stack_core.store import store_for

from .conftest import Bank


@pytest.mark.parametrize(
    ("kind", "values", "fields"),
    [
        ("Owner", {"id": 1, "name": "x"}, ("id",)),
        ("Owner", {"name": "Ann"}, ("name",)),
        ("Owner", {"name": "x", "tax": "t", "land": "l"}, ("tax", "land")),
        ("Branch", {"id": 1}, ("id",)),
    ],
)
def test_conflict_names_fields(bank: Bank, kind: str, values: Any, fields: Any) -> None:
    """S49: primary keys and unique rules, of one column and of several, named and unnamed."""
    bank.store("Owner").create({"name": "Ann", "tax": "t", "land": "l"}, EVERYTHING)
    bank.store("Branch").create({"id": 1}, EVERYTHING)
    with pytest.raises(Conflict) as caught:
        bank.store(kind).create(values, EVERYTHING)
    assert caught.value.fields == fields


def test_conflict_of_an_expression(bank: Bank) -> None:
    """S49: an index of an expression names what it is made of."""
    bank.store("Owner").create({"name": "Ann"}, EVERYTHING)
    with pytest.raises(Conflict) as caught:
        bank.store("Owner").create({"name": "ANN"}, EVERYTHING)
    assert caught.value.fields == ("name",)


@pytest.mark.parametrize(
    ("values", "paths", "code"),
    [
        ({"number": "1", "balance": -5000}, {"balance"}, "invalid"),
        ({"number": "1", "small": 7}, {"small"}, "invalid"),
        ({"number": "1", "owner": 99}, {"owner"}, "missing"),
        ({}, {"number"}, "required"),
        ({"number": None, "balance": None}, {"number", "balance"}, "required"),
        ({"number": "1", "nmber": 2, "bal": 1}, {"nmber", "bal"}, "unknown"),
    ],
    ids=lambda value: repr(sorted(value) if isinstance(value, set) else value),
)
def test_invalid_names_fields(bank: Bank, values: Any, paths: Any, code: str) -> None:
    """S49: checks, foreign keys, and what is missing or unknown; all that is known beforehand."""
    with pytest.raises(Invalid) as caught:
        bank.store("Account").create(values, EVERYTHING)
    errors = caught.value.errors
    assert {each.path for each in errors} == {(path,) for path in paths}
    assert {each.code for each in errors} == {code}


@pytest.mark.parametrize(
    ("name", "value"),
    [("number", "n" * 21), ("small", 2**20), ("balance", 10**12), ("number", "a\0b")],
    ids=["length", "range", "digits", "nul"],
)
def test_value_that_does_not_fit(bank: Bank, name: str, value: Any) -> None:
    """S49: where a database refuses a value its field is named; SQLite keeps what it gets."""
    store = bank.store("Account")
    values = {"number": "1", name: value}
    if bank.db.engine.dialect.name == "sqlite" or (
        bank.db.engine.dialect.name == "mariadb" and "\0" in str(value)
    ):
        key = store.create(values, EVERYTHING).key
        assert store.row(key, [name], EVERYTHING) == (value,)
        return
    with pytest.raises(Invalid) as caught:
        store.create(values, EVERYTHING)
    assert [each.path for each in caught.value.errors] == [(name,)]


@pytest.mark.parametrize(
    ("values", "messages"),
    [
        ({"weight": 101}, {"weight": "This must be at most 100."}),
        ({"weight": -1, "name": "no"}, {"weight": "This must be at least 0."}),
        ({"name": "n"}, {"name": "This must have at least 2 characters."}),
        ({"price": Decimal(-1)}, {"price": "This must be at least 0."}),
        ({"weight": 13}, {"weight": "It cannot be kept together with the other values."}),
    ],
)
def test_bound_that_is_broken(bank: Bank, values: Any, messages: dict[str, str]) -> None:
    """S49: a check that says no more than the description does is answered with its bound."""

    class Parcel(bank.db.Model):  # type: ignore[misc, name-defined]
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str | None] = mapped_column(sa.String(20))
        weight: Mapped[int | None] = mapped_column(sa.CheckConstraint("weight BETWEEN 0 AND 100"))
        price: Mapped[Decimal | None] = mapped_column(sa.Numeric(8, 2))
        __table_args__ = (
            sa.CheckConstraint("length(name) >= 2", name="ck_name"),
            sa.CheckConstraint("price >= 0"),
            sa.CheckConstraint("weight <> 13"),
        )

    bank.db.create_all()
    with pytest.raises(Invalid) as caught:
        store_for(bank.app, Parcel).create(values, EVERYTHING)
    assert {each.path[0]: each.message for each in caught.value.errors} == messages


def test_value_that_no_driver_sends(bank: Bank) -> None:
    """S49: a number beyond 64 bits is Invalid, not an error of a driver."""
    with pytest.raises(Invalid) as caught:
        bank.store("Account").create({"number": "1", "small": 2**70}, EVERYTHING)
    assert [each.path for each in caught.value.errors] == [("small",)]


def test_delete_of_what_is_needed(bank: Bank) -> None:
    """S49: who forbids a delete is named, although only some databases tell it."""
    owner = bank.store("Owner").create({"name": "Ann"}, EVERYTHING).key
    bank.store("Account").create({"number": "1", "owner": owner}, EVERYTHING)
    with pytest.raises(Conflict) as caught:
        bank.store("Owner").delete(owner, EVERYTHING)
    assert "'account'" in caught.value.detail
    (touched,) = bank.store("Owner").related(owner, EVERYTHING)
    assert (touched.kind, touched.name, touched.what) == ("account", "owner", "refuse")
    assert touched.total.count == 1


def test_delete_that_is_restricted(bank: Bank) -> None:
    """S49: ``ON DELETE RESTRICT``, which SQLite has as a trigger, is a Conflict as well."""
    owner = bank.store("Owner").create({"name": "Ann"}, EVERYTHING).key
    bank.store("Lease").create({"owner": owner}, EVERYTHING)
    with pytest.raises(Conflict) as caught:
        bank.store("Owner").delete(owner, EVERYTHING)
    assert "'lease'" in caught.value.detail


def test_refusal_after_another(bank: Bank) -> None:
    """S49: the database is asked once how its rules are called."""
    store = bank.store("Owner")
    store.create({"name": "Ann"}, EVERYTHING)
    for _ in range(2):
        with bank.sent() as sent, pytest.raises(Conflict):
            store.create({"name": "Ann"}, EVERYTHING)
    assert sent == ["INSERT"]
