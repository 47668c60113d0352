"""The contract of what a store says of itself: S10 to S16, and S51."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec
import pytest

from stack_core.filter import Is, Not, Some
from stack_core.problem import BadQuery
from stack_core.query import EVERYTHING, Query

from .asking import find_keys, find_rows
from .library import FIELDS, KEYS, SCHEMAS, describe
from .rows import ROWS
from .stand import StoreStand

LONG = "\N{PARROT}" * 260
"""More than the 1,024 bytes by which MariaDB sorts."""


class DescribingContract:
    """What a store says of itself is true."""

    @pytest.mark.parametrize("kind", FIELDS)
    def test_description_has_the_fields(self, stores: StoreStand, kind: str) -> None:
        """A store's description has the fields of the contract, of the same type."""
        found = stores[kind].description
        assert found.kind == kind
        for field in FIELDS[kind]:
            own = found.by_name[field.name]
            facts = ("type", "relation", "many", "nullable", "unique", "searchable", "secret")
            assert [getattr(own, fact) for fact in facts] == [
                getattr(field, fact) for fact in facts
            ], field.name

    @pytest.mark.parametrize("kind", FIELDS)
    def test_foreign_key_is_no_field(self, stores: StoreStand, kind: str) -> None:
        """S10: what holds a relation's key is no field beside it, but may be part of the key."""
        description = stores[kind].description
        for field in FIELDS[kind]:
            if field.type == "relation" and not field.many:
                assert len(description.by_name[field.name].local) == len(field.local)
                assert not set(description.by_name[field.name].local) & set(description.by_name)
        names = [column.name for column in KEYS.get(kind, ())]
        assert [column.name for column in description.key] == (names or ["id"])

    @pytest.mark.parametrize("kind", FIELDS)
    def test_relation_knows_its_way_back(self, stores: StoreStand, kind: str) -> None:
        """S72: a relation names the other's relation that leads back, or none."""
        description = stores[kind].description
        for field in FIELDS[kind]:
            found = description.by_name[field.name].inverse
            assert found == field.inverse, field.name
            if found:
                back = description.related(field.name).by_name[found]
                assert (back.relation, back.inverse) == (kind, field.name)

    def test_path_goes_through_relations(self, stores: StoreStand) -> None:
        """S11: a path ends at a value, at another's key, or where it is empty at the own key."""
        row = stores["book"].row(
            1, ["", "author", "author.name", "author.team", "author.team.name"], EVERYTHING
        )
        assert row == (1, 2, "bob", 1, "red")
        paths = ["", "copy", "copy.book", "copy.book.author.boss.name"]
        assert stores["loan"].row(1, paths, EVERYTHING) == (1, (1, 1), 1, "ann")

    @pytest.mark.parametrize("path", ["tags", "tags.word", "author.books", "nothing", "title.x"])
    def test_path_is_refused(self, stores: StoreStand, path: str) -> None:
        """S12: a to-many relation stands in no path, nor does what there is not."""
        store = stores["book"]
        refused = (LookupError, BadQuery)
        with pytest.raises(refused):
            store.page(Query(fields=(path,)), EVERYTHING)
        with pytest.raises(refused):
            store.page(Query(fields=(), order=(path,)), EVERYTHING)
        with pytest.raises(refused):
            store.page(Query(fields=(), where=Not(Is(path, "eq", 1))), EVERYTHING)
        with pytest.raises(refused):
            store.row(1, [path], EVERYTHING)

    @pytest.mark.parametrize("path", ["author", "title", "author.name", "nothing"])
    def test_some_needs_many(self, stores: StoreStand, path: str) -> None:
        """S12: only a to-many relation is asked for some of its rows."""
        with pytest.raises((LookupError, BadQuery)):
            find_keys(stores["book"], Some(path))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("text", "a\0b"),
            ("text", "\ud800"),
            ("integer", 2**63),
            ("float", float("nan")),
            ("float", float("inf")),
            ("decimal", Decimal("0.00001")),
            ("decimal", Decimal("123456789")),
            ("datetime", datetime(2024, 1, 1)),
            ("uuid", "no uuid"),
        ],
    )
    def test_value_cannot_be_kept(self, stores: StoreStand, name: str, value: object) -> None:
        """S13: what no database could keep is refused before it is asked."""
        with pytest.raises(msgspec.ValidationError):
            stores["sample"].description.by_name[name].convert(value)

    @pytest.mark.parametrize("kind", FIELDS)
    def test_key_has_one_text(self, stores: StoreStand, kind: str) -> None:
        """S14: every key has a text of its own that leads back to it."""
        description = stores[kind].description
        keys = find_keys(stores[kind])
        texts = [description.key_text(key) for key in keys]
        assert [description.parse_key(text) for text in texts] == keys
        assert len(set(texts)) == len(ROWS[kind])

    def test_other_text_is_no_key(self, stores: StoreStand) -> None:
        """S14: another writing of a key is none."""
        for text in ("01", "1_0", " 1", "+1", "\N{ARABIC-INDIC DIGIT THREE}", "1,1", ""):
            with pytest.raises(LookupError):
                stores["book"].description.parse_key(text)

    def test_word_names_one_kind(self, stores: StoreStand) -> None:
        """S15: a kind's word leads to its store, and another word to none."""
        for kind in FIELDS:
            assert stores[kind].description.kind == kind
            for field in FIELDS[kind]:
                if field.type == "relation":
                    other = stores[kind].description.related(field.name)
                    assert other.kind == field.relation
        assert stores.provider.find_store("no such kind") is None

    def test_order_knows_whole_values(self, stores: StoreStand) -> None:
        """S16: a text is sorted by the whole of it, or its field is not offered for sorting."""
        store = stores["note"]
        if not store.description.by_name["body"].order:
            assert store.description.by_name["slug"].order
            return
        rows = [
            {"id": key, "slug": f"long {key}", "body": LONG + end}
            for key, end in ((11, "c"), (12, "a"), (13, "b"))
        ]
        stores.fill({"note": rows})
        found = find_keys(store, Is("body", "starts", LONG), order=["body"])
        assert found == [12, 13, 11]

    def test_contract_describes_itself(self, stores: StoreStand) -> None:
        """The kinds of the contract are those that the stores were made of."""
        assert set(SCHEMAS) == set(FIELDS) == set(ROWS)
        for kind in FIELDS:
            resolve = lambda word: stores[word].description  # noqa: E731
            made = describe(kind, resolve)
            assert bool(made.version) == bool(stores[kind].description.version)

    @pytest.mark.parametrize("kind", FIELDS)
    def test_rows_are_there(self, stores: StoreStand, kind: str) -> None:
        """What was put in is read as it was given, to the last bit."""
        names = [field.name for field in FIELDS[kind] if not (field.many or field.secret)]
        names = [name for name in names if name != "version"]
        wanted = [tuple(row.get(name) for name in names) for row in ROWS[kind]]
        found = find_rows(stores[kind], *names)
        assert sorted(map(repr, found)) == sorted(map(repr, wanted))
