"""Pages: orders with missing values and ties, positions both ways, jumps, offsets and totals."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from stack_core.filter import FALSE, TRUE, All, Is, Not
from stack_core.query import EVERYTHING, Page, Position, Query, Reach, Total
from stack_core.store import store_for

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
ORDERS: list[tuple[str, ...]] = [
    (),
    ("-",),
    ("title",),
    ("-title",),
    ("pages",),
    ("-pages",),
    ("-pages", "-"),
    ("pages", "title"),
    ("-title", "pages"),
    ("-pages", "-title", "-"),
    ("pages", "weight", "-title"),
    ("author.name", "-pages"),
    ("-author.team.name", "title"),
    ("author", "-title"),
    ("-author.profile",),
    ("double",),
    ("", "title"),
]  # fmt: skip


@pytest.fixture
def shelf(library: Any) -> Any:
    """Ninety books with many ties and many missing values."""
    chance = random.Random(4)
    rows = [
        library.Book(
            id=number,
            title=f"t{number % 4}",
            pages=chance.choice([None, 1, 2, 3]),
            weight=chance.choice([None, 0.5]),
            author_id=chance.choice([None, 1, 2, 3, 4]),
        )
        for number in range(1, 91)
    ]
    library.add(
        library.Team(id=1, name="red"),
        library.Team(id=2, name="blue"),
        *(library.Author(id=i, name=f"A{i % 3}", team_id=i if i < 3 else None) for i in (1, 2, 3)),
        library.Author(id=4, name="Gone", team_id=1, deleted_at=MOMENT),
        library.Profile(id=1, text="p", author_id=2),
        *rows,
    )
    return library


def page(library: Any, reach: Reach = EVERYTHING, **given: Any) -> Page:
    """Return a page of the books."""
    query = Query(**{"fields": ("title", "pages", "author.name"), **given})
    return library.store("Book").page(query, reach)


def order_of(library: Any, order: Sequence[str]) -> list[int]:
    """Return the keys in an order, as Python sorts what the store reads."""
    paths = [path.removeprefix("-") for path in order]
    read = page(library, fields=(*paths, ""), limit=1000)
    rows = [list(row) for row in read.rows]
    rows.sort(key=lambda row: row[-1])
    for index in reversed(range(len(paths))):
        present = [row for row in rows if row[index] is not None]
        present.sort(key=lambda row: row[index], reverse=order[index].startswith("-"))
        rows = present + [row for row in rows if row[index] is None]
    return [row[-1] for row in rows]


def forwards(library: Any, limit: int, **given: Any) -> list[Page]:
    """Return all pages, from the first on."""
    pages = [page(library, limit=limit, **given)]
    while pages[-1].next is not None:
        pages.append(page(library, limit=limit, position=pages[-1].next, **given))
    return pages


def backwards(library: Any, last: Page, limit: int, **given: Any) -> list[Page]:
    """Return all pages, from the last one back."""
    pages = [last]
    while pages[0].previous is not None:
        pages.insert(0, page(library, limit=limit, position=pages[0].previous, **given))
    return pages


def keys(pages: Sequence[Page]) -> list[int]:
    """Return the keys of pages."""
    return [key for each in pages for key in each.keys]


def test_orders_and_pages(shelf: Any) -> None:
    """Every order is total with missing values last, and pages in it are the whole, both ways."""
    for order in ORDERS:
        whole = page(shelf, order=order, limit=1000).keys
        assert whole == order_of(shelf, order), order
        there = forwards(shelf, 7, order=order)
        assert keys(there) == whole, order
        assert there[0].previous is None
        back = backwards(shelf, there[-1], 7, order=order)
        assert keys(back)[-len(whole) :] == whole, order
        assert back[-2].next is not None
        assert page(shelf, order=order, limit=5, offset=33).keys == whole[33:38], order


def test_pages_under_a_reach(shelf: Any) -> None:
    """What is behind a hidden row sorts last, and pages of it agree with the whole."""
    reach = Reach(
        row=Not(Is("author.team.name", "eq", "blue")),
        through=(("author", Not(Is("name", "eq", "A1"))), ("team", TRUE)),
    )
    for order in (("author.name",), ("-author", "pages"), ("author.team.name", "-title")):
        given = {"reach": reach, "order": order}
        whole = page(shelf, limit=1000, **given)
        assert keys(forwards(shelf, 9, **given)) == whole.keys
        names = [row[2] for row in whole.rows]
        assert "A1" not in names
        assert "Gone" not in names
        if order[0] != "author.team.name":
            assert names == sorted(names, key=lambda name: name is None)


def test_rows_come_and_go(shelf: Any) -> None:
    """A position stays where it is when rows before it are added or removed."""
    first = page(shelf, order=("pages",), limit=10)
    shelf.add(shelf.Book(id=1000, title="new", pages=0))
    with shelf.app.app_context():
        shelf.db.session.delete(shelf.db.session.get(shelf.Book, first.keys[-1]))
        shelf.db.session.commit()
    whole = page(shelf, order=("pages",), limit=1000).keys
    second = page(shelf, order=("pages",), limit=10, position=first.next)
    assert second.keys == whole[10:20]
    assert second.previous is not None
    assert page(shelf, order=("pages",), limit=10, position=second.previous).keys == whole[:10]


def test_position_without_values_is_an_end(shelf: Any) -> None:
    """The first rows are asked for without a value, and backwards the last ones."""
    whole = page(shelf, order=("title",), limit=1000)
    first = page(shelf, order=("title",), limit=5, position=Position(()))
    last = page(shelf, order=("title",), limit=5, position=Position((), backwards=True))
    assert (first.keys, last.keys) == (whole.keys[:5], whole.keys[-5:])
    assert first.previous is None
    assert last.next is None
    assert first.next is not None
    assert last.previous is not None


def test_jump_by_value(shelf: Any) -> None:
    """Fewer values than the order has lead to the first row with those, or behind it."""
    for order, values in (
        (("title", "pages"), ("t2",)),
        (("-title",), ("t2",)),
        (("title", "pages"), ("t2", 2)),
        (("pages", "title"), (None,)),
        (("-pages", "-title", "-"), (2, "t1")),
        (("pages",), (99,)),
        (("title", "pages"), ("t2", None)),
    ):
        whole = page(shelf, order=order, limit=1000)
        read = page(
            shelf, fields=tuple(p.removeprefix("-") for p in order), order=order, limit=999
        )
        found = [i for i, row in enumerate(read.rows) if row[: len(values)] == values]
        if values == (99,):
            found = [i for i, row in enumerate(read.rows) if row[0] is None]
        start = found[0]
        here = page(shelf, order=order, limit=5, position=Position(values))
        assert here.keys == whole.keys[start : start + 5], (order, values)
        before = page(shelf, order=order, limit=5, position=Position(values, backwards=True))
        assert before.keys == whole.keys[max(0, start - 5) : start], (order, values)


def test_position_without_values(shelf: Any) -> None:
    """No values at all are the beginning of the list, or backwards its end."""
    for order in (("-pages",), ()):
        whole = page(shelf, order=order, limit=1000).keys
        assert page(shelf, order=order, limit=5, position=Position(())).keys == whole[:5]
        last = page(shelf, order=order, limit=5, position=Position((), backwards=True))
        assert last.keys == whole[-5:]


def test_position_with_too_many_values(shelf: Any) -> None:
    """A position of another order is an error, not another page."""
    with pytest.raises(ValueError, match="has 3 values, but its order has 2"):
        page(shelf, order=("title",), position=Position(("a", 1, 2)))


def test_positions_of_composite_keys(library: Any) -> None:
    """A key of two columns ends an order, and stands in one through a relation."""
    letters = [(row, letter) for row in (1, 2, 3) for letter in "ab"]
    library.add(
        *(library.Seat(row=row, letter=letter) for row, letter in letters),
        *(
            library.Ticket(id=i, seat_row=row, seat_letter=letter)
            for i, (row, letter) in enumerate([*letters, (None, None), (None, None)], 1)
        ),
    )
    store = library.store("Seat")
    for order, whole in ((("-letter",), [*letters[1::2], *letters[::2]]), ((), letters)):
        query, found = Query(fields=(), order=order, limit=2), []
        while True:
            here = store.page(query, EVERYTHING)
            found += here.keys
            if here.next is None:
                break
            query = msgspec.structs.replace(query, position=here.next)
        assert found == whole
    store = library.store("Ticket")
    query = Query(fields=("seat",), order=("-seat",), limit=3)
    first = store.page(query, EVERYTHING)
    second = store.page(msgspec.structs.replace(query, position=first.next), EVERYTHING)
    third = store.page(msgspec.structs.replace(query, position=second.next), EVERYTHING)
    assert [*first.keys, *second.keys, *third.keys] == [6, 5, 4, 3, 2, 1, 7, 8]
    back = store.page(msgspec.structs.replace(query, position=third.previous), EVERYTHING)
    assert back.rows == [((2, "a"),), ((1, "b"),), ((1, "a"),)]


def test_totals(shelf: Any) -> None:
    """A total is exact, ends at the cap, or is estimated; each says how it is known."""
    known = page(shelf, limit=10, total="exact").total
    assert known == Total(90)
    assert page(shelf, limit=10).total is None
    assert page(shelf, limit=10, total="capped", cap=20).total == Total(20, "capped")
    assert page(shelf, limit=10, total="capped", cap=90).total == Total(90)
    assert page(shelf, limit=100, total="estimate").total == Total(90)
    estimate = page(shelf, limit=10, total="estimate", cap=20).total
    assert estimate is not None
    if shelf.database == "postgresql":
        assert estimate.how == "estimate"
        assert isinstance(estimate.count, int)
        found = page(shelf, limit=1, total="estimate", where=Is("title", "in", ["t1", "t2"]))
        assert found.total is not None
        assert found.total.how == "estimate"
    else:
        assert estimate == Total(20, "capped")
    assert page(shelf, limit=10, offset=200, total="exact").total == Total(90)


def test_last_page_needs_no_count(shelf: Any, count_statements: Any) -> None:
    """A page is a statement for its rows and one for their total, unless all rows are there."""
    page(shelf, limit=10, total="exact")
    with count_statements(shelf) as sent:
        page(shelf, limit=10, total="exact")
    assert len(sent) == 2
    with count_statements(shelf) as sent:
        assert page(shelf, limit=90, total="exact").total == Total(90)
        assert page(shelf, limit=90, offset=80, total="exact").total == Total(90)
    assert len(sent) == 2


def test_paths_of_relations(shelf: Any) -> None:
    """A path through two relations is read in the page's one statement, deleted rows unseen."""
    read = page(shelf, fields=("author", "author.name", "author.team.name", ""), limit=1000)
    teams = {1: "red", 2: "blue", 3: None}
    for author, name, team, _ in read.rows:
        assert author in (None, 1, 2, 3)
        assert name == (f"A{author % 3}" if author else None)
        assert team == (teams[author] if author else None)


def test_deleted_rows_are_unseen(shelf: Any) -> None:
    """What is marked as deleted is in no list, no row, no object and no total of its kind."""
    store = shelf.store("Author")
    found = store.page(Query(fields=("name",), total="exact"), EVERYTHING)
    assert (found.keys, found.total) == ([1, 2, 3], Total(3))
    assert store.row(4, ("name",), EVERYTHING) is None
    with shelf.app.app_context():
        assert store.get(4, EVERYTHING) is None
        assert store.get(3, EVERYTHING).name == "A0"


def test_unknown_kind_raises(shelf: Any) -> None:
    """A relation to a kind that the reach does not name is an error, in whichever place."""
    reach = Reach(through=(("team", TRUE),))
    for given in (
        {"fields": ("author.name",)},
        {"fields": ("author",)},
        {"where": Is("author.team.name", "eq", "red")},
        {"where": Is("author", "null", True)},
        {"order": ("author.name",)},
    ):
        with pytest.raises(LookupError, match="'author'"):
            page(shelf, reach, **given)


def test_scope_goes_through_what_is_hidden(shelf: Any) -> None:
    """A row's scope sees authors whom the asker does not."""
    reach = Reach(
        row=Is("author.team.name", "eq", "red"), through=(("author", Is("name", "eq", "nobody")),)
    )
    found = page(shelf, reach, fields=("author",), limit=1000)
    assert found.keys
    assert set(found.rows) == {(None,)}


def test_nothing_is_seen_through_a_relation(shelf: Any) -> None:
    """A reach may hide all of a kind; then everything behind it is missing."""
    for nobody in (FALSE, Is("name", "in", []), All((Is("", "gt", 0), FALSE))):
        reach = Reach(through=(("author", nobody), ("team", TRUE)))
        fields = ("author.team.name", "author.name", "author")
        found = page(shelf, reach, fields=fields, order=("author.name",), limit=1000)
        assert len(found.keys) == 90
        assert set(found.rows) == {(None, None, None)}


def test_pages_in_the_order_of_an_enum(library: Any) -> None:
    """Values of an enum are passed in the order in which they compare, missing ones last."""
    red, blue = library.Colour.RED, library.Colour.BLUE
    colours = [red, None, blue, red, blue, None, red]
    library.add(*(library.Book(title="t", colour=each) for each in colours))
    store = library.store("Book")
    for order in (("colour",), ("-colour", "title")):
        query, found = Query(fields=("colour",), order=order, limit=2), []
        while True:
            here = store.page(query, EVERYTHING)
            found += here.keys
            if here.next is None:
                break
            query = msgspec.structs.replace(query, position=here.next)
        whole = store.page(Query(fields=(), order=order), EVERYTHING).keys
        assert found == whole
        assert len(found) == len(colours)
        assert set(found[-2:]) == {2, 6}


def test_pages_in_the_order_of_single_precision(
    address_of_database: str, start: Callable[..., tuple[Any, Any]]
) -> None:
    """A float that is read with fewer digits than are kept ends and repeats nothing."""
    app, db = start(SQLALCHEMY_DATABASE_URI=address_of_database)

    class Sample(db.Model):  # type: ignore[name-defined,misc]
        id: Mapped[int] = mapped_column(primary_key=True)
        size: Mapped[float | None] = mapped_column(sa.Float)
        real: Mapped[float | None] = mapped_column(sa.REAL)

    sizes = [0.1, 1 / 3, None, 16777217.0, 0.1, 1e20, -0.7, None]
    with app.app_context():
        db.create_all()
        db.session.add_all([Sample(size=each, real=each) for each in sizes])
        db.session.commit()
    store = store_for(app, Sample)
    for order in (("size",), ("-size",), ("real", "-id"), ("-real",)):
        query, found = Query(fields=(), order=order, limit=3), []
        for _ in sizes:
            here = store.page(query, EVERYTHING)
            found += here.keys
            if here.next is None:
                break
            query = msgspec.structs.replace(query, position=here.next)
        assert found == store.page(Query(fields=(), order=order), EVERYTHING).keys
        assert sorted(found) == list(range(1, 9))
