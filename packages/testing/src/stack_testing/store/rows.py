"""The rows that the contract is tried on, with the texts and numbers that go wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from .library import Genre

Rows = Sequence[Mapping[str, Any]]

TITLES: Sequence[str] = (
    "Straße",
    "STRASSE",
    "İstanbul",
    "istanbul",
    "Caf\N{LATIN SMALL LETTER E WITH ACUTE}",
    "Cafe\N{COMBINING ACUTE ACCENT}",
    "The parrot \N{PARROT}",
    "trail",
    "trail ",
    "Zebra",
    "zebra",
    "100% sure",
    "1000 sure",
    "snake_case",
    "snakeXcase",
    "back\\slash",
    "",
    "'; DROP TABLE book; --",
    "tie",
    "tie",
    "tie",
    "/slash/",
)
"""The titles of the books, in the order of their keys, which begin with 1."""

MOMENT = datetime(2024, 3, 31, 0, 30, tzinfo=UTC)
"""Half an hour before Vienna's clocks go forward: half past one there, of the same day."""


def _book(key: int, title: str) -> dict[str, Any]:
    """Return a book; every third value of what may be missing is missing."""
    return {
        "id": key,
        "title": title,
        "subtitle": None if key % 2 else f"subtitle {key}",
        "isbn": None if key % 3 == 0 else f"isbn-{key}",
        "author": key % 6 + 1,
        "editor": None if key % 4 else key // 4,
        "price": None if key % 5 == 0 else Decimal(key * 7 % 10) + Decimal("0.10"),
        "pages": None if key % 7 == 0 else key * 50 % 300,
        "rating": None if key % 6 == 0 else key % 3 + 0.5,
        "sold": key % 2 == 0,
        "published": None if key % 8 == 0 else date(2000 + key % 4, 1 + key % 3, 15),
        "added": None if key % 9 == 0 else MOMENT + timedelta(hours=6 * (key - 1)),
        "code": f"secret-{key}",
    }


BOOKS = tuple(_book(key, title) for key, title in enumerate(TITLES, 1))

ROWS: Mapping[str, Rows] = {
    "team": (
        {"id": 1, "name": "red", "motto": "first"},
        {"id": 2, "name": "blue", "motto": None},
        {"id": 3, "name": "green", "motto": "first"},
    ),
    "author": (
        {"id": 1, "name": "ann", "email": "ann@example.org", "team": 1, "boss": None},
        {"id": 2, "name": "bob", "email": None, "team": 1, "boss": 1},
        {"id": 3, "name": "cid", "email": None, "team": 2, "boss": 1},
        {"id": 4, "name": "dot", "email": "DOT@example.org", "team": 2, "boss": 3},
        {"id": 5, "name": "eve", "email": "dot@example.com", "team": None, "boss": None},
        {"id": 6, "name": "fay", "email": "fay@example.org", "team": 3, "boss": 5},
    ),
    "book": BOOKS,
    "tag": (
        {"word": "a/b", "weight": 1},
        {"word": "..", "weight": None},
        {"word": "x,y", "weight": 2},
        {"word": "plain", "weight": 2},
    ),
    "tagging": (
        {"book": 1, "tag": "a/b"},
        {"book": 1, "tag": "plain"},
        {"book": 2, "tag": "plain"},
        {"book": 3, "tag": ".."},
        {"book": 4, "tag": "x,y"},
        {"book": 4, "tag": ".."},
        {"book": 7, "tag": "plain"},
    ),
    "copy": (
        {"book": 1, "number": 1, "place": "cellar"},
        {"book": 1, "number": 2, "place": "attic"},
        {"book": 2, "number": 1, "place": "cellar"},
        {"book": 11, "number": 1, "place": None},
    ),
    "loan": (
        {"id": 1, "reader": "kim", "copy": (1, 1)},
        {"id": 2, "reader": "lou", "copy": (1, 2)},
        {"id": 3, "reader": "kim", "copy": (11, 1)},
        {"id": 4, "reader": "max", "copy": None},
    ),
    "note": (
        {"id": 1, "slug": "first", "body": "a beginning", "parent": None},
        {"id": 2, "slug": "second", "body": None, "parent": 1},
        {"id": 3, "slug": "third", "body": "an end", "parent": 1},
    ),
    "sample": (
        {"id": 1},
        {
            "id": 2,
            "text": "  é e\N{COMBINING ACUTE ACCENT} \N{PARROT} ß İ % _ \\ ' \" \t\n ",
            "integer": 2**63 - 1,
            "decimal": Decimal("99999999.9999"),
            "float": 1.7976931348623157e308,
            "boolean": True,
            "date": date(9999, 12, 31),
            "time": time(23, 59, 59),
            "datetime": datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
            "interval": timedelta(days=10, seconds=1),
            "uuid": UUID(int=2**128 - 1),
            "binary": bytes(range(256)),
            "json": {"a": [1, 2.5, None, True, "é"], "b": {}},
            "genre": Genre.NOVEL,
        },
        {
            "id": 3,
            "text": "",
            "integer": -(2**63),
            "decimal": Decimal("-99999999.9999"),
            "float": 5e-324,
            "boolean": False,
            "date": date(1000, 1, 1),
            "time": time(0, 0),
            "datetime": datetime(1000, 1, 1, tzinfo=UTC),
            "interval": timedelta(0),
            "uuid": UUID(int=0),
            "binary": b"",
            "json": [],
            "genre": Genre.POEM,
        },
        {
            "id": 4,
            "text": "a " * 100,
            "integer": 0,
            "decimal": Decimal("0.0001"),
            "float": -0.1,
            "datetime": datetime(2024, 2, 29, 12, 0, 0, 1, tzinfo=UTC),
            "genre": Genre.ESSAY,
        },
    ),
}
"""The rows of each kind, in an order in which what a row leads to is there before it."""
