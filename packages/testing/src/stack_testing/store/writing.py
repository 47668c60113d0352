"""The contract of single writes: S40 to S44, and S47 to S49."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from stack_core.filter import FALSE, Is, Not, Some
from stack_core.problem import Conflict, Denied, Invalid, NotFound, Problem, Stale
from stack_core.query import EVERYTHING

from .asking import by_key, expected, find_keys
from .demand import needs
from .library import Genre
from .reaching import ANN, RED, reach
from .stand import StoreStand

NEW = {"title": "new", "author": 1}
TIE = {name: by_key("book")[19][name] for name in ("title", "author", "published")}
"""What three fields of a book have, which are unique together."""


def read(stores: StoreStand, key: int, *fields: str) -> tuple[Any, ...] | None:
    """Return values of a book."""
    return stores["book"].row(key, fields, EVERYTHING)


class WritingContract:
    """A write does what it says, or nothing at all."""

    @needs("write")
    def test_create(self, stores: StoreStand) -> None:
        """What is created is there, with a key that no row had and the first version."""
        saved = stores["book"].create({**NEW, "price": Decimal("1.50")}, EVERYTHING)
        assert saved.key not in by_key("book")
        row = read(stores, saved.key, "", "title", "author", "price", "pages", "sold", "version")
        assert row == (saved.key, "new", 1, Decimal("1.50"), None, False, saved.version)
        assert saved.object().title == "new"
        other = stores["book"].create({**NEW, "title": "newer"}, EVERYTHING)
        assert other.key != saved.key

    @needs("write")
    def test_create_with_its_key(self, stores: StoreStand) -> None:
        """A key that is given is taken, also one of several columns."""
        assert stores["book"].create({**NEW, "id": 77}, EVERYTHING).key == 77
        assert stores["copy"].create({"book": 5, "number": 9}, EVERYTHING).key == (5, 9)
        assert stores["copy"].row((5, 9), ["book.title", "number"], EVERYTHING) == (
            by_key("book")[5]["title"],
            9,
        )
        assert stores["tag"].create({"word": "Ünder/score"}, EVERYTHING).key == "Ünder/score"

    @needs("write")
    def test_create_is_known_as_it_reads(self, stores: StoreStand) -> None:
        """S48: what a create knows is exactly what a read returns."""
        values = {
            "text": "x",
            "decimal": Decimal("1.5"),
            "datetime": datetime(2024, 1, 1, 12, tzinfo=timezone(timedelta(hours=2))),
            "date": date(2024, 1, 1),
            "boolean": True,
            "integer": None,
            "genre": Genre.POEM,
        }
        saved = stores["sample"].create(values, EVERYTHING)
        assert saved.known[""] == saved.key
        for path, value in saved.known.items():
            row = stores["sample"].row(saved.key, [path], EVERYTHING)
            assert row is not None
            assert value == row[0], path
            assert type(value) is type(row[0]), path
            if isinstance(value, datetime):
                assert row[0].utcoffset() == value.utcoffset()

    @needs("write")
    def test_update_is_known_as_it_reads(self, stores: StoreStand) -> None:
        """S48: so is what an update knows, through the writer's eyes and without secrets."""
        values = {"price": Decimal("2.5"), "editor": 2, "code": "hush"}
        mine = reach(author=Not(ANN))
        saved = stores["book"].update(4, values, mine)
        assert "code" not in saved.known
        assert saved.known[""] == 4
        for path, value in saved.known.items():
            assert stores["book"].row(4, [path], mine) == (value,), path
        assert saved.version == read(stores, 4, "version")[0]  # type: ignore[index]
        hidden = stores["book"].update(1, {"title": "again"}, reach(author=FALSE))
        assert hidden.known.get("author") is None

    @needs("write")
    def test_update_writes_what_differs(self, stores: StoreStand) -> None:
        """S40: an update tells which values differ, and leaves all others."""
        before = read(stores, 4, "title", "author", "pages", "version")
        assert before is not None
        values = {"title": "other", "author": before[1], "pages": before[2]}
        saved = stores["book"].update(4, values, EVERYTHING)
        assert (saved.key, set(saved.changed)) == (4, {"title"})
        after = read(stores, 4, "title", "author", "pages", "version")
        assert after == ("other", before[1], before[2], saved.version)
        assert saved.version != before[3]

    @needs("write")
    def test_no_difference_is_no_write(self, stores: StoreStand) -> None:
        """S40: without a difference no version moves."""
        row = by_key("book")[4]
        before = read(stores, 4, "version")
        assert before is not None
        for values in ({}, {name: row[name] for name in row if name not in ("id", "code")}):
            saved = stores["book"].update(4, values, EVERYTHING)
            assert (saved.changed, saved.version) == ((), before[0])
        assert read(stores, 4, "version") == before

    @needs("write")
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("title", "straße"),
            ("title", "Straße "),
            ("subtitle", ""),
            ("price", Decimal("0")),
            ("sold", True),
            ("pages", None),
            ("editor", 6),
            ("author", 6),
            ("published", date(1999, 1, 1)),
            ("added", datetime(1999, 1, 1, 0, 0, 0, 1, tzinfo=UTC)),
        ],
    )
    def test_small_differences_are_written(
        self, stores: StoreStand, name: str, value: object
    ) -> None:
        """S40: what differs at all is written: by case, by a blank, None and nothing."""
        saved = stores["book"].update(1, {name: value}, EVERYTHING)
        assert saved.changed == (name,)
        assert read(stores, 1, name) == (value,)

    @needs("write")
    def test_version_must_be_the_own(self, stores: StoreStand) -> None:
        """S40: a write that was made for another version is Stale and does nothing."""
        store = stores["book"]
        first = store.row(1, ["version"], EVERYTHING)
        assert first is not None
        saved = store.update(1, {"title": "one"}, EVERYTHING, version=first[0])
        for values in ({"title": "two"}, {"title": "one"}, {}):
            with pytest.raises(Stale) as caught:
                store.update(1, values, EVERYTHING, version=first[0])
            assert caught.value.version == saved.version
        with pytest.raises(Stale):
            store.delete(1, EVERYTHING, version=first[0])
        assert read(stores, 1, "title", "version") == ("one", saved.version)
        again = store.update(1, {"title": "two"}, EVERYTHING, version=saved.version)
        store.update(1, {"title": "three"}, EVERYTHING, version=again.version)
        assert read(stores, 1, "title") == ("three",)

    @needs("write")
    def test_version_is_for_its_readers(self, stores: StoreStand) -> None:
        """S40: a row out of reach is not there, whatever its version."""
        with pytest.raises(NotFound):
            stores["book"].update(3, {"title": "x"}, reach(FALSE), version=99)

    @needs("write")
    def test_delete(self, stores: StoreStand) -> None:
        """What is deleted is gone, and only once."""
        store = stores["loan"]
        assert store.delete(2, EVERYTHING).key == 2
        assert find_keys(store) == [1, 3, 4]
        with pytest.raises(NotFound):
            store.delete(2, EVERYTHING)
        with pytest.raises(NotFound):
            store.update(2, {"reader": "x"}, EVERYTHING)

    @needs("write")
    def test_row_stays_in_reach(self, stores: StoreStand) -> None:
        """S41: a write that carries a row out of reach is Denied and undone."""
        store, mine = stores["book"], reach(RED)
        red = expected("book", lambda row: row["author"] in (1, 2))[0]
        with pytest.raises(Denied):
            store.update(red, {"author": 3, "title": "gone"}, mine)
        assert read(stores, red, "author", "title") == (
            by_key("book")[red]["author"],
            by_key("book")[red]["title"],
        )
        assert store.update(red, {"author": 2, "title": "stays"}, mine).key == red

    @needs("write")
    def test_row_begins_in_reach(self, stores: StoreStand) -> None:
        """S41: what is created out of reach is Denied and not there."""
        with pytest.raises(Denied):
            stores["book"].create({**NEW, "author": 3}, reach(RED))
        assert find_keys(stores["book"]) == list(by_key("book"))
        assert stores["book"].create(NEW, reach(RED)).key not in by_key("book")
        with pytest.raises(Denied):
            stores["author"].create({"name": "gus"}, reach(Some("books")))

    @needs("write")
    @pytest.mark.parametrize(("name", "hidden"), [("author", 2), ("editor", 2)])
    def test_relation_is_set_to_what_is_seen(
        self, stores: StoreStand, name: str, hidden: int
    ) -> None:
        """S42: a hidden row and none are refused with the same words."""
        mine, said = reach(author=ANN), []
        for key in (hidden, 999):
            with pytest.raises(Invalid) as caught:
                stores["book"].update(4, {name: key}, mine)
            with pytest.raises(Invalid) as created:
                stores["book"].create({**NEW, name: key}, mine)
            said += [caught.value, created.value]
        assert {error.detail for error in said} == {said[0].detail}
        assert {error.errors for error in said} == {said[0].errors}
        assert [error.path for error in said[0].errors] == [(name,)]
        assert said[0].errors[0].code == "missing"
        assert stores["book"].update(4, {name: 1}, mine).key == 4

    @needs("write")
    def test_composite_relation_is_set(self, stores: StoreStand) -> None:
        """S42: a relation by several columns is set as a whole, and to nothing."""
        store = stores["loan"]
        store.update(1, {"copy": (11, 1)}, EVERYTHING)
        assert store.row(1, ["copy", "copy.book"], EVERYTHING) == ((11, 1), 11)
        store.update(1, {"copy": None}, EVERYTHING)
        assert store.row(1, ["copy", "copy.book"], EVERYTHING) == (None, None)
        with pytest.raises(Invalid):
            store.update(1, {"copy": (11, 2)}, EVERYTHING)

    @needs("write")
    def test_hidden_relation_stays(self, stores: StoreStand) -> None:
        """S43: who sends a row back as it was read loses nothing."""
        mine, store = reach(author=ANN), stores["book"]
        names = ("title", "author", "editor", "pages")
        for key in (4, 8, 12):
            row = store.row(key, names, mine)
            assert row is not None
            before = store.row(key, names, EVERYTHING)
            assert store.update(key, dict(zip(names, row, strict=True)), mine).changed == ()
            assert store.row(key, names, EVERYTHING) == before
        saved = store.update(8, {"editor": None, "title": "eight"}, mine)
        assert saved.changed == ("title",)
        assert store.row(8, ["editor"], EVERYTHING) == (2,)

    @needs("write")
    def test_seen_relation_is_cleared(self, stores: StoreStand) -> None:
        """S43: None written to a relation that is seen clears it."""
        saved = stores["book"].update(4, {"editor": None}, reach(author=ANN))
        assert saved.changed == ("editor",)
        assert read(stores, 4, "editor") == (None,)
        with pytest.raises(Invalid):
            stores["book"].update(6, {"author": None}, reach(author=ANN))

    @needs("write")
    @pytest.mark.parametrize(
        ("kind", "values", "fields"),
        [
            ("book", {**NEW, "isbn": "isbn-1"}, {"isbn"}),
            ("book", {**NEW, "id": 1}, {"id"}),
            ("book", TIE, {"title", "author", "published"}),
            ("team", {"name": "red"}, {"name"}),
            ("tag", {"word": "plain"}, {"word"}),
            ("copy", {"book": 1, "number": 1}, {"book", "number"}),
        ],
    )
    def test_conflict_names_its_fields(
        self, stores: StoreStand, kind: str, values: Mapping[str, Any], fields: set[str]
    ) -> None:
        """S49: a value that is somebody else's is a Conflict with all of the rule's fields."""
        before = find_keys(stores[kind])
        with pytest.raises(Conflict) as caught:
            stores[kind].create(values, EVERYTHING)
        assert set(caught.value.fields) == fields
        assert {error.path for error in caught.value.errors} == {(name,) for name in fields}
        assert find_keys(stores[kind]) == before

    @needs("write")
    def test_conflict_of_an_update(self, stores: StoreStand) -> None:
        """S49: an update conflicts too; None conflicts with nobody, a row not with itself."""
        store = stores["book"]
        with pytest.raises(Conflict) as caught:
            store.update(2, {"isbn": "isbn-1", "title": "x"}, EVERYTHING)
        assert caught.value.fields == ("isbn",)
        assert read(stores, 2, "isbn", "title") == ("isbn-2", "STRASSE")
        store.update(2, {"isbn": None}, EVERYTHING)
        store.update(1, {"isbn": None}, EVERYTHING)
        store.update(4, {"isbn": "isbn-4"}, EVERYTHING)

    @needs("write")
    @pytest.mark.parametrize(
        ("values", "names"),
        [
            ({"author": 1}, {"title"}),
            ({"title": "x"}, {"author"}),
            ({"title": None, "author": 1}, {"title"}),
        ],
        ids=repr,
    )
    def test_required_is_invalid(
        self, stores: StoreStand, values: Mapping[str, Any], names: set[str]
    ) -> None:
        """S49: a value that is missing is Invalid, and its field is named."""
        with pytest.raises(Invalid) as caught:
            stores["book"].create(values, EVERYTHING)
        assert {error.path[0] for error in caught.value.errors} >= names
        assert find_keys(stores["book"]) == list(by_key("book"))

    @needs("write")
    def test_refusal_says_nothing_of_a_driver(self, stores: StoreStand) -> None:
        """S49: a refusal has no text of a driver, no statement and no table."""
        for kind, values in (("book", {**NEW, "isbn": "isbn-1"}), ("book", {"author": 1})):
            with pytest.raises(Problem) as caught:
                stores[kind].create(values, EVERYTHING)
            said = " ".join([str(caught.value), *map(repr, caught.value.errors)]).lower()
            assert not any(word in said for word in ("insert", "constraint failed", "sql", "()"))

    @needs("write")
    def test_refused_write_leaves_the_others(self, stores: StoreStand) -> None:
        """S44: a refused write leaves those before it, and the transaction goes on."""
        store = stores["book"]
        with store.transaction() as work:
            first = work.create({**NEW, "title": "first"}, EVERYTHING)
            for wrong in ({**NEW, "isbn": "isbn-1"}, {"author": 1}, {**NEW, "author": 999}):
                with pytest.raises((Conflict, Invalid)):
                    work.create(wrong, EVERYTHING)
            with pytest.raises(Denied):
                work.update(first.key, {"author": 3}, reach(RED))
            with pytest.raises(Stale):
                work.update(first.key, {"title": "x"}, EVERYTHING, version=99)
            with pytest.raises(NotFound):
                work.delete(999, EVERYTHING)
            second = work.create({**NEW, "title": "second"}, EVERYTHING)
        assert read(stores, first.key, "title", "author") == ("first", 1)
        assert read(stores, second.key, "title") == ("second",)
        assert len(find_keys(store)) == len(by_key("book")) + 2

    @needs("write")
    def test_delete_takes_along(self, stores: StoreStand) -> None:
        """S47: rows that need a deleted one go with it, and links to it are cleared."""
        stores["book"].delete(1, EVERYTHING)
        assert find_keys(stores["copy"]) == [(2, 1), (11, 1)]
        assert find_keys(stores["loan"], Is("copy", "null", True)) == [1, 2, 4]
        assert find_keys(stores["tag"], Some("books", Is("", "eq", 1))) == []
        assert len(find_keys(stores["tag"])) == 4

    @needs("write")
    def test_delete_clears_links(self, stores: StoreStand) -> None:
        """S47: a relation to a deleted row is cleared where it may be missing."""
        stores["team"].delete(1, EVERYTHING)
        assert find_keys(stores["author"], Is("team", "null", True)) == [1, 2, 5]

    @needs("write")
    def test_delete_is_refused(self, stores: StoreStand) -> None:
        """S49: a row that others need is not deleted, and nothing else is done."""
        with pytest.raises((Conflict, Invalid)):
            stores["author"].delete(1, EVERYTHING)
        assert find_keys(stores["author"]) == list(by_key("author"))
        assert find_keys(stores["author"], Is("boss", "eq", 1)) == [2, 3]
        assert find_keys(stores["book"], Is("editor", "eq", 1)) == [4]

    @needs("write")
    def test_object_is_real(self, stores: StoreStand) -> None:
        """``get`` returns the object with its relations, or None."""
        book: Any = stores["book"].get(1, EVERYTHING)
        copy: Any = stores["copy"].get((1, 2), EVERYTHING)
        assert (book.title, book.author.name, book.author.team.name) == ("Straße", "bob", "red")
        assert sorted(tag.word for tag in book.tags) == ["a/b", "plain"]
        assert copy.place == "attic"
        assert stores["book"].get(999, EVERYTHING) is None
        assert stores["book"].row(999, ["title"], EVERYTHING) is None
