"""Random rows of the contract's kinds, in which a question can go wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from stack_testing.store import Genre

Rows = Mapping[str, Sequence[Mapping[str, Any]]]

TEXTS = (
    "", " ", "a", "A", "a ", "aa", "b", "B", "é", "e\N{COMBINING ACUTE ACCENT}", "É", "ß", "ss",
    "İ", "i", "I", "ı", "\N{PARROT}", "\N{PARROT}a", "%", "_", "a%b", "a_b", "\\", "'", '"', "ﬀ",
    "Ω", "\N{OHM SIGN}", "\N{NO-BREAK SPACE}", "z", "Z", "~", "0", "10", "9", "/", "\t", "ａ",
)  # fmt: skip
"""Letters of several lengths in UTF-8, cases, normal forms, blanks and wildcards."""
PLAIN = ("", "a", "A", "ab", "Ab", "b%", "b_c", "bxc", "\\", "a\\b", "100%", "1000", "a b", " ")
"""What parts are looked for in: ASCII, for a database may take other letters for the same."""
NUMBERS = (0, 1, -1, 7, 100, 2**31 - 1, -(2**31))
SAMPLES: Mapping[str, Sequence[Any]] = {
    "text": TEXTS,
    "integer": (0, 1, -1, 2**63 - 1, -(2**63), 2**53 + 1, 2**53),
    "decimal": tuple(map(Decimal, ("0", "0.1", "-0.1", "99999999.9999", "0.0001", "12.5"))),
    "float": (0.0, 0.1, -0.1, 1e300, 1e-300, 2.5),
    "boolean": (True, False),
    "date": (date(1000, 1, 1), date(2024, 2, 29), date(9999, 12, 31)),
    "time": (time(0), time(12, 30), time(23, 59, 59)),
    "datetime": (
        datetime(1000, 1, 1, tzinfo=UTC),
        datetime(2024, 2, 29, 12, 0, 0, 1, tzinfo=UTC),
        datetime(2024, 2, 29, 12, 0, 0, 2, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ),
    "interval": (timedelta(0), timedelta(seconds=1), timedelta(days=400, seconds=5)),
    "uuid": (UUID(int=0), UUID(int=5), UUID(int=2**128 - 1)),
    "genre": tuple(Genre),
}


def make_world(random: Random, size: int = 40) -> Rows:
    """Return rows with many ties, many missing values and links of every kind.

    :param size: how many books there are.
    """

    def some(values: Sequence[Any], missing: float = 0.3) -> Any:
        return None if random.random() < missing else random.choice(values)

    teams, authors = range(1, 5), range(1, 11)
    names = random.sample(TEXTS, len(teams))
    words = random.sample([text for text in TEXTS if text.strip()], 5)
    books = [_book(random, key, authors, some) for key in range(1, size + 1)]
    places = {(book["title"], book["author"], book["published"]): book for book in books}
    books = sorted(places.values(), key=lambda book: book["id"])
    keys = [book["id"] for book in books]
    copies = sorted({(some(keys, 0), random.randint(1, 3)) for _ in range(size // 2)})
    return {
        "team": [
            {"id": key, "name": name, "motto": some(PLAIN)}
            for key, name in zip(teams, names, strict=True)
        ],
        "author": [
            {
                "id": key,
                "name": random.choice(TEXTS),
                "email": some([f"mail{key}"]),
                "team": some(teams),
                "boss": some(range(1, key)) if key > 1 else None,
            }
            for key in authors
        ],
        "book": books,
        "tag": [{"word": word, "weight": some(NUMBERS)} for word in words],
        "tagging": [
            {"book": book, "tag": word}
            for book, word in sorted({(some(keys, 0), some(words, 0)) for _ in range(size)})
        ],
        "copy": [
            {"book": book, "number": number, "place": some(PLAIN)} for book, number in copies
        ],
        "loan": [
            {"id": key, "reader": random.choice(TEXTS), "copy": some(copies)}
            for key in range(1, 16)
        ],
        "note": [_note(random, key, some) for key in range(1, 16)],
        "sample": [
            {"id": key, **{name: some(values) for name, values in SAMPLES.items()}}
            for key in range(1, 21)
        ],
    }


def _book(random: Random, key: int, authors: Sequence[int], some: Any) -> dict[str, Any]:
    return {
        "id": key,
        "title": random.choice(TEXTS),
        "subtitle": some(PLAIN),
        "isbn": some([f"isbn{key}"]),
        "author": random.choice(authors),
        "editor": some(authors),
        "price": some([Decimal("0.10"), Decimal("9.99"), Decimal("-1"), Decimal("10")]),
        "pages": some(NUMBERS),
        "rating": some([0.5, 0.1, -2.5, 1e10]),
        "sold": random.random() < 0.5,
        "published": some([date(2000, 1, 1), date(2000, 1, 2), date(1999, 12, 31)]),
        "added": some([datetime(2024, 1, 1, hour, tzinfo=UTC) for hour in range(4)]),
    }


def _note(random: Random, key: int, some: Any) -> dict[str, Any]:
    deleted = datetime(2024, 1, 1, tzinfo=UTC) if random.random() < 0.3 else None
    return {
        "id": key,
        "slug": f"slug{key}",
        "body": some(PLAIN),
        "parent": some(range(1, key)) if key > 1 else None,
        "deleted_at": deleted,
    }
