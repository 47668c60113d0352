"""The contract of writes to many rows, and of rows that are marked as deleted."""

from __future__ import annotations

import pytest

from stack_core.filter import TRUE, Is, Not, Some
from stack_core.problem import Conflict, Denied, Invalid, NotFound
from stack_core.query import EVERYTHING, Aggregate, Measure, Query

from .asking import by_key, expected, find_keys, find_rows
from .demand import needs
from .reaching import ANN, RED, is_red, reach
from .stand import StoreStand
from .writing import NEW


class BulkContract:
    """Many rows are written as one: all or none."""

    @needs("bulk")
    def test_create_many(self, stores: StoreStand) -> None:
        """S41: rows are created all together and counted."""
        rows = ({**NEW, "title": f"many {number}"} for number in range(30))
        assert stores["book"].create_many(rows, EVERYTHING) == 30
        assert len(find_keys(stores["book"], Is("title", "starts", "many "))) == 30
        assert stores["book"].create_many([], EVERYTHING) == 0

    @needs("bulk")
    def test_create_many_or_none(self, stores: StoreStand) -> None:
        """S41: one that is refused refuses all of them."""
        store = stores["book"]
        for wrong, error in (
            ({**NEW, "isbn": "isbn-1"}, Conflict),
            ({"author": 1}, Invalid),
            ({**NEW, "author": 999}, Invalid),
            ({**NEW, "author": 3}, Denied),
        ):
            with pytest.raises(error):
                store.create_many([NEW, wrong, {**NEW, "title": "last"}], reach(RED))
            assert find_keys(store) == list(by_key("book"))

    @needs("bulk")
    def test_create_many_within_what_is_seen(self, stores: StoreStand) -> None:
        """S42: of many rows too, a relation is set only to what is seen."""
        with pytest.raises(Invalid):
            stores["book"].create_many([NEW, {**NEW, "author": 2}], reach(author=ANN))
        assert find_keys(stores["book"]) == list(by_key("book"))

    @needs("bulk")
    def test_update_where(self, stores: StoreStand) -> None:
        """S41: the rows that a filter finds within reach are updated and counted."""
        store, part = stores["book"], Is("sold", "eq", True)
        wanted = expected("book", lambda row: row["sold"] and is_red(row))
        versions = {key: version for key, version in find_rows(store, "", "version")}  # noqa: C416
        assert store.update_where(part, {"subtitle": "mass"}, reach(RED)) == len(wanted)
        assert find_keys(store, Is("subtitle", "eq", "mass")) == wanted
        for key, version in find_rows(store, "", "version"):
            assert (version != versions[key]) == (key in wanted)
        assert store.update_where(Is("id", "eq", 999), {"subtitle": "x"}, EVERYTHING) == 0

    @needs("bulk")
    def test_update_where_by_what_is_seen(self, stores: StoreStand) -> None:
        """S36: a filter of many rows goes through relations as they are seen."""
        store, mine = stores["book"], reach(author=ANN)
        assert store.update_where(Is("author.name", "eq", "bob"), {"pages": 1}, mine) == 0
        ann = expected("book", lambda row: row["author"] == 1)
        assert store.update_where(Is("author.name", "eq", "ann"), {"pages": 1}, mine) == len(ann)

    @needs("bulk")
    def test_update_where_all_or_none(self, stores: StoreStand) -> None:
        """S41: if one row would leave the reach, or be refused, none is written."""
        store = stores["book"]
        before = find_rows(store, "title", "author", "isbn")
        with pytest.raises(Denied):
            store.update_where(TRUE, {"author": 3, "pages": 1}, reach(RED))
        with pytest.raises(Invalid):
            store.update_where(TRUE, {"author": 999}, EVERYTHING)
        with pytest.raises(Invalid):
            store.update_where(TRUE, {"author": 2}, reach(author=ANN))
        with pytest.raises(Conflict):
            store.update_where(Is("author", "eq", 2), {"isbn": "same"}, EVERYTHING)
        assert find_rows(store, "title", "author", "isbn") == before

    @needs("bulk")
    def test_update_where_changes_what_it_asks_for(self, stores: StoreStand) -> None:
        """S41: the rows are those that the filter found before anything was written."""
        store = stores["book"]
        wanted = expected("book", lambda row: row["sold"])
        values = {"sold": False, "author": 1}
        assert store.update_where(Is("sold", "eq", True), values, EVERYTHING) == len(wanted)
        assert find_keys(store, Is("sold", "eq", True)) == []

    @needs("bulk")
    def test_delete_where(self, stores: StoreStand) -> None:
        """S41: the rows that a filter finds within reach are deleted, with what needs them."""
        store = stores["book"]
        wanted = expected("book", lambda row: row["sold"] and is_red(row))
        assert store.delete_where(Is("sold", "eq", True), reach(RED)) == len(wanted)
        assert find_keys(store) == [key for key in by_key("book") if key not in wanted]
        with pytest.raises((Conflict, Invalid)):
            stores["author"].delete_where(Not(Is("", "eq", 999)), EVERYTHING)
        assert find_keys(stores["author"]) == list(by_key("author"))

    @needs("bulk", "soft")
    def test_delete_where_marks(self, stores: StoreStand) -> None:
        """Many rows are marked as deleted where one is."""
        store = stores["note"]
        assert store.delete_where(Is("slug", "in", ["first", "third"]), EVERYTHING) == 2
        assert find_keys(store) == [2]
        assert store.delete_where(TRUE, EVERYTHING) == 1

    @needs("soft")
    def test_marked_row_is_not_there(self, stores: StoreStand) -> None:
        """A row that is marked as deleted is in no list, no number and no relation."""
        store = stores["note"]
        store.delete(1, EVERYTHING)
        assert find_keys(store) == [2, 3]
        page = store.page(Query(fields=(), total="exact"), EVERYTHING)
        assert page.total is not None
        assert page.total.count == 2
        assert store.row(1, ["slug"], EVERYTHING) is None
        assert store.get(1, EVERYTHING) is None
        assert store.row(2, ["parent", "parent.slug"], EVERYTHING) == (None, None)
        assert find_keys(store, Is("parent", "null", True)) == [2, 3]
        assert find_keys(store, Is("parent.slug", "eq", "first")) == []
        with pytest.raises(NotFound):
            store.update(1, {"body": "x"}, EVERYTHING)
        with pytest.raises(NotFound):
            store.delete(1, EVERYTHING)

    @needs("soft")
    def test_marked_row_is_no_choice(self, stores: StoreStand) -> None:
        """A marked row can be neither chosen nor set, and is not one of some."""
        store = stores["note"]
        store.delete(3, EVERYTHING)
        assert find_keys(store, Some("replies", Is("slug", "eq", "third"))) == []
        assert find_keys(store, Is("slug", "contains", "thi")) == []
        assert find_keys(store, Is("", "in", [2, 3])) == [2]
        with pytest.raises(Invalid) as caught:
            store.update(2, {"parent": 3}, EVERYTHING)
        assert caught.value.errors[0].code == "missing"

    @needs("soft", "search", "stream", "aggregate")
    def test_marked_row_is_nowhere_else(self, stores: StoreStand) -> None:
        """A marked row is found by no search, stream or number."""
        store = stores["note"]
        store.delete(3, EVERYTHING)
        assert store.page(Query(fields=(), search="third"), EVERYTHING).keys == []
        assert [key for (key,) in store.stream(Query(fields=("",)), EVERYTHING)] == [1, 2]
        assert store.aggregate(Aggregate(measures=(Measure("count"),)), EVERYTHING) == [(2,)]

    @needs("soft")
    def test_marked_row_frees_its_values(self, stores: StoreStand) -> None:
        """What was unique of a marked row may be somebody else's, more than once."""
        store = stores["note"]
        for key in (11, 12, 13):
            store.delete(find_keys(store, Is("slug", "eq", "first"))[0], EVERYTHING)
            store.create({"id": key, "slug": "first"}, EVERYTHING)
        assert find_keys(store, Is("slug", "eq", "first")) == [13]
        with pytest.raises(Conflict) as caught:
            store.create({"slug": "first"}, EVERYTHING)
        assert caught.value.fields == ("slug",)
