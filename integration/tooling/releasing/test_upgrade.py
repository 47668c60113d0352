"""What an upgrade of the demo may change, and what is a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from launch import Trouble
from releasing.comparison import compare, compare_data
from releasing.questions import Answer, Answers
from releasing.upgrade import upgrade

if TYPE_CHECKING:
    from .conftest import Repository

ROW = {"id": 1, "title": "UA 1545"}
BEFORE: Answers = {
    "/flights/": Answer(200, "Flights 1 flight", []),
    "/api/flights": Answer(200, "", [ROW]),
}
COUNTS = {"flight": 1, "alembic_version": 1, "flight_search": 2}


def answered(text: str = "Flights 1 flight", rows: list[object] | None = None) -> Answers:
    """What is answered afterwards."""
    found = [ROW] if rows is None else rows
    return {"/flights/": Answer(200, text, []), "/api/flights": Answer(200, "", found)}


def test_same_answers_are_fine() -> None:
    """The tables of revisions and of the search may grow."""
    now = COUNTS | {"alembic_version": 2, "flight_search": 9, "new": 3}
    compare(BEFORE, answered(), COUNTS, now)
    compare_data(BEFORE, answered(), COUNTS, now)


def test_new_words_and_fields_are_fine_with_a_new_feature() -> None:
    """They are not, as long as only packages have changed."""
    after = answered("All flights 1 flight", [ROW | {"gate": 7}])
    compare_data(BEFORE, after, COUNTS, COUNTS)
    with pytest.raises(Trouble, match="'/flights/' answers otherwise after the upgrade"):
        compare(BEFORE, after, COUNTS, COUNTS)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "'/api/flights' gives 0 of 1 after the upgrade"),
        ([{"id": 1, "title": ""}], "'/api/flights' lost data in the upgrade"),
        ([{"id": 1}], "'/api/flights' lost data in the upgrade"),
    ],
)
def test_lost_value_is_found(rows: list[object], said: str) -> None:
    """A row, a value or a field that is gone is a loss, whatever else is new."""
    with pytest.raises(Trouble, match=said):
        compare_data(BEFORE, answered(rows=rows), COUNTS, COUNTS)


@pytest.mark.parametrize("rows", [0, 2, None])
def test_lost_row_is_found(rows: int | None) -> None:
    """Fewer rows, more rows and no table."""
    now = {"flight": rows} if rows is not None else {}
    for judge in (compare, compare_data):
        with pytest.raises(Trouble, match=r"Rows were lost or made in the upgrade: .'flight'"):
            judge(BEFORE, answered(), COUNTS, COUNTS | now if now else {})


def test_upgrade_wants_an_earlier_release(repository: Repository) -> None:
    """Before the first wave there is nothing to come from."""
    with pytest.raises(Trouble, match="stack-core has no release yet"):
        upgrade(repository.root)
