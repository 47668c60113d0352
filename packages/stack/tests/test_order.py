"""The order of set-up."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from stack.order import CycleError, arrange


@dataclass(frozen=True)
class Thing:
    name: str | None
    waits_for: tuple[str, ...] = ()


def names(*things: Thing) -> list[str | None]:
    return [thing.name for thing in arrange(things)]


def test_order_follows_needs() -> None:
    """Whatever the order of the arguments, what is needed comes first."""
    db, auth, admin = Thing("db"), Thing("auth", ("db",)), Thing("admin", ("auth", "db"))
    assert names(admin, auth, db) == ["db", "auth", "admin"]


def test_order_is_stable() -> None:
    """What nothing asks to move stays where it was written."""
    assert names(Thing("c"), Thing(None), Thing("a"), Thing("b")) == ["c", None, "a", "b"]
    assert names(Thing("c", ("b",)), Thing("a"), Thing("b")) == ["a", "b", "c"]


def test_order_passes_over_absent_names() -> None:
    """``after`` something that is not there asks for nothing."""
    assert names(Thing("a", ("nobody",)), Thing("b")) == ["a", "b"]


def test_order_of_two_without_names_is_kept() -> None:
    """Things without a name are not taken for each other."""
    assert names(Thing(None, ("b",)), Thing(None), Thing("b")) == [None, "b", None]


@pytest.mark.parametrize(
    ("things", "circle"),
    [
        ([Thing("a", ("b",)), Thing("b", ("a",))], ("a", "b", "a")),
        ([Thing("a", ("a",))], ("a", "a")),
        (
            [Thing("x", ("a",)), Thing("a", ("ok", "b")), Thing("b", ("a",)), Thing("ok")],
            ("a", "b", "a"),
        ),
        ([Thing(None, ("a",)), Thing("a", ("b",)), Thing("b", ("a",))], ("a", "b", "a")),
    ],
)
def test_circle_is_named(things: list[Thing], circle: tuple[str, ...]) -> None:
    """The error names the circle itself, not what merely waits for it."""
    with pytest.raises(CycleError) as error:
        arrange(things)
    assert error.value.names == circle
