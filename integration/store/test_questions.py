"""Ten thousand random questions: a store of mapped classes, a store in memory and Python agree.

The same order is not promised on every database (S20), so the texts here are
in columns that every one of them sorts by the numbers of their letters, as
Python does: ``BINARY`` on SQLite, ``C`` on PostgreSQL, ``utf8mb4_nopad_bin`` on
MariaDB. Parts of texts are looked for where all letters are ASCII, because a
database may take other letters for the same (S18). Enums are not sorted by:
they sort as each database keeps them.

A failure names the seed and the number of its question; ``STACK_TEST_SEED`` sets the seed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from services import DATABASES
from stack_core.filter import Is, holds
from stack_core.query import EVERYTHING, Page, Position, Query, Reach
from stack_core.store import Store
from stack_testing.memory import MemoryStore, MemoryStores
from stack_testing.memory.ordering import Order
from stack_testing.store import SCHEMAS, describe

from .models import KINDS, make_models
from .objects import ObjectReader
from .questions import Asker
from .stand import SqlStand, open_database, sql_stand
from .worlds import TEXTS, Rows, make_world

SEED = int(os.environ.get("STACK_TEST_SEED", "0")) or 20260101
QUICK, SLOW, ALL, WORLD, WALKS = 150, 2_000, 10_000, 500, 10
"""How many questions a quick run asks, a slow one and a long one; how many of them are of one set
of rows, and how often its pages are turned while rows come and go."""

quick = [pytest.param("sqlite:///library.db", QUICK, id="SQLite")]
slow = [pytest.param("sqlite:///library.db", SLOW, id="SQLite, slow", marks=pytest.mark.slow)]
whole = [
    pytest.param(name, ALL, id=name, marks=[pytest.mark.slow, pytest.mark.services])
    for name in ("sqlite:///library.db", *DATABASES)
]


def sorted_by_letters(length: int) -> sa.String:
    """Return a type of text that sorts by the numbers of its letters."""
    text = sa.String(length)
    text = text.with_variant(sa.String(length, collation="C"), "postgresql")
    return text.with_variant(sa.String(length, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")


def memory_of(rows: Rows) -> MemoryStores:
    """Return stores in memory with rows."""
    stores = MemoryStores()
    for kind, schema in SCHEMAS.items():
        description = describe(kind, stores.describe)
        MemoryStore(description, rows[kind], related=stores, schema=schema)
    return stores


class World:
    """The same rows in a database and in memory."""

    def __init__(self, stand: SqlStand, random: Random) -> None:
        rows = make_world(random)
        self.stand = stand
        stand.fill(rows)
        self.memory = memory_of(rows)
        described = {kind: self.memory.describe(kind) for kind in KINDS}
        self.asker = Asker(random, rows, described)
        self.objects = {kind: list(self._load(kind)) for kind in KINDS}

    def sql(self, kind: str) -> Store:
        """Return the store of mapped objects."""
        return self.stand[kind]

    def _load(self, kind: str) -> Iterator[ObjectReader]:
        store: Any = self.stand[kind]
        for thing in self.stand.db.session.scalars(sa.select(self.stand.models[kind])):
            reader = ObjectReader(store.kind, thing)
            if not reader.is_deleted:
                yield reader

    def by_objects(self, kind: str, query: Query, reach: Reach) -> list[Any]:
        """Return the keys that Python finds among mapped objects, in order."""
        order = Order(query.order)
        found = [
            (order.rank([each.value(path) for path, _ in order.steps]), each.key)
            for each in self.objects[kind]
            if holds(reach.row, each) and holds(query.where, each)
        ]
        return [key for _, key in sorted(found, key=lambda pair: pair[0])]


def ask(world: World, kind: str, query: Query, reach: Reach) -> None:
    """Ask both stores, and Python where it sees what they see."""
    sql, memory = world.sql(kind), world.memory[kind]
    whole = msgspec.structs.replace(query, offset=0, limit=1000)
    every = sql.page(whole, reach)
    assert_same(every, memory.page(whole, reach))
    if reach.trusted:
        assert every.keys == world.by_objects(kind, query, reach)
    match world.asker.random.randint(0, 3):
        case 0:
            assert_same(sql.page(query, reach), memory.page(query, reach))
        case 1 if every.keys:
            ask_from_a_position(world, kind, query, reach)


def ask_from_a_position(world: World, kind: str, query: Query, reach: Reach) -> None:
    """Ask both stores for the rows behind a position, or before it."""
    paths = [path for path, _ in Order(query.order).steps]
    read = Query(fields=tuple(paths), where=query.where, limit=1000)
    values = world.memory[kind].page(read, reach).rows
    position = world.asker.position(kind, query, values)
    asked = msgspec.structs.replace(query, position=position, offset=0)
    found = world.sql(kind).page(asked, reach)
    assert_same(found, world.memory[kind].page(asked, reach))


def assert_same(found: Page, wanted: Page) -> None:
    """Hold one answer against another."""
    assert found.keys == wanted.keys
    assert [tuple(row) for row in found.rows] == wanted.rows
    assert found.total == wanted.total


def turn(world: World, kind: str, query: Query, reach: Reach) -> None:
    """Turn all pages both ways; they are the whole list."""
    store, size = world.sql(kind), world.asker.random.randint(1, 7)
    query = msgspec.structs.replace(query, offset=0, limit=size, total="none")
    whole = world.memory[kind].page(msgspec.structs.replace(query, limit=1000), reach).keys
    pages = [store.page(query, reach)]
    while pages[-1].next is not None and len(pages) < 1000:
        pages.append(store.page(at(query, pages[-1].next), reach))
    assert [key for page in pages for key in page.keys] == whole
    back = [pages[-1]]
    while back[-1].previous is not None and len(back) < 1000:
        back.append(store.page(at(query, back[-1].previous), reach))
    assert [key for page in reversed(back) for key in page.keys] == whole


def come_and_go(world: World) -> None:
    """Turn pages while rows come and go; none that stays is lost or repeated."""
    store, random = world.sql("loan"), world.asker.random
    order, backwards = world.asker.order("loan"), random.random() < 0.5
    query = Query(fields=(), order=order, limit=random.randint(1, 4))
    keys = store.page(msgspec.structs.replace(query, limit=1000), EVERYTHING).keys
    gone = random.sample(keys, len(keys) // 3)
    stays = [key for key in keys if key not in gone]
    found: list[Any] = []
    position: Position | None = Position((), backwards=backwards)
    while position is not None:
        page = store.page(at(query, position), EVERYTHING)
        found = page.keys + found if backwards else found + page.keys
        position = page.previous if backwards else page.next
        if gone and random.random() < 0.7:
            store.delete(gone.pop(), EVERYTHING)
        if len(found) < 100 and random.random() < 0.7:
            copy = random.choice((None, *world.objects["copy"]))
            values = {"reader": random.choice(TEXTS), "copy": copy and copy.key}
            store.create(values, EVERYTHING)
    assert len(set(found)) == len(found)
    assert [key for key in found if key in stays] == stays


def at(query: Query, position: Position) -> Query:
    """Return a query from a position on."""
    return msgspec.structs.replace(query, position=position)


def make(db: Any) -> dict[str, Any]:
    """Map the kinds with texts that sort by the numbers of their letters."""
    return make_models(db, text=sorted_by_letters)


@pytest.fixture
def stand(where: str, tmp_path: Path) -> Iterator[SqlStand]:
    """The stores of mapped classes whose texts sort by the numbers of their letters."""
    with (
        open_database(where) as address,
        sql_stand(address, str(tmp_path), make) as made,
    ):
        yield made


@pytest.mark.parametrize(("where", "count"), [*quick, *slow, *whole])
def test_stores_and_python_agree(stand: SqlStand, where: str, count: int) -> None:
    """SQL, memory and Python find the same keys in the same order, page by page both ways too."""
    for first in range(0, count, WORLD):
        random = Random(f"{SEED}-{first}")
        stand.empty()
        with stand.caller():
            world = World(stand, random)
            for number in range(first, min(first + WORLD, count)):
                kind, query, reach = world.asker.question()
                try:
                    ask(world, kind, query, reach)
                    if number % 10 == 0:
                        turn(world, kind, query, reach)
                except Exception as error:
                    asked = f"question {number} of {kind!r}: {query} within {reach}"
                    error.add_note(f"Seed {SEED}, {asked}")
                    raise
            for _ in range(WALKS):
                come_and_go(world)


@pytest.mark.services
@pytest.mark.parametrize("where", DATABASES)
@pytest.mark.parametrize("op", ["contains", "starts"])
def test_case_is_no_matter_in_any_column(stand: SqlStand, where: str, op: Any) -> None:
    """S18: parts are found without case also where a column's collation tells it apart."""
    with stand.caller():
        stand.fill()
        page = stand["book"].page(Query(fields=(), where=Is("title", op, "ZEB")), EVERYTHING)
    assert page.keys == [10, 11]
