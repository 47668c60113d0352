"""Filters as SQL: each condition, alone and through relations, beside plain Python."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from stack_core.filter import FALSE, TRUE, All, AnyOf, Filter, Is, Not, Rule, Some
from stack_core.query import EVERYTHING, Query, Reach

MOMENT = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)


@pytest.fixture
def filled(library: Any) -> Any:
    """Four books: of Ann in the red team, of Bob in none, of nobody, and of one who is deleted."""
    team, author, book, tag = library.Team, library.Author, library.Book, library.Tag
    colour = library.Colour
    tags = [tag(id=1, name="old"), tag(id=2, name="new")]
    library.add(
        team(id=1, name="red"),
        author(id=1, name="Ann", team_id=1),
        author(id=2, name="Bob"),
        author(id=3, name="Gone", team_id=1, deleted_at=MOMENT),
        *tags,
        library.Profile(id=1, text="likes tea", author_id=1),
        book(id=1, title="Straße 100%", author_id=1, pages=10, price=Decimal("9.90")),
        book(id=2, title="straße", author_id=2, pages=20, colour=colour.BLUE, sold_at=MOMENT),
        book(id=3, title="İ a_b", published=date(2026, 1, 2), weight=0.5),
        book(id=4, title="é ", author_id=3, pages=30, blurb="A/B"),
    )
    with library.app.app_context():
        for key, numbers in {1: (1, 2), 2: (2,)}.items():
            one = library.db.session.get(book, key)
            one.tags = [library.db.session.get(tag, number) for number in numbers]
        library.db.session.commit()
    return library


def find(library: Any, where: Filter, reach: Reach = EVERYTHING, kind: str = "Book") -> list[Any]:
    """Return the keys of what a filter finds."""
    page = library.store(kind).page(Query(fields=(), where=where, total="exact"), reach)
    assert page.total.count == len(page.keys)
    return list(page.keys)


FOUND: list[tuple[Filter, list[int]]] = [
    (TRUE, [1, 2, 3, 4]),
    (FALSE, []),
    (Is("title", "eq", "straße"), [2]),
    (Is("title", "eq", "STRASSE"), []),
    (Is("title", "eq", "é"), []),
    (Is("title", "in", ["é ", "straße", None]), [2, 4]),
    (Is("title", "in", []), []),
    (Not(Is("title", "in", ["é ", "straße", None])), [1, 3]),
    (Is("title", "contains", "RA"), [1, 2]),
    (Is("title", "contains", "%"), [1]),
    (Is("title", "contains", "_"), [3]),
    (Is("blurb", "contains", "/"), [4]),
    (Is("title", "starts", "STRA"), [1, 2]),
    (Is("pages", "gt", 10), [2, 4]),
    (Is("pages", "ge", 20), [2, 4]),
    (Is("pages", "lt", 20), [1]),
    (Is("pages", "le", 20), [1, 2]),
    (Is("pages", "eq", None), []),
    (Not(Is("pages", "eq", None)), [1, 2, 3, 4]),
    (Not(Is("pages", "eq", 10)), [2, 3, 4]),
    (Not(Is("pages", "gt", 10)), [1, 3]),
    (Is("pages", "eq", 2**40), []),
    (Not(Is("pages", "in", [2**40, 10])), [2, 3, 4]),
    (Is("pages", "null", True), [3]),
    (Is("pages", "null", False), [1, 2, 4]),
    (Not(Is("pages", "null", False)), [3]),
    (Is("price", "eq", Decimal("9.90")), [1]),
    (Is("weight", "eq", 0.5), [3]),
    (Is("published", "ge", date(2026, 1, 2)), [3]),
    (Is("sold_at", "eq", MOMENT), [2]),
    (Is("", "in", [1, 4, 9]), [1, 4]),
    (Is("", "gt", 2), [3, 4]),
    (Is("double", "eq", 40), [2]),
    (Not(Is("double", "eq", 40)), [1, 3, 4]),
    (Is("shout", "contains", "a_B"), [3]),
    (Is("author", "eq", 1), [1]),
    (Is("author", "eq", 3), []),
    (Is("author", "null", True), [3, 4]),
    (Is("author", "null", False), [1, 2]),
    (Not(Is("author", "in", [1])), [2, 3, 4]),
    (Is("author.name", "eq", "Ann"), [1]),
    (Not(Is("author.name", "eq", "Ann")), [2, 3, 4]),
    (Is("author.name", "eq", "Gone"), []),
    (Is("author.name", "null", True), [3, 4]),
    (Is("author.name", "null", False), [1, 2]),
    (Is("author.team.name", "eq", "red"), [1]),
    (Not(Is("author.team.name", "eq", "red")), [2, 3, 4]),
    (Is("author.team.name", "null", True), [2, 3, 4]),
    (Is("author.team", "eq", 1), [1]),
    (Is("author.profile", "eq", 1), [1]),
    (Is("author.profile", "null", True), [2, 3, 4]),
    (Is("author.profile.text", "contains", "TEA"), [1]),
    (Some("tags"), [1, 2]),
    (Not(Some("tags")), [3, 4]),
    (Some("tags", Is("name", "eq", "old")), [1]),
    (Some("tags", All((Is("name", "eq", "old"), Is("name", "eq", "new")))), []),
    (All((Some("tags", Is("name", "eq", "old")), Some("tags", Is("name", "eq", "new")))), [1]),
    (Some("tags", Not(Is("name", "eq", "old"))), [1, 2]),
    (Not(Some("tags", Not(Is("name", "eq", "old")))), [3, 4]),
    (Some("author.books", Is("pages", "gt", 10)), [2]),
    (Not(Some("author.books", Is("pages", "gt", 10))), [1, 3, 4]),
    (Rule("thick", (20,)), [2, 4]),
    (Not(Rule("thick", (20,))), [1, 3]),
    (AnyOf((Is("pages", "eq", 10), Not(AnyOf((Is("pages", "gt", 0), FALSE))))), [1, 3]),
    (All((Is("title", "contains", "a"), Is("pages", "eq", 20), TRUE)), [2]),
]  # fmt: skip


@pytest.mark.parametrize("turned", [False, True])
def test_filter_finds_rows(filled: Any, turned: bool) -> None:
    """Every filter finds its rows, and its Not all the others."""
    for where, expected in FOUND:
        if turned:
            where, expected = Not(where), [key for key in (1, 2, 3, 4) if key not in expected]
        assert find(filled, where) == expected, where


def test_colour_compares(filled: Any) -> None:
    """A member of an enumeration is compared with its column."""
    assert find(filled, Is("colour", "eq", filled.Colour.BLUE)) == [2]
    assert find(filled, Not(Is("colour", "in", [filled.Colour.BLUE]))) == [1, 3, 4]


def test_same_part_twice(filled: Any) -> None:
    """A part that stands in a tree twice, and two parts of one shape, keep their own values."""
    one = Is("title", "contains", "a")
    assert find(filled, All((one, Is("title", "contains", "b"), one))) == [3]
    assert find(filled, AnyOf((Is("pages", "eq", 10), Is("pages", "eq", 20)))) == [1, 2]
    assert find(filled, AnyOf((Is("pages", "eq", 20), Is("pages", "eq", 30)))) == [2, 4]


def test_unknown_path_is_refused(filled: Any) -> None:
    """What is no path of the kind never reaches the database."""
    for where in (
        Is("nothing", "eq", 1),
        Is("tags", "eq", 1),
        Is("title.name", "eq", 1),
        Is('title" = title or "', "eq", 1),
        Some("author"),
        Some("nothing"),
        Rule("nothing"),
    ):
        with pytest.raises(LookupError):
            find(filled, where)


def test_composite_key(library: Any) -> None:
    """A key of two columns is one value: in filters, through a relation, and in ranges."""
    seat, ticket = library.Seat, library.Ticket
    library.add(
        *(seat(row=row, letter=letter) for row in (1, 2) for letter in ("A", "b")),
        ticket(id=1, seat_row=1, seat_letter="A"),
        ticket(id=2, seat_row=2, seat_letter="b"),
        ticket(id=3),
    )
    found: list[tuple[str, Filter, list[Any]]] = [
        ("Ticket", Is("seat", "eq", (1, "A")), [1]),
        ("Ticket", Is("seat", "eq", (1, "a")), []),
        ("Ticket", Not(Is("seat", "eq", (1, "A"))), [2, 3]),
        ("Ticket", Is("seat", "in", [(1, "A"), (2, "b"), (2, "c")]), [1, 2]),
        ("Ticket", Not(Is("seat", "in", [(1, "A")])), [2, 3]),
        ("Ticket", Is("seat", "null", True), [3]),
        ("Ticket", Is("seat.row", "gt", 1), [2]),
        ("Seat", Is("", "eq", (2, "b")), [(2, "b")]),
        ("Seat", Is("", "in", [(1, "b"), (2, "B")]), [(1, "b")]),
        ("Seat", Is("", "gt", (1, "A")), [(1, "b"), (2, "A"), (2, "b")]),
        ("Seat", Is("", "le", (1, "b")), [(1, "A"), (1, "b")]),
    ]
    for kind, where, expected in found:
        assert find(library, where, kind=kind) == expected, where


def test_inheritance(library: Any) -> None:
    """A subclass with a table of its own is read whole, also through a relation and to itself."""
    library.add(
        library.Person(id=1, name="Ann"),
        library.Manager(id=2, name="Bob", budget=5, boss_id=1),
        library.Manager(id=3, name="Cid", budget=7, boss_id=2),
        library.Office(id=1, head_id=3),
        library.Office(id=2, head_id=2),
    )
    assert find(library, Is("name", "eq", "Bob"), kind="Manager") == [2]
    assert find(library, Is("boss.name", "eq", "Bob"), kind="Manager") == [3]
    assert find(library, Is("boss.boss.name", "eq", "Ann"), kind="Person") == [3]
    assert find(library, Is("head.budget", "gt", 5), kind="Office") == [1]
    assert find(library, Is("head.boss.name", "eq", "Ann"), kind="Office") == [2]
    query = Query(fields=("name", "budget", "boss.name"), order=("-budget",))
    rows = library.store("Manager").page(query, EVERYTHING).rows
    assert rows == [("Cid", 7, "Bob"), ("Bob", 5, "Ann")]
    query = Query(fields=("head.name", "head.budget", "head"), order=("head.name",))
    rows = library.store("Office").page(query, EVERYTHING).rows
    assert rows == [("Bob", 5, 2), ("Cid", 7, 3)]
    assert library.store("Person").row(3, ("name", "type"), EVERYTHING) == ("Cid", "manager")


@pytest.mark.services
def test_other_collations(library: Any) -> None:
    """On MariaDB text of other characters, or of a collation with case, compares alike."""
    if library.database != "mysql":
        return
    library.add(library.Team(id=1, name="Straße"), library.Team(id=2, name="straße "))
    for collation in ("latin1_swedish_ci", "utf8mb3_bin", "utf8mb4_bin", "utf8mb4_unicode_ci"):
        charset = collation.split("_")[0]
        with library.app.app_context(), library.db.engine.begin() as connection:
            change = f"ALTER TABLE team CONVERT TO CHARACTER SET {charset} COLLATE {collation}"
            connection.execute(sa.text(change))
        for where, expected in (
            (Is("name", "eq", "Straße"), [1]),
            (Is("name", "in", ["straße "]), [2]),
            (Is("name", "contains", "TRA"), [1, 2]),
            (Is("name", "starts", "sTRA"), [1, 2]),
        ):
            assert find(library, where, kind="Team") == expected, (collation, where)
