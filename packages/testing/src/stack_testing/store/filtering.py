"""The contract of filters: S17, S18, S21 and S22."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from stack_core.filter import FALSE, TRUE, All, AnyOf, Filter, Is, Not, Operator, Rule, Some, fold
from stack_core.problem import BadQuery

from .asking import by_key, expected, find_keys
from .demand import needs
from .library import Genre
from .rows import MOMENT, ROWS, TITLES
from .stand import StoreStand

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "in": lambda value, other: value in other,
}
VALUES: list[tuple[str, Any]] = [
    ("pages", 150),
    ("price", Decimal("7.10")),
    ("rating", 1.5),
    ("sold", True),
    ("published", date(2001, 2, 15)),
    ("added", MOMENT + timedelta(hours=12)),
    ("author", 3),
    ("editor", 2),
    ("", 7),
]
PROBES = [
    "%", "_", "\\", "zeb", "ZEBRA", "trail ", "TRAIL", "sure", "100%", "e_c", "parrot", "ß", "İ",
    "\N{PARROT}", "TIE", "", "'", "/", "caf", "\N{LATIN SMALL LETTER E WITH ACUTE}",
]  # fmt: skip


class FilteringContract:
    """A filter finds the rows for which Python says that it holds."""

    @pytest.mark.parametrize("op", COMPARISONS)
    @pytest.mark.parametrize(("path", "value"), VALUES, ids=[path or "key" for path, _ in VALUES])
    def test_comparison(self, stores: StoreStand, path: str, value: Any, op: Operator) -> None:
        """S17: a comparison with a missing value is false, and its Not is true."""
        name, given = path or "id", [value] if op == "in" else value
        wanted = expected(
            "book", lambda row: row[name] is not None and COMPARISONS[op](row[name], given)
        )
        part = Is(path, op, given)
        assert find_keys(stores["book"], part) == wanted
        others = [key for key in by_key("book") if key not in wanted]
        assert find_keys(stores["book"], Not(part)) == others
        assert find_keys(stores["book"], Not(Not(part))) == wanted

    def test_missing_is_asked_for(self, stores: StoreStand) -> None:
        """S17: None is asked for with ``null``, and with nothing else."""
        missing = expected("book", lambda row: row["pages"] is None)
        there = expected("book", lambda row: row["pages"] is not None)
        store = stores["book"]
        assert find_keys(store, Is("pages", "null", True)) == missing
        assert find_keys(store, Is("pages", "null", False)) == there
        assert find_keys(store, Not(Is("pages", "null", True))) == there
        for part in (Is("pages", "eq", None), Is("pages", "in", [None]), Is("pages", "lt", None)):
            assert find_keys(store, part) == []
            assert find_keys(store, Not(part)) == list(by_key("book"))

    def test_missing_relation(self, stores: StoreStand) -> None:
        """S17: what is behind a relation that leads nowhere is missing."""
        store, authors = stores["book"], by_key("author")
        wanted = expected(
            "book", lambda row: row["editor"] and authors[row["editor"]]["name"] == "ann"
        )
        part = Is("editor.name", "eq", "ann")
        assert find_keys(store, part) == wanted
        others = [key for key in by_key("book") if key not in wanted]
        assert find_keys(store, Not(part)) == others
        assert find_keys(store, Is("editor.name", "null", True)) == expected(
            "book", lambda row: row["editor"] is None
        )
        teams = expected(
            "book", lambda row: row["editor"] and authors[row["editor"]]["team"] is not None
        )
        assert find_keys(store, Is("editor.team", "null", False)) == teams

    def test_equality_is_exact(self, stores: StoreStand) -> None:
        """S18: ``eq`` and ``in`` tell apart case, accents, normal forms and trailing blanks."""
        for title in TITLES:
            wanted = [key for key, own in enumerate(TITLES, 1) if own == title]
            assert find_keys(stores["book"], Is("title", "eq", title)) == wanted, title
            some = [title, "nothing"]
            assert find_keys(stores["book"], Is("title", "in", some)) == wanted, title
        for other in ("ZEBRA", "trail  ", " trail", "cafe", "strasse", "STRAßE", "Istanbul"):
            assert find_keys(stores["book"], Is("title", "eq", other)) == [], other
            assert find_keys(stores["book"], Is("title", "in", [other])) == [], other

    @pytest.mark.parametrize("op", ["contains", "starts"])
    @pytest.mark.parametrize("probe", PROBES)
    def test_part_of_text(self, stores: StoreStand, op: Operator, probe: str) -> None:
        """S18: parts are found without the case of ASCII letters; ``%`` and ``_`` are letters.

        A store may take more letters for the same, such as ``é`` for ``e``.
        """
        inside = str.__contains__ if op == "contains" else str.startswith
        wanted = expected("book", lambda row: inside(fold(row["title"]), fold(probe)))
        found = find_keys(stores["book"], Is("title", op, probe))
        assert set(wanted) <= set(found)
        plain = expected("book", lambda row: row["title"].isascii() and probe.isascii())
        assert [key for key in found if key in plain] == [key for key in wanted if key in plain]

    def test_trees(self, stores: StoreStand) -> None:
        """All, AnyOf and Not are what logic says, also without parts."""
        store = stores["book"]
        sold, cheap = Is("sold", "eq", True), Is("price", "lt", Decimal("3"))
        every = list(by_key("book"))
        a, b = set(find_keys(store, sold)), set(find_keys(store, cheap))
        assert a
        assert b
        for part, wanted in (
            (TRUE, set(every)),
            (FALSE, set()),
            (Not(TRUE), set()),
            (Not(FALSE), set(every)),
            (All((sold, cheap)), a & b),
            (AnyOf((sold, cheap)), a | b),
            (Not(All((sold, cheap))), set(every) - (a & b)),
            (Not(AnyOf((sold, cheap))), set(every) - (a | b)),
            (AnyOf((FALSE, All((sold, Not(cheap))))), a - b),
        ):
            assert set(find_keys(store, part)) == wanted, part

    def test_same_part_twice(self, stores: StoreStand) -> None:
        """One condition may stand in a tree twice, and two with other values beside it."""
        store, one, two = stores["book"], Is("author", "eq", 2), Is("author", "eq", 3)
        alike = All((AnyOf((one, two)), AnyOf((one, one))))
        assert find_keys(store, alike) == expected("book", lambda row: row["author"] == 2)
        differ = All((AnyOf((one, two)), AnyOf((two, two))))
        assert find_keys(store, differ) == expected("book", lambda row: row["author"] == 3)

    def test_some_is_about_one_row(self, stores: StoreStand) -> None:
        """S21: all conditions inside one Some are about the same row."""
        cellar, second = Is("place", "eq", "cellar"), Is("number", "eq", 2)
        store = stores["book"]
        assert find_keys(store, Some("copies", All((cellar, second)))) == []
        assert find_keys(store, All((Some("copies", cellar), Some("copies", second)))) == [1]
        assert find_keys(store, Some("copies")) == [1, 2, 11]
        nobody = [key for key in by_key("book") if key not in (1, 2, 11)]
        assert find_keys(store, Not(Some("copies"))) == nobody
        assert find_keys(store, Some("copies", Not(cellar))) == [1, 11]

    def test_some_goes_on(self, stores: StoreStand) -> None:
        """Some goes through links, through itself, and begins behind a to-one relation."""
        tagged = [row["book"] for row in ROWS["tagging"] if row["tag"] == "plain"]
        plain = Some("tags", Is("word", "eq", "plain"))
        assert find_keys(stores["book"], plain) == tagged
        authors = {by_key("book")[key]["author"] for key in tagged}
        assert find_keys(stores["author"], Some("books", plain)) == sorted(authors)
        beside = Some("author.books", plain)
        assert find_keys(stores["book"], beside) == expected(
            "book", lambda row: row["author"] in authors
        )
        teams = Some("authors", Some("books", Is("author.boss.name", "eq", "ann")))
        assert find_keys(stores["team"], teams) == [1, 2]

    @pytest.mark.parametrize(
        ("part", "wanted"),
        [
            (Is("copy", "eq", (1, 2)), [2]),
            (Is("copy", "in", [(1, 1), (11, 1), (7, 7)]), [1, 3]),
            (Is("copy", "null", True), [4]),
            (Not(Is("copy", "eq", (1, 2))), [1, 3, 4]),
            (Is("copy.place", "eq", "cellar"), [1]),
            (Is("copy.book.title", "eq", "Straße"), [1, 2]),
        ],
        ids=repr,
    )
    def test_composite_key(self, stores: StoreStand, part: Filter, wanted: list[int]) -> None:
        """A key of several columns is compared as a whole."""
        assert find_keys(stores["loan"], part) == wanted

    def test_own_composite_key(self, stores: StoreStand) -> None:
        """S11: the empty path is the key, also of several columns."""
        store = stores["copy"]
        assert find_keys(store, Is("", "eq", (1, 2))) == [(1, 2)]
        assert find_keys(store, Is("", "in", [(1, 2), (11, 1), (3, 3)])) == [(1, 2), (11, 1)]
        assert find_keys(store, Is("", "in", [])) == []
        assert find_keys(store, Not(Is("", "eq", (1, 2)))) == [(1, 1), (2, 1), (11, 1)]

    @pytest.mark.parametrize(
        ("name", "key"), [("integer", 2), ("integer", 3), ("date", 2), ("date", 3),
                          ("datetime", 2), ("datetime", 3), ("decimal", 2), ("decimal", 4),
                          ("uuid", 2), ("uuid", 3), ("interval", 2), ("time", 2), ("text", 2),
                          ("genre", 2), ("boolean", 3)]
    )  # fmt: skip
    def test_extreme_values_are_found(self, stores: StoreStand, name: str, key: int) -> None:
        """A value is found by itself, also where it is at the edge of its type."""
        value = by_key("sample")[key][name]
        assert find_keys(stores["sample"], Is(name, "eq", value)) == [key]
        assert find_keys(stores["sample"], Is(name, "in", [value])) == [key]

    def test_absent_values_are_not_found(self, stores: StoreStand) -> None:
        """A value that no row has is no error."""
        store = stores["sample"]
        assert find_keys(store, Is("uuid", "eq", UUID(int=5))) == []
        assert find_keys(store, Is("id", "eq", 2**63 - 1)) == []
        assert find_keys(store, Is("id", "lt", 2**63 - 1)) == [1, 2, 3, 4]
        assert find_keys(store, Is("genre", "in", [Genre.NOVEL, Genre.POEM])) == [2, 3]

    def test_tree_is_data(self, stores: StoreStand) -> None:
        """S22: a tree can be written down and read again, and means the same."""
        tree = All((AnyOf((Is("author", "eq", 2), Is("title", "contains", "'; DROP"))), TRUE))
        read = msgspec.json.decode(msgspec.json.encode(tree), type=Filter)
        assert read == tree
        wanted = expected("book", lambda row: row["author"] == 2 or "DROP" in row["title"])
        assert find_keys(stores["book"], read) == wanted

    @pytest.mark.parametrize("path", ["1=1", "title; --", "'", "title)", "__class__", "metadata"])
    def test_no_code_enters(self, stores: StoreStand, path: str) -> None:
        """S22: a path that is no field never reaches what keeps the rows."""
        with pytest.raises((LookupError, BadQuery)):
            find_keys(stores["book"], Is(path, "eq", 1))

    @needs("rules")
    def test_rule(self, stores: StoreStand) -> None:
        """S22: what cannot be said in a tree is a rule that the model declares by name."""
        long = expected("book", lambda row: row["pages"] is not None and row["pages"] >= 200)
        store = stores["book"]
        assert find_keys(store, Rule("long", (200,))) == long
        assert find_keys(store, Not(Rule("long", (200,)))) == [
            key for key in by_key("book") if key not in long
        ]
        assert find_keys(store, Rule("long", (10_000,))) == []
        loans = find_keys(stores["author"], Some("books", Rule("long", (200,))))
        assert loans == sorted({by_key("book")[key]["author"] for key in long})
        with pytest.raises((LookupError, BadQuery)):
            find_keys(store, Rule("no_such_rule"))
