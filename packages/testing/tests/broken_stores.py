"""Stores that break one rule each, which the contract must reject."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from typing import Any, NamedTuple

import msgspec
import pytest

from stack_core.event import tell_changed
from stack_core.filter import TRUE, All, Filter, Is, Not, Some, fold, holds
from stack_core.problem import Conflict
from stack_core.query import EVERYTHING, Page, Query, Reach
from stack_core.store import Saved
from stack_testing.memory import MemoryStore, ordering, tables, writing

Patch = pytest.MonkeyPatch


class Mutant(NamedTuple):
    """A fault, and the test of the contract that must find it."""

    test: str
    make: Callable[[Patch], type[MemoryStore]]


def patched(name: str, value: Any) -> Callable[[Patch], type[MemoryStore]]:
    """Return a maker of stores in memory of which one thing is replaced."""

    def make(patch: Patch) -> type[MemoryStore]:
        patch.setattr(f"stack_testing.memory.{name}", value)
        return MemoryStore

    return make


def ranked_first(self: ordering.Order, values: Any) -> Any:
    pairs = zip(values, self.steps, strict=False)
    return tuple((value is not None, ordering._ranked(value, down)) for value, (_, down) in pairs)


def at_ties(self: ordering.Order, ranks: list[Any], query: Query) -> tuple[int, int]:
    """Cut after the position's values, its key left out."""
    if query.position is None:
        return query.offset, query.offset + query.limit
    mark = self.rank(query.position.values)[:-1]
    if query.position.backwards:
        before = sum(1 for rank in ranks if rank[: len(mark)] < mark)
        return max(0, before - query.limit), before
    start = sum(1 for rank in ranks if rank[: len(mark)] <= mark)
    return start, start + query.limit


def one_beside(self: ordering.Order, ranks: list[Any], query: Query) -> tuple[int, int]:
    """Cut with the position's own row on the page."""
    start, stop = spans(self, ranks, query)
    if query.position is not None and not query.position.backwards and start:
        return start - 1, stop - 1
    return start, stop


spans = ordering.Order._span


def with_wildcards(part: Filter, row: Any) -> bool:
    if isinstance(part, Is) and part.op == "contains" and isinstance(row.value(part.path), str):
        pattern = re.escape(fold(part.value)).replace("%", ".*").replace("_", ".")
        return re.search(pattern, fold(row.value(part.path)), re.DOTALL) is not None
    return holds(part, row)


def case_blind(part: Filter, row: Any) -> bool:
    if isinstance(part, Is) and part.op == "eq" and isinstance(part.value, str):
        return fold(part.value) == fold(row.value(part.path) or "")
    return holds(part, row)


def blank_blind(part: Filter, row: Any) -> bool:
    if isinstance(part, Is) and part.op == "eq" and isinstance(part.value, str):
        return part.value.rstrip(" ") == (row.value(part.path) or "").rstrip(" ")
    return holds(part, row)


def three_valued(part: Filter, row: Any) -> bool:
    """Let a Not of a missing value be false too, as SQL has it."""
    if isinstance(part, Not) and isinstance(part.part, Is) and part.part.op != "null":
        return row.value(part.part.path) is not None and not holds(part.part, row)
    return holds(part, row)


def of_several(part: Filter, row: Any) -> bool:
    """Let each condition of a Some be about another row."""
    if isinstance(part, Some) and isinstance(part.part, All) and part.part.parts:
        return all(holds(Some(part.path, each), row) for each in part.part.parts)
    return holds(part, row)


@contextmanager
def lost(self: tables.Transaction) -> Iterator[None]:
    yield


@contextmanager
def half_lost(self: tables.Transaction) -> Iterator[None]:
    """Undo the writes of a savepoint, and tell of them all the same."""
    writes = len(self._undo)
    try:
        yield
    except BaseException:
        while len(self._undo) > writes:
            kind, key, row = self._undo.pop()
            tables._set(self._own[kind], key, row)
        raise


def told_early(transaction: Any, change: Any) -> None:
    from flask import current_app

    tell_changed(current_app._get_current_object(), change)  # type: ignore[attr-defined]


def nameless(self: writing.Writing, key: Any, row: Any) -> None:
    try:
        checks_unique(self, key, row)
    except Conflict:
        raise Conflict() from None


checks_unique = writing.Writing._check_unique
finds = writing.Writing.find
changes = writing.Writing.change


def any_version(self: writing.Writing, key: Any, version: Any = None) -> Any:
    return finds(self, key)


def always_writes(self: writing.Writing, found: Any, values: Mapping[str, Any]) -> Any:
    view, names = changes(self, found, values)
    return (view, names) if names else (self.put(found.key, self._moved(found.row)), ["title"])


def whatever_kept(self: writing.Writing, found: Any, values: Mapping[str, Any]) -> Any:
    yield from values.items()


class CountsHidden(MemoryStore):
    """Its totals count what is out of reach."""

    def page(self, query: Query, reach: Reach) -> Page:
        page, whole = super().page(query, reach), super().page(query, EVERYTHING)
        return msgspec.structs.replace(page, total=whole.total)


class StreamsHidden(MemoryStore):
    """Its streams have what is out of reach."""

    def stream(self, query: Query, reach: Reach) -> Any:
        return super().stream(query, msgspec.structs.replace(reach, row=TRUE))


class GetsHidden(MemoryStore):
    """It gives away objects that are out of reach."""

    def get(self, key: Any, reach: Reach) -> Any:
        return super().get(key, EVERYTHING)


class LinksHidden(MemoryStore):
    """It has links of rows that are out of reach."""

    def links(self, name: str, keys: Any, reach: Reach, *, limit: int) -> Any:
        free = msgspec.structs.replace(reach, row=TRUE)
        return super().links(name, keys, free, limit=limit)


class LinksByTheWay(MemoryStore):
    """Its links are in the order in which they are asked for."""

    def links(self, name: str, keys: Any, reach: Reach, *, limit: int) -> Any:
        found = [super(LinksByTheWay, self).links(name, [k], reach, limit=limit) for k in keys]
        return [pair for pairs in found for pair in pairs][:limit]


class LinksEach(MemoryStore):
    """Its limit of links is one for each row."""

    def links(self, name: str, keys: Any, reach: Reach, *, limit: int) -> Any:
        found = [super(LinksEach, self).links(name, [k], reach, limit=limit) for k in sorted(keys)]
        return [pair for pairs in found for pair in pairs]


class ScopesAsSeen(MemoryStore):
    """Its scopes go through relations as the asker sees them."""

    def _find(self, what: Any, reach: Reach) -> Any:
        free = msgspec.structs.replace(reach, row=TRUE)
        return (view for view in super()._find(what, free) if holds(reach.row, view))


class KnowsTooMuch(MemoryStore):
    """It tells a writer what was given, secrets too."""

    def _saved(self, view: Any, changed: Any, known: Any) -> Saved:
        saved = super()._saved(view, changed, known)
        own = {name: view.row.get(name) for name in known}
        return msgspec.structs.replace(saved, known={**own, "": view.key})


class Boasts(MemoryStore):
    """It says that it can do what its author does not say."""

    @property
    def abilities(self) -> Any:
        return super().abilities | {"estimate"}


class Hides(MemoryStore):
    """It says nothing of what its author does not exempt."""

    @property
    def abilities(self) -> Any:
        return super().abilities - {"bulk"}


def given(store: type[MemoryStore]) -> Callable[[Patch], type[MemoryStore]]:
    return lambda patch: store


def shown_to_all(patch: Patch) -> type[MemoryStore]:
    begins = tables.Transaction.put

    def put(self: tables.Transaction, kind: str, key: Any, row: Any) -> None:
        begins(self, kind, key, row)
        published[kind] = self.tables[kind]

    published: dict[str, Any] = {}
    patch.setattr(tables.Transaction, "put", put)
    patch.setattr(tables.Tables, "snapshot", lambda self: published)
    return MemoryStore


def forgiving(self: Reach, kind: str) -> Filter:
    return dict(self.through).get(kind, TRUE)


def forgets_scopes(patch: Patch) -> type[MemoryStore]:
    patch.setattr(Reach, "of", forgiving)
    return MemoryStore


MUTANTS: Mapping[str, Mutant] = {
    "scope ignored through a relation": Mutant(
        "test_hidden_relation_reads_as_none", patched("record.Sight._sees", lambda *_: True)
    ),
    "hidden relation in a filter": Mutant(
        "test_hidden_relation_matches_nothing", patched("record.Sight._sees", lambda *_: True)
    ),
    "hidden rows among some": Mutant(
        "test_some_sees_what_is_seen", patched("record.Sight._sees", lambda *_: True)
    ),
    "missing values first": Mutant(
        "test_missing_comes_last", patched("ordering.Order.rank", ranked_first)
    ),
    "cursor skips ties": Mutant(
        "test_pages_are_the_list", patched("ordering.Order._span", at_ties)
    ),
    "cursor off by one": Mutant(
        "test_pages_are_the_list", patched("ordering.Order._span", one_beside)
    ),
    "live wildcards": Mutant("test_part_of_text", patched("work.holds", with_wildcards)),
    "case-blind equality": Mutant("test_equality_is_exact", patched("work.holds", case_blind)),
    "blank-blind equality": Mutant("test_equality_is_exact", patched("work.holds", blank_blind)),
    "not of missing is false": Mutant("test_comparison", patched("work.holds", three_valued)),
    "some of several rows": Mutant(
        "test_some_is_about_one_row", patched("work.holds", of_several)
    ),
    "savepoint lost": Mutant(
        "test_savepoint_is_undone_alone", patched("tables.Transaction.savepoint", lost)
    ),
    "refused write stays": Mutant(
        "test_changing_can_refuse", patched("tables.Transaction.savepoint", lost)
    ),
    "undone savepoint told": Mutant(
        "test_undone_is_not_told", patched("tables.Transaction.savepoint", half_lost)
    ),
    "event before commit": Mutant(
        "test_changed_waits_for_the_commit", patched("work.tell_change", told_early)
    ),
    "version ignored": Mutant(
        "test_version_must_be_the_own", patched("writing.Writing.find", any_version)
    ),
    "every update writes": Mutant(
        "test_no_difference_is_no_write", patched("writing.Writing.change", always_writes)
    ),
    "every update is told": Mutant(
        "test_no_difference_is_not_told", patched("writing.Writing.change", always_writes)
    ),
    "conflict without a field": Mutant(
        "test_conflict_names_its_fields", patched("writing.Writing._check_unique", nameless)
    ),
    "row carried out of reach": Mutant(
        "test_row_begins_in_reach", patched("writing.Writing._reaches", lambda *_: True)
    ),
    "hidden row may be chosen": Mutant(
        "test_relation_is_set_to_what_is_seen",
        patched("writing.Writing._check_links", lambda *_: None),
    ),
    "hidden relation cleared": Mutant(
        "test_hidden_relation_stays", patched("writing.Writing._kept_apart", whatever_kept)
    ),
    "total counts hidden rows": Mutant("test_rows_are_scoped", given(CountsHidden)),
    "object out of reach": Mutant("test_rows_are_scoped", given(GetsHidden)),
    "stream ignores scope": Mutant("test_stream_is_scoped", given(StreamsHidden)),
    "links to hidden rows": Mutant(
        "test_hidden_others_have_no_links", patched("record.Sight._sees", lambda *_: True)
    ),
    "links of hidden rows": Mutant("test_hidden_rows_have_no_links", given(LinksHidden)),
    "links of deleted rows": Mutant(
        "test_marked_rows_have_no_links", patched("kind.Kind.is_deleted", lambda *_: False)
    ),
    "links in no order": Mutant("test_links_are_in_order", given(LinksByTheWay)),
    "links beyond their limit": Mutant("test_links_are_in_order", given(LinksEach)),
    "links without a scope": Mutant("test_links_need_a_scope", forgets_scopes),
    "scope through a narrowed join": Mutant("test_row_scope_sees_everything", given(ScopesAsSeen)),
    "forgotten kind is seen": Mutant("test_forgotten_kind_raises", forgets_scopes),
    "deleted row in lists": Mutant(
        "test_marked_row_is_no_choice", patched("kind.Kind.is_deleted", lambda *_: False)
    ),
    "deleted row keeps its values": Mutant(
        "test_marked_row_frees_its_values", patched("kind.Kind.is_deleted", lambda *_: False)
    ),
    "uncommitted rows are seen": Mutant("test_others_see_what_is_committed", shown_to_all),
    "day without its zone": Mutant(
        "test_days_begin_in_a_zone", patched("aggregation.ZoneInfo", lambda zone: UTC)
    ),
    "secret known to its writer": Mutant("test_update_is_known_as_it_reads", given(KnowsTooMuch)),
    "ability not declared": Mutant("test_ability_is_declared", given(Hides)),
    "ability exempt and there": Mutant("test_ability_is_declared", given(Boasts)),
}
